"""What a run's events add up to, kept outside the sandbox: order, limits, output, and all a report needs if the child dies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from emulator.sandbox.frames import FrameError
from emulator.trace import events as ev
from emulator.trace.strace import Strace

if TYPE_CHECKING:
    from emulator.trace.run import Exit, Limits

TRACE_LIMIT = 256 << 20
"""Bytes of encoded events a run may send; behind the limit on their number, for events that are large."""

_EVENTS_SLACK = 8
"""A run that reaches its limit of events still tells of its end."""

_decoder = msgspec.json.Decoder(list[ev.AnyEvent])
_raw_decoder = msgspec.json.Decoder(list[msgspec.Raw])


class EventBatch(msgspec.Struct, frozen=True):
    """Events `first` to `last` (their seq) as a JSON array."""

    first: int
    last: int
    items: bytes


class OverLimit(Exception):
    """The child went on behind a limit of the run: it is to be killed."""

    def __init__(self, limit: Literal["output", "events"]) -> None:
        super().__init__(limit)
        self.limit: Literal["output", "events"] = limit


class Account:
    """Takes what a child says are its run's next events."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bytes = 0
        self.last = 0
        self.instructions = 0
        self.virtual_ns = 0
        self.output = {1: bytearray(), 2: bytearray()}
        self.unmodelled: dict[str, None] = {}
        self.strace: list[str] = []
        self._composer = Strace()
        self._first_task: int | None = None
        self.exit: Exit | None = None
        """How the run's first task ended."""
        self.stop: ev.Stop | None = None

    def take(self, items: bytes) -> EventBatch | None:
        """Check and book a JSON array of events; what is already known is left out. FrameError, or OverLimit behind a limit."""
        self._bytes += len(items)
        if self._bytes > TRACE_LIMIT:
            raise OverLimit("events")
        try:
            events = _decoder.decode(items)
        except msgspec.DecodeError as error:
            raise FrameError(f"events that are none: {error}") from error
        if events and events[0].seq < 1:
            raise FrameError(f"event {events[0].seq}")
        known = self.last - events[0].seq + 1 if events else 0
        if known > 0:
            events = events[known:]
        if not events:
            return None
        if known > 0:
            items = b"[" + b",".join(_raw_decoder.decode(items)[known:]) + b"]"
        first = self.last + 1
        for event in events:
            self._book(event)
        return EventBatch(first, self.last, items)

    def _book(self, event: ev.AnyEvent) -> None:
        if event.seq != self.last + 1:
            raise FrameError(f"event {event.seq} behind event {self.last}")
        if event.seq > self._limits.events + _EVENTS_SLACK:
            raise OverLimit("events")
        self.last, self.instructions, self.virtual_ns = event.seq, event.n, event.t
        line = self._composer.line(event)
        if line is not None:
            self.strace.append(line)
        if isinstance(event, ev.Output):
            self._book_output(event)
        elif isinstance(event, ev.TaskStart) and self._first_task is None:
            self._first_task = event.tid
        elif isinstance(event, ev.TaskExit) and event.tid == self._first_task:
            self.exit = event.exit
        elif isinstance(event, ev.Stop):
            self.stop = event
        elif isinstance(event, ev.Unmodelled):
            self.unmodelled[event.what] = None

    def _book_output(self, event: ev.Output) -> None:
        stream = self.output.get(event.fd)
        if stream is None:
            return
        room = self._limits.output_bytes - sum(map(len, self.output.values()))
        stream += event.data[: max(room, 0)]
        if len(event.data) > room:
            raise OverLimit("output")
