"""Give up, for ever and in the one order that works, everything a child does not need.

Called in a freshly forked child that has built all it needs from the host: ctypes closures want new executable pages, so the
CPU and its hooks must exist before.
"""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from emulator.sandbox import filter as seccomp
from emulator.sandbox import landlock, libc

if TYPE_CHECKING:
    import socket

CHANNEL = 3
"""The descriptor a child keeps besides 0, 1 and 2, which are /dev/null."""

NOBODY = 65534
ADDRESS_SPACE_HEADROOM = 512 << 20
"""Bytes a child may map on top of what it was born with (guest RAM and the translator's buffer included or not)."""


class LockdownError(Exception):
    """The host can't or won't take a right away: nothing is run then."""


class Host(msgspec.Struct, frozen=True):
    """What this host offers to lock a child down with; found out once, in the warm parent."""

    landlock_abi: int
    drop_uid: bool

    @property
    def missing(self) -> tuple[str, ...]:
        """What a full lock-down would have and this host has not, as sentences."""
        if self.landlock_abi:
            return ()
        return (
            "This kernel, or the container it is seen through, offers no Landlock: files are kept away by the system call filter alone.",
        )


def examine() -> Host:
    """Find out what the host offers. Root must be left: then every child becomes nobody."""
    return Host(landlock_abi=landlock.abi(), drop_uid=os.geteuid() == 0)


def _limits(cpu_seconds: int) -> dict[int, int]:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return {
        resource.RLIMIT_AS: pages * resource.getpagesize() + ADDRESS_SPACE_HEADROOM,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: CHANNEL + 2,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }


def _die_with(parent: int) -> None:
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the kernel took note
        os._exit(1)


def _prefer_for_oom() -> None:
    """Let the host's memory run out on a child first; a container may have taken even that right away."""
    try:
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    except OSError:
        return


def lock_down(host: Host, channel: socket.socket, *, parent: int, cpu_seconds: int) -> None:
    """Lock the calling process down; afterwards it holds `CHANNEL` and nothing else of the host. LockdownError if it can't."""
    try:
        os.setsid()
        _die_with(parent)
        _prefer_for_oom()
        if channel.fileno() != CHANNEL:
            os.dup2(channel.fileno(), CHANNEL, inheritable=False)
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        libc.close_from(CHANNEL + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        limits = _limits(cpu_seconds)
        if len(os.listdir("/proc/self/task")) != 1:  # noqa: PTH208 - names are counted, no paths are made
            raise LockdownError("A child has more than one thread: a filter would bind one of them.")
        for limit, value in limits.items():
            ceiling = resource.getrlimit(limit)[1]
            value = value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)  # noqa: PLW2901
            resource.setrlimit(limit, (value, value))
        if host.drop_uid:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            _die_with(parent)  # the change of uid has cleared it
        libc.prctl(libc.PR_SET_DUMPABLE, 0)
        libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
        if host.landlock_abi:
            landlock.forbid_everything(host.landlock_abi)
        seccomp.install(seccomp.program(os.getpid()))
    except (OSError, ValueError) as error:
        raise LockdownError(f"The sandbox can't be closed on this host: {error}.") from error
