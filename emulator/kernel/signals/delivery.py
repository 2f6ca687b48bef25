"""Sending signals, and acting on them on the way out to ring 3 (kernel/signal.c, arch/x86/kernel/signal.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.abi.errors import SyscallError
from emulator.abi.siginfo import SigInfo
from emulator.abi.signals import SA_NODEFER, SA_RESETHAND, SIG_DFL, SIG_IGN, Signal, default_action, signal_name
from emulator.kernel.signals.frame import push_frame
from emulator.kernel.signals.rseq import interrupt
from emulator.kernel.signals.state import DEFAULT
from emulator.trace.events import SignalDeliver, SignalSend
from emulator.trace.run import Exit

if TYPE_CHECKING:
    from emulator.kernel.task import Task


def send(task: Task, info: SigInfo) -> None:
    """Make it pending, unless it is ignored and not blocked."""
    signals = task.signals
    if task.world.recorder.depth >= 1:
        task.world.recorder.emit(SignalSend, info.signal, signal_name(info.signal), task.tid, info.show())
    blocked = signals.blocked >> (info.signal - 1) & 1
    action = signals.action(info.signal)
    ignored = action.handler == SIG_IGN or (action.handler == SIG_DFL and default_action(info.signal) == "ignore")
    if blocked or not ignored or task.traced:
        signals.add(info)


def force(task: Task, info: SigInfo) -> None:
    """force_sig: what an instruction caused can't be blocked or ignored; then the default is done."""
    signals = task.signals
    bit = 1 << (info.signal - 1)
    if signals.blocked & bit or signals.action(info.signal).handler == SIG_IGN:
        signals.actions.pop(info.signal, None)
        signals.blocked &= ~bit
    send(task, info)


def deliver_pending(task: Task) -> Exit | None:
    """Act on every signal that is not blocked; handlers' frames stack up, the last built runs first.

    Returns how the task ends, if a signal is fatal.
    """
    signals, emit = task.signals, task.world.recorder.emit
    while (info := signals.take()) is not None:
        action = signals.action(info.signal)
        what: Any = default_action(info.signal) if action.handler == SIG_DFL else "handler"
        what = "ignore" if action.handler == SIG_IGN else what
        emit(SignalDeliver, info.signal, signal_name(info.signal), info.show(), what)
        if what in {"core", "terminate"}:
            return Exit(signal=signal_name(info.signal))
        if what != "handler":
            continue
        if action.flags & SA_RESETHAND:
            signals.actions[info.signal] = action._replace(handler=DEFAULT.handler)
        try:
            if task.rseq is not None:
                interrupt(task, task.rseq)
            push_frame(task, info, action, signals.blocked)
        except SyscallError:
            if info.signal == Signal.SIGSEGV:
                signals.actions.pop(Signal.SIGSEGV, None)
            force(task, SigInfo(Signal.SIGSEGV, "SI_KERNEL", 0))
            continue
        own = 0 if action.flags & SA_NODEFER else 1 << (info.signal - 1)
        signals.set_blocked(signals.blocked | action.mask | own)
    return None
