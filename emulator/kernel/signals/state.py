"""What a process has to do with signals: handlers, the blocked set, the queue, the alternate stack. Plain data."""

from __future__ import annotations

from typing import NamedTuple

from emulator.abi.siginfo import SigInfo
from emulator.abi.signals import FIRST_REALTIME, SIG_DFL, SS_DISABLE, SYNCHRONOUS, UNBLOCKABLE


class SigAction(NamedTuple):
    """struct k_sigaction; `mask` has bit n-1 for signal n."""

    handler: int = SIG_DFL
    flags: int = 0
    restorer: int = 0
    mask: int = 0


DEFAULT = SigAction()


class AltStack(NamedTuple):
    """sigaltstack(2)'s stack_t; disabled until one is set."""

    start: int = 0
    flags: int = SS_DISABLE
    size: int = 0

    def holds(self, rsp: int) -> bool:
        """__on_sig_stack: a stack pointer at the very start counts as outside, at the end as inside."""
        return self.start < rsp <= self.start + self.size


class SignalState:
    def __init__(self) -> None:
        self.actions: dict[int, SigAction] = {}
        self.blocked = 0
        self.queue: list[SigInfo] = []
        self.alternate = AltStack()
        self.trap = 0
        """Vector, error code and CR2 of the last fault: what a frame's sigcontext tells (thread.trap_nr ...)."""
        self.error = 0
        self.cr2 = 0

    def action(self, signal: int) -> SigAction:
        return self.actions.get(signal, DEFAULT)

    def pending(self) -> int:
        """The set of signals that wait."""
        mask = 0
        for info in self.queue:
            mask |= 1 << (info.signal - 1)
        return mask

    def add(self, info: SigInfo) -> None:
        """Queue it; a standard signal that waits already is not queued again."""
        if info.signal >= FIRST_REALTIME or all(other.signal != info.signal for other in self.queue):
            self.queue.append(info)

    def take(self) -> SigInfo | None:
        """Remove and return the next to deliver: what an instruction caused, then the lowest number; None if all is blocked."""
        ready = [info for info in self.queue if not self.blocked >> (info.signal - 1) & 1]
        if not ready:
            return None
        chosen = min(ready, key=lambda info: (info.signal not in SYNCHRONOUS, info.signal))
        self.queue.remove(chosen)
        return chosen

    def set_blocked(self, mask: int) -> None:
        self.blocked = mask & ~UNBLOCKABLE & 0xFFFF_FFFF_FFFF_FFFF
