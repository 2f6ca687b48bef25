"""What is wrong with a source text: collected, so that a learner sees every mistake of a file at once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from emulator.abi.errors import ProgramError
from emulator.loader.assembler import limits
from emulator.trace.run import Diagnostic

__all__ = ["AssemblyFailed", "Collector", "Fault", "Span", "nearest"]

Span = tuple[int, int, int]
"""Line, column of the first character, column after the last; all count from 1."""


class AssemblyFailed(ProgramError):
    """The text can't become a program; `diagnostics` holds all its errors, and warnings, in the order of the text."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        first = next((d for d in diagnostics if d.severity == "error"), diagnostics[0])
        super().__init__(first.line, first.column, first.message)
        self.diagnostics = diagnostics


class Fault(Exception):
    """One mistake, on its way from where it is seen to the collector. Columns are those of the statement's text."""

    def __init__(self, message: str, start: int = -1, end: int = -1, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.suggestion = suggestion


class TooManyErrors(Exception):
    """The collector is full: assembling stops here."""


class Collector:
    """Gathers diagnostics; the same message is reported once per line."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int, str]] = set()
        self._found: list[Diagnostic] = []
        self.failed = False

    def add(self, span: Span, message: str, suggestion: str = "", *, warning: bool = False) -> None:
        line, column, end = span
        key = (line, column, message)
        if key in self._seen:
            return
        self._seen.add(key)
        self.failed = self.failed or not warning
        severity = "warning" if warning else "error"
        self._found.append(Diagnostic(line, column, message, end, suggestion, severity))  # type: ignore[arg-type]
        if len(self._found) >= limits.DIAGNOSTICS:
            raise TooManyErrors

    def result(self) -> tuple[Diagnostic, ...]:
        return tuple(sorted(self._found, key=lambda d: (d.line, d.column)))


def nearest(word: str, candidates: Iterable[str]) -> str:
    """Return the candidate a typing slip away from `word`, or an empty string."""
    if not 1 < len(word) <= 40:
        return ""
    lowered = word.lower()
    pool = [c for c in candidates if abs(len(c) - len(lowered)) <= 2]
    transposed = [c for c in pool if len(c) == len(lowered) and sorted(c) == sorted(lowered)]
    close = transposed or get_close_matches(lowered, pool, n=1, cutoff=0.6 if len(lowered) > 3 else 0.5)
    return close[0] if close else ""
