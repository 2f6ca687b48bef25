"""What stands behind a `;`: GNU as separates statements by it, NASM begins comments.

Programs of both habits must do what their authors meant. What follows a `;` is a statement if it reads as one from its
first word to its end and names nothing that the program does not define; everything else is a comment. Where a comment begins like a
statement, a warning says so.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from emulator.abi.errors import EmulatorBug
from emulator.loader.assembler import directives, instructions
from emulator.loader.assembler.diagnostics import Fault
from emulator.loader.assembler.expressions import Parser
from emulator.loader.assembler.lexer import Line, Token, tokenise
from emulator.loader.assembler.mnemonics import known
from emulator.loader.assembler.predefined import CONSTANTS
from emulator.loader.assembler.values import Scope, Symbol

if TYPE_CHECKING:
    from emulator.loader.assembler.program import Program

_SPLIT: Final = re.compile(r"""(?P<string>"(?:\\.|[^"\\])*(?:"|\\?$))|(?P<char>'(?:\\.|.)'?)|(?P<semicolon>;)""")
_FIRST: Final = re.compile(r"\s*([A-Za-z_.$][\w.$]*|\d+(?=:))\s*(:|=)?")
_ALWAYS: Final = directives.MACRO_WORDS | frozenset(directives.REFUSED)


def split(line: Line) -> tuple[Line, Line | None]:
    """Cut a line at its first `;` outside of strings; the rest keeps its columns."""
    for found in _SPLIT.finditer(line.text):
        if found["semicolon"] is not None:
            at = found.start()
            rest = " " * (at + 1) + line.text[at + 1 :]
            return replace(line, text=line.text[:at]), replace(line, text=rest, follows=True) if rest.strip() else None
    return line, None


def is_comment(line: Line, program: Program) -> bool:
    """Say whether what follows a `;` is a comment. The first statement of it decides for the rest of the line."""
    first, _ = split(line)
    text = first.text
    found = _FIRST.match(text)
    if found is None:
        return bool(text.strip())
    word, sign = found[1], found[2]
    lowered = word.lower()
    if sign:
        return _names_nothing(word, sign, text, found.end(), program)
    directive = lowered.startswith(".") or lowered in directives.HANDLERS or lowered in _ALWAYS
    if not directive and lowered not in known() and word not in program.source.macros:
        return True
    if _reads(text, lowered, word, program):
        return False
    begins = lowered.strip(".") != "" and (
        not lowered.startswith(".") or lowered in directives.HANDLERS or lowered in directives.SECTION_WORDS
    )
    if begins:
        program.at(line)
        start = found.start(1)
        program.warn(
            Fault(f"taken as a comment, although `{word}` can begin a statement; write `#` before a comment", start, start + len(word))
        )
    return True


def _names_nothing(word: str, sign: str, text: str, end: int, program: Program) -> bool:
    """`note: ...` and `x = 5` define a name only if the program uses it elsewhere or a statement follows."""
    if sign == ":" and text[end:].strip():
        return is_comment(Line(" " * end + text[end:], 0), program)
    if word.isdecimal():
        return False
    return not program.symbols.mentions(word)


def _reads(text: str, lowered: str, word: str, program: Program) -> bool:
    try:
        tokens = tokenise(text)
    except Fault:
        return False
    if not tokens:
        return False
    if word in program.source.macros:
        return len(tokens) - 1 <= max(2 * len(program.source.macros[word].parameters) - 1, 0)
    if lowered in _ALWAYS:
        return True
    if lowered in directives.SECTION_WORDS:
        return _is_list(tokens) if "section" in lowered else len(tokens) == 1
    if lowered.startswith(".") or lowered in directives.HANDLERS:
        return lowered in directives.HANDLERS and _is_list(tokens)
    names: set[str] = set()

    def look_up(name: str) -> Symbol:
        names.add(name)
        return program.symbols.named.get(name) or Symbol(name)

    scope = Scope(look_up, Symbol, program.scope.here)
    try:
        name, prefixes, operands = instructions.read(tokens, 0, len(text.rstrip()), scope)
        instructions.assemble(name, prefixes, operands, (0, 0))
    except (Fault, EmulatorBug):
        return False
    return all(program.symbols.defines(n) or n in CONSTANTS for n in names)


def _is_list(tokens: list[Token]) -> bool:
    parser = Parser(tokens, 1)
    try:
        while parser.peek() is not None:
            token = parser.peek()
            if token is not None and (token.kind == "string" or token.text in {"@", "%"}):
                parser.position += 1
            else:
                parser.expression()
            if not parser.take(",") and parser.peek() is not None and not parser.at("@"):
                return False
    except Fault:
        return False
    return True
