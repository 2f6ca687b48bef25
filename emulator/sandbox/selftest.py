"""Before the warm parent serves, it attacks its own lock: a layer that is not really there must not go unnoticed.

Each attack runs in a child of its own, locked down like any other. The larger list, and every system call number, is in the
tests; these are the ones whose success would matter most.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Literal

import msgspec

from emulator.sandbox import libc, lockdown

if TYPE_CHECKING:
    from collections.abc import Callable

Verdict = Literal["refused", "killed", "succeeded", "broken"]
"""refused: an error came back; killed: by SIGSYS; succeeded: the attack went through; broken: it never came to attacking."""

_SUCCEEDED, _REFUSED, _BROKEN = 40, 41, 42


def attempt(host: lockdown.Host, attack: Callable[[], object]) -> Verdict:
    """Fork a locked-down child and let it attack: an attack that returns has succeeded, one that raises OSError was refused."""
    ours, theirs = socket.socketpair()
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        _attack(host, attack, theirs, parent)
    theirs.close()
    _, status = os.waitpid(pid, 0)
    ours.close()
    if os.WIFSIGNALED(status):
        return "killed" if os.WTERMSIG(status) == signal.SIGSYS else "broken"
    verdicts: dict[int, Verdict] = {_SUCCEEDED: "succeeded", _REFUSED: "refused"}
    return verdicts.get(os.WEXITSTATUS(status), "broken")


def _attack(host: lockdown.Host, attack: Callable[[], object], channel: socket.socket, parent: int) -> None:
    status = _BROKEN
    try:
        lockdown.lock_down(host, channel, parent=parent, cpu_seconds=5)
        attack()
        status = _SUCCEEDED
    except (OSError, MemoryError):
        status = _REFUSED
    finally:
        os._exit(status)


def read_a_file() -> None:
    os.open("/etc/passwd", os.O_RDONLY)


def list_the_root() -> None:
    os.scandir("/")


def write_a_file() -> None:
    os.open("/tmp/escaped", os.O_CREAT | os.O_WRONLY)  # noqa: S108 - it must not come into being


def fork() -> None:
    if os.fork() == 0:
        os._exit(_SUCCEEDED)


def execute() -> None:
    os.execv(sys.executable, [sys.executable, "-c", f"import os; os._exit({_SUCCEEDED})"])  # noqa: S606


def reach_the_network() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def kill_the_parent() -> None:
    os.kill(os.getppid(), 0)


def signal_the_parent_thread() -> None:
    libc.syscall(234, 1, 1, 0)  # tgkill(1, 1, 0)


def trace_the_parent() -> None:
    libc.syscall(101, 16, 1, 0, 0)  # ptrace(PTRACE_ATTACH, 1)


def map_executable_memory() -> None:
    mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)


def make_memory_executable() -> None:
    page = mmap.mmap(-1, mmap.PAGESIZE)
    libc.syscall(10, ctypes.addressof(ctypes.c_char.from_buffer(page)), mmap.PAGESIZE, 7)  # mprotect(.., RWX)


def make_a_namespace() -> None:
    libc.syscall(272, 0x1000_0000)  # unshare(CLONE_NEWUSER)


def use_the_x32_table() -> None:
    libc.syscall(0x4000_0000 | 39)


def take_all_memory() -> None:
    hoard = [mmap.mmap(-1, 64 << 20) for _ in range(64)]  # untouched: the limit is on addresses
    assert len(hoard) == 64


ATTACKS: tuple[Callable[[], None], ...] = (
    read_a_file,
    list_the_root,
    write_a_file,
    fork,
    execute,
    reach_the_network,
    kill_the_parent,
    signal_the_parent_thread,
    trace_the_parent,
    map_executable_memory,
    make_memory_executable,
    make_a_namespace,
    use_the_x32_table,
    take_all_memory,
)


class Proof(msgspec.Struct, frozen=True):
    attack: str
    verdict: Verdict


def run(host: lockdown.Host) -> tuple[Proof, ...]:
    """Try every attack once."""
    return tuple(Proof(attack.__name__, attempt(host, attack)) for attack in ATTACKS)


def prove(host: lockdown.Host) -> int:
    """Return how many attacks were turned away; LockdownError if one was not, or if none could be tried."""
    proofs = run(host)
    holes = [f"{proof.attack} ({proof.verdict})" for proof in proofs if proof.verdict not in ("refused", "killed")]
    if holes:
        raise lockdown.LockdownError(f"The sandbox does not hold on this host: {', '.join(holes)}.")
    return len(proofs)


def main() -> int:
    """Print what a child may not do on this host; the exit status is 1 if it may."""
    host = lockdown.examine()
    for line in host.missing:
        print(f"missing: {line}")
    proofs = run(host)
    for proof in proofs:
        print(f"{proof.verdict:9} {proof.attack}")
    return int(any(proof.verdict not in ("refused", "killed") for proof in proofs))


if __name__ == "__main__":
    sys.exit(main())
