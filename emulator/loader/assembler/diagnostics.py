"""What is wrong with a source text: collected, so that a learner sees every mistake of a file at once."""

from __future__ import annotations

from collections.abc import Iterable

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

    def failed_on(self, line: int) -> bool:
        """Say whether an error on this line is already known."""
        return any(d.line == line and d.severity == "error" for d in self._found)

    def result(self) -> tuple[Diagnostic, ...]:
        return tuple(sorted(self._found, key=lambda d: (d.line, d.column)))


def nearest(word: str, candidates: Iterable[str]) -> str:
    """Return the candidate a typing slip or two away from `word`, or an empty string."""
    lowered = word.lower()
    if not 1 < len(lowered) <= 40:
        return ""
    allowed = 1 if len(lowered) < 5 else 2
    best = allowed + 1
    near: list[tuple[int, bool, bool, bool, str]] = []
    for candidate in candidates:
        other = candidate.lower()
        if abs(len(other) - len(lowered)) > allowed or not {other[:1], other[1:2]} & {lowered[:1], lowered[1:2]}:
            continue
        distance = _slips(lowered, other, best)
        if distance <= min(best, allowed):
            best = distance
            looks = (lowered[0] != other[0], sorted(lowered) != sorted(other), lowered[-1] != other[-1])
            near.append((distance, *looks, candidate))
    return min(near)[-1] if near else ""


def _slips(a: str, b: str, enough: int) -> int:
    """Count insertions, deletions, substitutions and swaps of neighbours between two words; `enough` or more = far."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row = row, [i]
        for j, y in enumerate(b, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = previous
        if min(row) > enough:
            return enough + 1
    return row[-1]
