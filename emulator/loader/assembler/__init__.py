"""The assembler: a learner's text in GNU as's Intel syntax to the executable that `as` and `ld` would make of it.

`assemble` is the whole surface. It touches no file and ends soon, whatever the text says (see `limits`).
"""

from __future__ import annotations

import msgspec

from emulator.loader.assembler import limits
from emulator.loader.assembler.diagnostics import AssemblyFailed, Fault, TooManyErrors
from emulator.loader.assembler.finish import finish
from emulator.loader.assembler.lexer import clean
from emulator.loader.assembler.program import Program
from emulator.trace.run import Diagnostic

__all__ = ["Assembly", "AssemblyFailed", "SourceLine", "assemble"]


class SourceLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`length` bytes at `address` come from `line` (1 = the first)."""

    address: int
    length: int
    line: int


class Assembly(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A program, ready for execve."""

    elf: bytes
    entry: int
    source_map: tuple[SourceLine, ...]
    """In the order of addresses."""
    symbols: dict[str, int]
    warnings: tuple[Diagnostic, ...] = ()


def assemble(text: str) -> Assembly:
    """Assemble and link one program. Raises AssemblyFailed with everything that is wrong with it."""
    _refuse_oversize(text)
    try:
        lines = clean(text)
    except Fault as fault:
        raise AssemblyFailed((Diagnostic(fault.start, 1, fault.message),)) from None
    program = Program(lines)
    try:
        program.read()
        finished = finish(program)
    except TooManyErrors:
        finished = None
    if finished is None or program.problems.failed:
        raise AssemblyFailed(program.problems.result())
    return Assembly(
        finished.elf,
        finished.entry,
        tuple(SourceLine(*mark) for mark in finished.marks),
        finished.symbols,
        program.problems.result(),
    )


def _refuse_oversize(text: str) -> None:
    """Answer for texts too large or not text, before any work is spent on them."""
    problem: Diagnostic | None = None
    lines = text.count("\n") + 1
    if len(text) > limits.SOURCE_BYTES or (not text.isascii() and len(text.encode(errors="replace")) > limits.SOURCE_BYTES):
        problem = Diagnostic(0, 0, f"the text is too long: at most {limits.SOURCE_BYTES >> 20} MiB is read")
    elif lines > limits.SOURCE_LINES:
        problem = Diagnostic(limits.SOURCE_LINES + 1, 1, f"the text has {lines:,} lines: at most {limits.SOURCE_LINES:,} are read")
    elif "\0" in text:
        at = text.index("\0")
        line = text.count("\n", 0, at) + 1
        column = at - text.rfind("\n", 0, at)
        problem = Diagnostic(line, column, "a NUL byte: this is not a text", column + 1)
    else:
        for number, line_text in enumerate(text.split("\n"), 1):
            if len(line_text) > limits.LINE_COLUMNS:
                problem = Diagnostic(
                    number, limits.LINE_COLUMNS + 1, f"this line is too long: at most {limits.LINE_COLUMNS:,} characters are read"
                )
                break
    if problem is not None:
        raise AssemblyFailed((problem,))
