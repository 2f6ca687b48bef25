"""The stream of statements: lines split at `;`, macros and repetitions expanded, conditions decided."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from emulator.loader.assembler.lexer import Line

if TYPE_CHECKING:
    from emulator.loader.assembler.program import Program

_SPLIT: Final = re.compile(r"""(?P<string>"(?:\\.|[^"\\])*(?:"|\\?$))|(?P<char>'(?:\\.|.)'?)|(?P<semicolon>;)""")
_DEFINITION: Final = re.compile(
    r"(?:^|[;:])\s*([A-Za-z_.$][\w.$]*)\s*(?::|=|\bequ\b|\bd[bwdq]\b)|\.(?:set|equ|equiv|l?comm)\s+([\w.$]+)", re.IGNORECASE
)


def defined_names(lines: Iterable[Line]) -> frozenset[str]:
    """Return every name that some line seems to define."""
    names: set[str] = set()
    for line in lines:
        if (
            ":" in line.text
            or "=" in line.text
            or "equ" in line.text.lower()
            or " d" in line.text.lower()
            or ".comm" in line.text
            or ".set" in line.text
        ):
            for found in _DEFINITION.finditer(line.text):
                names.add(found[1] or found[2])
    return frozenset(names)


class Source:
    """Hands out one statement at a time."""

    def __init__(self, lines: list[Line], program: Program) -> None:
        self._queue = deque(lines)
        self._program = program

    def next(self) -> Line | None:
        while self._queue:
            line = self._queue.popleft()
            if ";" in line.text:
                line = self._split(line)
            if line.text.strip():
                return line
        return None

    def stop(self) -> None:
        self._queue.clear()

    def finish(self) -> None:
        pass

    def _split(self, line: Line) -> Line:
        for found in _SPLIT.finditer(line.text):
            if found["semicolon"] is not None:
                at = found.start()
                rest = Line(" " * (at + 1) + line.text[at + 1 :], line.number, line.expanded)
                if rest.text.strip():
                    self._queue.appendleft(rest)
                return Line(line.text[:at], line.number, line.expanded)
        return line
