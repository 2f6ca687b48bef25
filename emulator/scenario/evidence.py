"""What a run has shown so far, gathered event by event: the ground on which queries are decided."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from emulator.trace import events as ev
from emulator.trace import timeline
from emulator.trace.strace import strace_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emulator.trace.run import Exit


class Evidence:
    """Feed it every event of one run, in order; ask at any time."""

    def __init__(self, events: Iterable[ev.Event] = ()) -> None:
        self.events: list[ev.Event] = []
        self.output: dict[int, bytes] = {}
        self.exit: Exit | None = None
        self.ended = False
        """Nothing can come any more: what has not been seen will not be."""
        self._own_from = 0
        self._first_task = 0
        for event in events:
            self.feed(event)

    def feed(self, event: ev.Event) -> None:
        self.events.append(event)
        if isinstance(event, ev.Ring):
            if event.cpl_to == 3 and not self._own_from:
                self._own_from = len(self.events)
        elif isinstance(event, ev.Output):
            self.output[event.fd] = self.output.get(event.fd, b"") + event.data
        elif isinstance(event, ev.TaskStart):
            self._first_task = self._first_task or event.tid
        elif isinstance(event, ev.TaskExit) and event.tid == self._first_task:
            self.exit = event.exit
        elif isinstance(event, ev.Stop):
            self.ended = True

    def strace(self) -> list[str]:
        return strace_lines(self.events)

    def matching(self, kind: str, where: dict[str, Any], *, own: bool = False) -> list[ev.Event]:
        """Return the events of type `kind` in which every dotted path of `where` has the value that goes with it.

        `own` leaves out what came before the program's first instruction: the execve that loaded it is not its own call.
        """
        events = self.events[self._own_from :] if own else self.events
        return [event for event in events if tag_of(event) == kind and fits(event, where)]

    def registers_after(self, event: ev.Event) -> dict[str, str]:
        """Return the registers of the event's task at the instant behind it."""
        index = next(place for place, other in enumerate(self.events) if other is event)
        return dict(timeline.fold_all(self.events[: index + 1]).tasks[event.tid].regs)


def tag_of(event: ev.Event) -> str:
    """Return the event's type as the schema spells it."""
    return str(type(event).__struct_config__.tag)


def fits(event: ev.Event, where: dict[str, Any]) -> bool:
    plain = msgspec.to_builtins(event)
    return all(_alike(_at(plain, path.split(".")), wanted) for path, wanted in where.items())


_ABSENT = object()


def _at(node: Any, path: list[str]) -> Any:
    """Follow a dotted path through dicts and sequences; a missing step is something that equals nothing."""
    for step in path:
        if isinstance(node, dict):
            node = node.get(step, _ABSENT)
        elif isinstance(node, list | tuple) and step.isdecimal() and int(step) < len(node):
            node = node[int(step)]
        else:
            return _ABSENT
    return node


def _alike(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, str) and isinstance(found, str):
        return wildcard(wanted)(found)
    return type(found) is type(wanted) and bool(found == wanted)


def wildcard(pattern: str) -> Callable[[str], bool]:
    """Return a test for text in which each `*` of `pattern` stands for any text, and everything else for itself."""
    expression = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
    return lambda text: expression.fullmatch(text) is not None
