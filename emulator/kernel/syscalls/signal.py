"""Signals: what to do with them, which to hold back, sending them."""

from __future__ import annotations

from typing import Annotated

from emulator.abi.arguments import Named, SignedInt, Size
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.pointers import OutStructType, StructType
from emulator.abi.siginfo import SigInfo
from emulator.abi.signal_arguments import SIGACTION, SIGSET_SIZE, STACK, OutSignalSet, SignalNumber, SignalSet
from emulator.abi.signals import (
    HOW,
    LAST_SIGNAL,
    SIG_BLOCK,
    SIG_DFL,
    SIG_IGN,
    SIG_SETMASK,
    SIG_UNBLOCK,
    SS_AUTODISARM,
    SS_DISABLE,
    SS_ONSTACK,
    UNBLOCKABLE,
    Signal,
    default_action,
    show_set,
)
from emulator.abi.user_memory import Pointer
from emulator.kernel.control import Block
from emulator.kernel.signals.delivery import force, send
from emulator.kernel.signals.frame import frame_mask, pop_frame
from emulator.kernel.signals.state import AltStack, SigAction
from emulator.kernel.syscalls.registry import syscall
from emulator.kernel.task import Task

SignalArg = Annotated[int, SignalNumber()]
Pid = Annotated[int, SignedInt("a process: its number, 0 for the own group, -1 for all, or minus a group's number")]
INIT = 1
MINSIGSTKSZ = 2048


def _check_size(size: int) -> None:
    if size != SIGSET_SIZE:
        raise SyscallError(Errno.EINVAL, "the kernel's sigset_t has 8 bytes")


@syscall(13, family="signal", man="sigaction(2)", errors="EINVAL EFAULT")
def sys_rt_sigaction(
    task: Task,
    sig: SignalArg,
    act: Annotated[Pointer, StructType(SIGACTION, "handler, flags, restorer and mask to set; may be 0")],
    oact: Annotated[Pointer, OutStructType(SIGACTION, "where the old ones go; may be 0")],
    sigsetsize: Size,
) -> int:
    """Say what shall happen when a signal comes."""
    _check_size(sigsetsize)
    new = SIGACTION.unpack(act.copy_in(SIGACTION.size)) if act else None  # EFAULT
    if not 1 <= sig <= LAST_SIGNAL or (new is not None and UNBLOCKABLE >> (sig - 1) & 1):
        raise SyscallError(Errno.EINVAL, "there is no such signal, or it can't be caught (SIGKILL, SIGSTOP)")
    signals = task.signals
    old = signals.action(sig)
    if new is not None:
        signals.actions[sig] = SigAction(new["sa_handler"], new["sa_flags"], new["sa_restorer"], new["sa_mask"] & ~UNBLOCKABLE)
        if new["sa_handler"] == SIG_IGN or (new["sa_handler"] == SIG_DFL and default_action(sig) == "ignore"):
            signals.queue = [info for info in signals.queue if info.signal != sig]
    if oact:
        oact.copy_out(SIGACTION.pack(sa_handler=old.handler, sa_flags=old.flags, sa_restorer=old.restorer, sa_mask=old.mask))
    return 0


@syscall(14, family="signal", man="sigprocmask(2)", errors="EINVAL EFAULT")
def sys_rt_sigprocmask(
    task: Task,
    how: Annotated[int, Named(HOW.show, "SIG_BLOCK adds, SIG_UNBLOCK takes away, SIG_SETMASK replaces")],
    nset: Annotated[Pointer, SignalSet("sigsetsize", "the signals meant; may be 0")],
    oset: Annotated[Pointer, OutSignalSet("sigsetsize", "where the old blocked set goes; may be 0")],
    sigsetsize: Size,
) -> int:
    """Change which signals are held back."""
    _check_size(sigsetsize)
    signals = task.signals
    old = signals.blocked
    if nset:
        mask = int.from_bytes(nset.copy_in(SIGSET_SIZE), "little")
        if how not in {SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK}:
            raise SyscallError(Errno.EINVAL, "how is none of SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK")
        signals.set_blocked({SIG_BLOCK: old | mask, SIG_UNBLOCK: old & ~mask, SIG_SETMASK: mask}[how])
    if oset:
        oset.copy_out(old.to_bytes(SIGSET_SIZE, "little"))
    return 0


def _describe_return(task: Task) -> list[str]:
    return [f"{{mask={show_set(frame_mask(task))}}}"]


@syscall(15, family="signal", man="sigreturn(2)", describe=_describe_return)
def sys_rt_sigreturn(task: Task) -> int:
    """Come back from a handler: take registers, blocked signals and FPU state out of the frame on the stack."""
    try:
        pop_frame(task)
    except SyscallError:
        force(task, SigInfo(Signal.SIGSEGV, "SI_KERNEL", 0))
        return 0
    return task.regs.rax


@syscall(127, family="signal", man="sigpending(2)", errors="EINVAL EFAULT")
def sys_rt_sigpending(task: Task, uset: Annotated[Pointer, OutSignalSet("sigsetsize", "where the set goes")], sigsetsize: Size) -> int:
    """Tell which blocked signals wait."""
    if sigsetsize > SIGSET_SIZE:
        raise SyscallError(Errno.EINVAL, "the kernel's sigset_t has 8 bytes")
    pending = task.signals.pending() & task.signals.blocked
    uset.copy_out(pending.to_bytes(SIGSET_SIZE, "little")[:sigsetsize])
    return 0


@syscall(131, family="signal", errors="EFAULT EPERM EINVAL ENOMEM")
def sys_sigaltstack(
    task: Task,
    uss: Annotated[Pointer, StructType(STACK, "the stack for handlers with SA_ONSTACK; may be 0")],
    uoss: Annotated[Pointer, OutStructType(STACK, "where the old one goes; may be 0")],
) -> int:
    """Give handlers a stack of their own."""
    new = STACK.unpack(uss.copy_in(STACK.size)) if uss else None
    old = task.signals.alternate
    on_it = old.size > 0 and old.holds(task.regs.rsp)
    if new is not None:
        flags, mode = new["ss_flags"], new["ss_flags"] & ~SS_AUTODISARM
        if on_it and not old.flags & SS_AUTODISARM:
            raise SyscallError(Errno.EPERM, "the alternate stack is in use right now")
        if mode not in {0, SS_DISABLE, SS_ONSTACK}:
            raise SyscallError(Errno.EINVAL, "ss_flags is none of 0, SS_ONSTACK, SS_DISABLE")
        if mode == SS_DISABLE:
            task.signals.alternate = AltStack()
        elif new["ss_size"] < MINSIGSTKSZ:
            raise SyscallError(Errno.ENOMEM, f"a signal stack has at least {MINSIGSTKSZ} bytes")
        else:
            task.signals.alternate = AltStack(new["ss_sp"], flags & SS_AUTODISARM, new["ss_size"])
    if uoss:
        state = SS_DISABLE if not old.size else SS_ONSTACK if on_it else 0
        uoss.copy_out(STACK.pack(ss_sp=old.start, ss_flags=state | old.flags & SS_AUTODISARM, ss_size=old.size))
    return 0


def _may_signal(task: Task, pid: int, sig: int) -> bool:
    """Whether `pid` is the caller itself. Raises ESRCH, EINVAL, EPERM."""
    if pid not in {task.pid, INIT}:
        raise SyscallError(Errno.ESRCH, f"there is no process {pid}")
    if not 0 <= sig <= LAST_SIGNAL:
        raise SyscallError(Errno.EINVAL, f"there is no signal {sig}")
    if pid == INIT and not task.credentials.privileged:
        raise SyscallError(Errno.EPERM, "process 1 belongs to another user")
    return pid == task.pid


@syscall(62, family="signal", i386=37, errors="ESRCH EINVAL EPERM")
def sys_kill(task: Task, pid: Pid, sig: SignalArg) -> int:
    """Send a signal to a process or a group; signal 0 only asks whether one could."""
    if pid in {0, -task.pid}:
        pid = task.pid
    if _may_signal(task, pid, sig) and sig:
        send(task, SigInfo(sig, "SI_USER", pid=task.pid, uid=task.credentials.uid))
    return 0


def _to_thread(task: Task, tgid: int, tid: int, sig: int) -> int:
    if tid <= 0 or tgid <= 0:
        raise SyscallError(Errno.EINVAL, "a thread's number is positive")
    if tgid != tid:  # every process here has one thread
        raise SyscallError(Errno.ESRCH, f"process {tgid} has no thread {tid}")
    if _may_signal(task, tid, sig) and sig:
        send(task, SigInfo(sig, "SI_TKILL", pid=task.pid, uid=task.credentials.uid))
    return 0


@syscall(200, family="signal", i386=238, errors="EINVAL ESRCH EPERM")
def sys_tkill(task: Task, pid: Annotated[int, SignedInt("the thread")], sig: SignalArg) -> int:
    """Send a signal to one thread."""
    return _to_thread(task, pid, pid, sig)


@syscall(234, family="signal", man="tkill(2)", i386=270, errors="EINVAL ESRCH EPERM")
def sys_tgkill(
    task: Task, tgid: Annotated[int, SignedInt("the thread's process")], pid: Annotated[int, SignedInt("the thread")], sig: SignalArg
) -> int:
    """Send a signal to one thread of a given process."""
    return _to_thread(task, tgid, pid, sig)


@syscall(34, family="signal", i386=29, errors="EINTR")
def sys_pause(task: Task) -> int:
    """Wait until a signal comes."""
    raise Block(why="it waits for a signal, and nobody is left to send one")
