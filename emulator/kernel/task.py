"""A task: one thread of execution and what it shares with nobody, or with others by reference. Plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.errors import SyscallError
from emulator.abi.limits import FIRST_LIMITS
from emulator.kernel.signals.state import SignalState
from emulator.trace.events import Unmodelled

if TYPE_CHECKING:
    from emulator.abi.errno import Errno
    from emulator.cpu.pt_regs import PtRegs
    from emulator.kernel.memory.access import UserAccess
    from emulator.kernel.memory.space import AddressSpace
    from emulator.kernel.signals.rseq import Area
    from emulator.kernel.vfs.inode import DirectoryInode, RegularInode
    from emulator.kernel.vfs.table import FdTable
    from emulator.kernel.world import World
    from emulator.trace.run import Exit


class Credentials:
    """Who the task acts as. One supplementary group, its own."""

    def __init__(self, uid: int, gid: int) -> None:
        self.uid = self.euid = self.suid = self.fsuid = uid
        self.gid = self.egid = self.sgid = self.fsgid = gid
        self.groups: tuple[int, ...] = (gid,)

    @property
    def privileged(self) -> bool:
        return self.euid == 0


class Task:
    def __init__(self, world: World, pid: int, ppid: int, credentials: Credentials) -> None:
        self.world = world
        self.pid = pid
        self.tid = pid
        self.ppid = ppid
        self.credentials = credentials
        self.comm = ""
        self.umask = 0o022
        self.syscall: str | None = None
        """Name of the call it is in."""
        self.deadline: int | None = None
        """Virtual ns at which a sleeping call is done."""
        self.exit: Exit | None = None
        self.signals = SignalState()
        self.traced = True
        """Runs under strace: signals that are ignored are still seen (they stop a traced task first)."""
        self.result_text = ""
        """What strace prints for the result of this call, where it is more than the number."""
        self.limits = dict(FIRST_LIMITS)
        self.clear_child_tid = 0
        self.robust_list = 0
        self.rseq: Area | None = None
        # set by execve
        self.space: AddressSpace
        self.memory: UserAccess
        self.regs: PtRegs
        self.kernel_stack = 0
        self.fds: FdTable
        self.cwd: DirectoryInode
        self.program: RegularInode


def not_modelled(task: Task, what: str, answer: Errno) -> SyscallError:
    """Say on screen that Linux has this and the model does not; return the refusal to raise."""
    world = task.world
    if what not in world.unmodelled:
        world.unmodelled.append(what)
    world.recorder.emit(Unmodelled, what, answer.name)
    return SyscallError(answer, f"{what} is not modelled: Linux has it, this kernel answers {answer.name}")
