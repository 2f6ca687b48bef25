"""strace text from events, byte for byte as strace 6.1 prints it with its default options.

The texts of arguments and results are made where the call is (emulator.abi.arguments); here they become lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.syscalls_x86_64 import LAST_NAMED_BY_STRACE, X32_BIT
from emulator.trace.events import SignalDeliver, SyscallExit, TaskExit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.trace.events import Event

COLUMN = 40
"""strace's -a: where ` = ` stands, if the call is not longer."""


class Strace:
    """Turns events into lines as they come. One process: no pid in front, as plain `strace` prints."""

    def line(self, event: Event) -> str | None:
        """Return the line that `event` completes, without a line end."""
        if isinstance(event, SyscallExit):
            return call_line(_name(event), event.args, event.text)
        if isinstance(event, SignalDeliver):
            return f"--- {event.name} {event.info} ---"
        if isinstance(event, TaskExit):
            if event.exit.signal is not None:
                return f"+++ killed by {event.exit.signal}{' (core dumped)' if event.core_dumped else ''} +++"
            return f"+++ exited with {event.exit.code} +++"
        return None


def call_line(name: str, arguments: Iterable[str], result: str) -> str:
    """Return `name(arguments) = result`, the `=` in its column."""
    call = f"{name}({', '.join(arguments)})"
    return f"{call:<{COLUMN - 1}} = {result}"


def strace_lines(events: Iterable[Event]) -> list[str]:
    """Return the lines of a whole run."""
    strace = Strace()
    return [line for event in events if (line := strace.line(event)) is not None]


def _name(event: SyscallExit) -> str:
    """A call that is younger than strace 6.1 has no name there."""
    if LAST_NAMED_BY_STRACE < event.number < X32_BIT:
        return f"syscall_{event.number:#x}"
    return event.name
