"""Macros as text: definitions, their arguments, what a body becomes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from emulator.loader.assembler import limits
from emulator.loader.assembler.diagnostics import Fault
from emulator.loader.assembler.lexer import Line

_PARAMETER: Final = re.compile(r"\\(\(\)|@|[A-Za-z_.$][\w.$]*)")
_DECLARED: Final = re.compile(r"\s*,?\s*([A-Za-z_.$][\w.$]*)\s*(?::(req|vararg))?(?:\s*=\s*(\"[^\"]*\"|[^,\s]*))?", re.IGNORECASE)
_TIGHT: Final = re.compile(r"\s*([-+*/%|&^<>=!~:,()\[\]])\s*")
_PIECES: Final = re.compile(r"""("(?:\\.|[^"\\])*"?)|('(?:\\.|.)'?)""")


@dataclass(slots=True)
class Parameter:
    name: str
    kind: str = ""
    default: str = ""


@dataclass(slots=True)
class Macro:
    """A .macro: its parameters and its lines, still as text."""

    name: str
    parameters: list[Parameter]
    body: list[Line] = field(default_factory=list)

    def bind(self, text: str, at: int) -> dict[str, str]:
        """Match a call's arguments with the parameters. Raises Fault where they don't fit."""
        given = arguments(text)
        values = {p.name: p.default for p in self.parameters}
        names = set(values)
        position = 0
        for number, argument in enumerate(given):
            name, equals, value = argument.partition("=")
            if equals and name in names:
                values[name] = unquoted(value)
                continue
            if position >= len(self.parameters):
                raise Fault(f"macro `{self.name}` takes {len(self.parameters)} argument(s), not {len(given)}", at, at + len(self.name))
            parameter = self.parameters[position]
            if parameter.kind == "vararg":
                values[parameter.name] = ",".join(given[number:])
                break
            if argument:
                values[parameter.name] = unquoted(argument)
            position += 1
        for parameter in self.parameters:
            if parameter.kind == "req" and not values[parameter.name]:
                raise Fault(f"macro `{self.name}` needs its argument `{parameter.name}`", at, at + len(self.name))
        return values


def declared(text: str) -> list[Parameter]:
    """Read the parameters behind `.macro NAME`. Raises Fault for what is none, and for one named twice."""
    found: list[Parameter] = []
    position = 0
    while position < len(text) and text[position:].strip():
        match = _DECLARED.match(text, position)
        if match is None or match.end() == position:
            raise Fault(f"a parameter is expected, not `{text[position:].strip()[:20]}`")
        if any(p.name == match[1] for p in found):
            raise Fault(f"the macro has two parameters `{match[1]}`")
        found.append(Parameter(match[1], (match[2] or "").lower(), unquoted(match[3] or "")))
        position = match.end()
    return found


def arguments(text: str) -> list[str]:
    """Split a call's arguments: at commas, and at blanks that no operator stands beside."""
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        held.append(found[0])
        return f"\x00{len(held) - 1}\x01"

    folded = _TIGHT.sub(r"\1", _PIECES.sub(hold, text.strip()))
    if not folded:
        return []
    split: list[str] = []
    for part in folded.split(","):
        split += part.split() or [""]
    return [re.sub("\x00(\\d+)\x01", lambda m: held[int(m[1])], part) for part in split]


def unquoted(argument: str) -> str:
    return argument[1:-1] if len(argument) > 1 and argument[0] == argument[-1] == '"' else argument


def expanded(body: list[Line], values: dict[str, str], count: int, caller: Line) -> list[Line]:
    """Return a body with its parameters replaced; its lines stand where their caller stands."""
    depth = caller.depth + 1
    if depth > limits.EXPANSION_DEPTH:
        raise Fault(f"macros call one another more than {limits.EXPANSION_DEPTH} deep")

    def put(found: re.Match[str]) -> str:
        name = found[1]
        if name == "()":
            return ""
        if name == "@":
            return str(count)
        return values.get(name, found[0])

    lines = []
    for line in body:
        text = _PARAMETER.sub(put, line.text) if "\\" in line.text else line.text
        if len(text) > limits.LINE_COLUMNS:
            raise Fault(f"an expansion makes a line of more than {limits.LINE_COLUMNS:,} characters")
        lines.append(Line(text, caller.number, expanded=True, depth=depth, follows=line.follows))
    return lines
