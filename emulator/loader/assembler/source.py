"""The stream of statements: lines split at `;`, macros and repetitions expanded, conditions decided.

All of it works on text and before anything else sees it. Every expansion is bounded before it is made.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from emulator.loader.assembler import limits, macros
from emulator.loader.assembler.diagnostics import Fault
from emulator.loader.assembler.expressions import Parser
from emulator.loader.assembler.lexer import Line, tokenise
from emulator.loader.assembler.separators import is_comment, split

if TYPE_CHECKING:
    from emulator.loader.assembler.program import Program

_WORD: Final = re.compile(r"\s*((?:(?:[A-Za-z_.$][\w.$]*|\d+)\s*:\s*)*)([A-Za-z_.$][\w.$]*)")
_DEFINITION: Final = re.compile(
    r"(?:^|[;:])\s*([A-Za-z_.$][\w.$]*)\s*(?::|=|\bequ\b|\bd[bwdq]\b)|\.(?:set|equ|equiv|l?comm)\s+([\w.$]+)",
    re.IGNORECASE,
)
_BLOCK_ENDS: Final = {".macro": (".endm", ".endmacro"), ".rept": (".endr",), ".irp": (".endr",), ".irpc": (".endr",)}
_COMPARED: Final[dict[str, Callable[[int], bool]]] = {
    ".if": lambda n: n != 0,
    ".ifne": lambda n: n != 0,
    ".ifeq": lambda n: n == 0,
    ".ifgt": lambda n: n > 0,
    ".ifge": lambda n: n >= 0,
    ".iflt": lambda n: n < 0,
    ".ifle": lambda n: n <= 0,
}
_CONDITIONS: Final = frozenset(_COMPARED) | {".ifdef", ".ifndef", ".ifnotdef", ".ifb", ".ifnb"}
_HANDLED: Final = frozenset(_BLOCK_ENDS) | _CONDITIONS | {
    ".endm", ".endmacro", ".endr", ".else", ".elseif", ".endif", ".exitm", ".purgem",
}  # fmt: skip


def defined_names(lines: Iterable[Line]) -> frozenset[str]:
    """Return every name that some line seems to define."""
    return frozenset(found[1] or found[2] for line in lines for found in _DEFINITION.finditer(line.text))


class Source:
    """Hands out one statement at a time."""

    def __init__(self, lines: list[Line], program: Program) -> None:
        self._queue = deque(lines)
        self._program = program
        self.macros: dict[str, macros.Macro] = {}
        self._calls = 0
        self._made = 0
        self._characters = 0
        self._open: list[tuple[Line, bool]] = []
        """The .if that are open: where, and whether a branch of it was taken."""

    def next(self) -> Line | None:
        """Return the next statement, or None at the end. Faults of expansion go to the program."""
        while (line := self._pop()) is not None:
            found = _WORD.match(line.text)
            if found is None:
                return line
            word = found[2].lower()
            if word not in _HANDLED and found[2] not in self.macros:
                return line
            if found[1]:  # labels in front of it: a statement of their own
                self._queue.appendleft(Line(" " * found.end(1) + line.text[found.end(1) :], line.number, line.expanded, line.depth))
                return Line(line.text[: found.end(1)], line.number, line.expanded, line.depth)
            self._program.at(line)
            try:
                self._handle(line, found, word)
            except Fault as fault:
                if fault.start < 0:
                    fault.start, fault.end = found.start(2), found.end(2)
                self._program.fault(fault)
        return None

    def stop(self) -> None:
        self._queue.clear()

    def finish(self) -> None:
        """Report the conditions that were never closed."""
        for line, _ in self._open:
            self._program.at(line)
            self._program.fault(Fault("this condition is never closed: `.endif` expected", 0, len(line.text)))

    def _pop(self, *, raw: bool = False) -> Line | None:
        while self._queue:
            line = self._queue.popleft()
            if line.follows and not raw and is_comment(line, self._program):
                continue
            first, rest = split(line) if ";" in line.text else (line, None)
            if rest is not None:
                self._queue.appendleft(rest)
            if first.text.strip():
                return first
        return None

    def _handle(self, line: Line, found: re.Match[str], word: str) -> None:
        rest = line.text[found.end() :]
        if found[2] in self.macros and word not in _HANDLED:
            macro = self.macros[found[2]]
            values = macro.bind(rest, found.start(2))
            self._push(macros.expanded(macro.body, values, self._calls, line))
            self._calls += 1
        elif word in _BLOCK_ENDS:
            self._block(line, word, rest)
        elif word in _CONDITIONS:
            if len(self._open) >= limits.EXPANSION_DEPTH * 2:
                self.stop()
                raise Fault("too many conditions inside one another")
            taken = self._condition(word, found.end(), line)
            self._open.append((line, taken))
            if not taken:
                self._skip()
        elif word in {".else", ".elseif"}:
            if not self._open:
                raise Fault(f"`{found[2]}` without an .if before it")
            self._skip()
        elif word == ".endif":
            if not self._open:
                raise Fault("`.endif` without an .if before it")
            self._open.pop()
        elif word == ".exitm":
            self._exit_macro(line)
        elif word == ".purgem":
            self.macros.pop(rest.strip(), None)
        else:
            raise Fault(f"`{found[2]}` closes nothing that is open")

    def _block(self, line: Line, word: str, rest: str) -> None:
        """.macro, .rept, .irp, .irpc: collect the body, then define or repeat."""
        body = self._collect(word)
        if word == ".macro":
            name, _, parameters = rest.strip().partition(" ")
            name, comma, more = name.partition(",")
            if not re.fullmatch(r"[A-Za-z_.$][\w.$]*", name):
                raise Fault("a name is expected after `.macro`")
            if name in self.macros:
                raise Fault(f"macro `{name}` is already defined")
            self.macros[name] = macros.Macro(name, macros.declared(more + " " + parameters if comma else parameters), body)
            return
        if word == ".rept":
            count = self._number(line, len(line.text) - len(rest))
            rounds: list[dict[str, str]] = [{} for _ in range(self._bounded(count, body))]
        else:
            parts = macros.arguments(rest)
            if not parts or not re.fullmatch(r"[A-Za-z_.$][\w.$]*", parts[0]):
                raise Fault(f"a name is expected after `{word}`")
            values = parts[1:] if word == ".irp" else list("".join(macros.unquoted(p) for p in parts[1:]))
            self._bounded(len(values), body)
            rounds = [{parts[0]: macros.unquoted(value)} for value in values or [""]]
        lines: list[Line] = []
        for values_of_round in rounds:
            lines += macros.expanded(body, values_of_round, self._calls, line)
        self._push(lines)

    def _bounded(self, count: int, body: list[Line]) -> int:
        """Return how often to repeat a body. Raises Fault if that would be too much."""
        if count < 0:
            raise Fault("a negative count repeats nothing")
        if not body:
            return 0
        if count * len(body) > limits.EXPANDED_STATEMENTS:
            raise Fault(f"{count:,} repetitions are too many: at most {limits.EXPANDED_STATEMENTS:,} statements are made by expansion")
        return count

    def _push(self, lines: list[Line]) -> None:
        self._made += len(lines)
        self._characters += sum(len(line.text) for line in lines)
        if self._made > limits.EXPANDED_STATEMENTS or self._characters > limits.EXPANDED_CHARACTERS:
            self.stop()
            raise Fault(f"expansion makes too much: at most {limits.EXPANDED_STATEMENTS:,} statements")
        self._queue.extendleft(reversed(lines))

    def _collect(self, word: str) -> list[Line]:
        """Take the lines up to the end of a block, blocks inside it included."""
        body: list[Line] = []
        open_blocks = [_BLOCK_ENDS[word]]
        while (line := self._pop(raw=True)) is not None:
            found = _WORD.match(line.text)
            inner = found[2].lower() if found is not None else ""
            if inner in _BLOCK_ENDS:
                open_blocks.append(_BLOCK_ENDS[inner])
            elif inner in open_blocks[-1]:
                open_blocks.pop()
                if not open_blocks:
                    return body
            body.append(line)
        raise Fault(f"this `{word}` is never closed: `{_BLOCK_ENDS[word][0]}` expected")

    def _number(self, line: Line, start: int) -> int:
        tokens = [t for t in tokenise(line.text) if t.start >= start]
        parser = Parser(tokens, 0, len(line.text.rstrip()))
        value = self._program.constant(parser, "the count")
        if parser.peek() is not None:
            raise parser.expected("the end of the statement")
        return value

    def _condition(self, word: str, start: int, line: Line) -> bool:
        rest = line.text[start:].strip()
        if word in {".ifb", ".ifnb"}:
            return (not macros.unquoted(rest).strip()) == (word == ".ifb")
        if word in {".ifdef", ".ifndef", ".ifnotdef"}:
            symbol = self._program.symbols.named.get(rest)
            return (symbol is not None and symbol.defined) == (word == ".ifdef")
        return _COMPARED[word](self._number(line, start))

    def _skip(self) -> None:
        """Pass over lines until the branch of the innermost .if that counts."""
        depth = 0
        while (line := self._pop(raw=True)) is not None:
            found = _WORD.match(line.text)
            word = found[2].lower() if found is not None else ""
            if word in _CONDITIONS:
                depth += 1
            elif word == ".endif":
                if not depth:
                    self._open.pop()
                    return
                depth -= 1
            elif not depth and word in {".else", ".elseif"}:
                opened, taken = self._open[-1]
                if taken:
                    continue
                self._program.at(line)
                assert found is not None
                if word == ".else" or self._number(line, found.end()):
                    self._open[-1] = (opened, True)
                    return

    def _exit_macro(self, line: Line) -> None:
        if not line.depth:
            raise Fault("`.exitm` outside of a macro")
        while self._queue and self._queue[0].depth >= line.depth:
            self._queue.popleft()
        while self._open and self._open[-1][0].depth >= line.depth:
            self._open.pop()
