"""Resource limits: their numbers, the values a run starts with, and strace's text (include/uapi/asm-generic/resource.h)."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

from emulator.abi.structs import Layout
from emulator.abi.xlat import Constants

RLIM_INFINITY: Final = (1 << 64) - 1


class Resource(IntEnum):
    CPU = 0
    FSIZE = 1
    DATA = 2
    STACK = 3
    CORE = 4
    RSS = 5
    NPROC = 6
    NOFILE = 7
    MEMLOCK = 8
    AS = 9
    LOCKS = 10
    SIGPENDING = 11
    MSGQUEUE = 12
    NICE = 13
    RTPRIO = 14
    RTTIME = 15


RLIMIT_STACK, RLIMIT_NOFILE = Resource.STACK, Resource.NOFILE
RESOURCES: Final = Constants("RLIMIT_???", {f"RLIMIT_{resource.name}": int(resource) for resource in Resource})

FIRST_LIMITS: Final[dict[int, tuple[int, int]]] = {int(resource): (RLIM_INFINITY, RLIM_INFINITY) for resource in Resource} | {
    Resource.CPU: (30, RLIM_INFINITY),
    Resource.STACK: (8 << 20, RLIM_INFINITY),
    Resource.CORE: (0, RLIM_INFINITY),
    Resource.NPROC: (4096, 4096),
    Resource.NOFILE: (1024, 4096),
    Resource.MEMLOCK: (8 << 20, 8 << 20),
    Resource.SIGPENDING: (4096, 4096),
    Resource.MSGQUEUE: (819_200, 819_200),
    Resource.NICE: (0, 0),
    Resource.RTPRIO: (0, 0),
}
"""Soft and hard limits of the recording environment."""


def _show(value: int) -> str:
    if value == RLIM_INFINITY:
        return "RLIM64_INFINITY"
    return f"{value // 1024}*1024" if value > 1024 and value % 1024 == 0 else str(value)


def _text(values: dict[str, Any]) -> str:
    return f"{{rlim_cur={_show(values['rlim_cur'])}, rlim_max={_show(values['rlim_max'])}}}"


RLIMIT: Final = Layout("rlimit", ("rlim_cur", "Q"), ("rlim_max", "Q"), text=_text)
