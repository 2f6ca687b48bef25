"""Where events are born: the recorder gives each its place (seq, t, n, tid) and hands them on in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.abi.errors import BudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.trace.events import Event
    from emulator.trace.run import Level

LEVELS: tuple[Level, ...] = ("syscall", "kernel", "memory", "instruction")


class Recorder:
    """Keeps `t`, `n` and `tid` as the machine sets them, and stamps every event with them.

    `deliver` gets each event as it happens. Raises BudgetExceeded("events") behind event number `limit`.
    """

    def __init__(self, deliver: Callable[[Event], None], level: Level = "syscall", limit: int = 200_000) -> None:
        self.deliver = deliver
        self.depth = LEVELS.index(level)
        self.limit = limit
        self.seq = 0
        self.t = 0
        self.n = 0
        self.tid = 0

    def emit(self, kind: type[Event], *fields: Any) -> None:
        """Record one event; `fields` in the order of its class, behind the envelope."""
        seq = self.seq + 1
        if seq > self.limit:
            raise BudgetExceeded("events", f"the run recorded {self.limit} events, its limit")
        self.seq = seq
        self.deliver(kind(seq, self.t, self.n, self.tid, *fields))
