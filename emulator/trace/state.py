"""The state of a run at an instant, as plain data: what a keyframe holds and what folding events gives."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from emulator.trace.run import Exit

Hex = Annotated[str, msgspec.Meta(pattern="^0x[0-9a-f]{1,16}$")]

REGISTERS = (
    "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
    "rip", "rflags", "cs", "ss", "fs_base", "gs_base",
)  # fmt: skip
"""The registers a state names, in display order. Always the CPU's own, in whatever ring it is."""


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of /proc/PID/maps: `prot` as "rw-p", `name` the path or "[stack]", "[heap]", ""."""

    start: Hex
    end: Hex
    prot: str
    offset: Hex
    name: str


class FdState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An open file description as a descriptor sees it: `path` as strace -y shows it, `flags` as O_ names."""

    path: str
    flags: str


class TaskState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pid: int
    ppid: int
    comm: str
    cpl: Literal[0, 1, 2, 3]
    regs: dict[str, Hex]
    status: Literal["running", "syscall", "blocked", "stopped", "dead"]
    syscall: str | None
    """Name of the call it is in."""
    exit: Exit | None
    maps: tuple[Mapping, ...]
    """Sorted, disjoint, neighbours that could be one are one."""
    fds: dict[int, FdState]


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seq: int
    t: int
    n: int
    tid: int
    tasks: dict[int, TaskState]
    output: dict[int, int]
    """Bytes written so far, per descriptor 1 and 2."""
    stopped: bool
