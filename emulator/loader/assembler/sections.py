"""Sections by name: what flags one has, and how `.section NAME, "FLAGS", @TYPE` is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from emulator.loader.assembler.diagnostics import Fault
from emulator.loader.assembler.expressions import Parser
from emulator.loader.assembler.layout import Section
from emulator.loader.assembler.lexer import Token

_DEFAULTS: Final[tuple[tuple[str, str, bool], ...]] = (
    (".text", "ax", True), (".init", "ax", True), (".fini", "ax", True), (".rodata", "a", True), (".data", "aw", True),
    (".bss", "aw", False), (".tdata", "aw", True), (".tbss", "aw", False), (".init_array", "aw", True), (".fini_array", "aw", True),
    (".note", "", True), (".comment", "", True), (".debug", "", True),
)  # fmt: skip


@dataclass(slots=True, frozen=True)
class Named:
    """What a .section directive says; None = not said."""

    token: Token
    name: str
    flags: str | None
    content: bool | None


def make(name: str, flags: str | None, *, content: bool | None) -> Section:
    """Make a section; what is not said follows from its name, as in GNU as."""
    known = next(((f, c) for n, f, c in _DEFAULTS if name == n or name.startswith((n + ".", n + "-"))), ("", True))
    chosen = known[0] if flags is None else flags
    return Section(name, "w" in chosen, "x" in chosen, "a" in chosen, known[1] if content is None else content)


def check(known: Section | None, named: Named) -> None:
    """Raise Fault if a section is named again with other flags."""
    flags = named.flags
    if known is None or flags is None:
        return
    if (known.write, known.execute, known.allocate) != ("w" in flags, "x" in flags, "a" in flags):
        raise Fault(f"`{named.name}` already has other flags", named.token.start, named.token.end)


def read(parser: Parser) -> Named:
    """Read NAME [, "FLAGS" [, @TYPE [, ...]]]."""
    token = parser.peek()
    if token is None or token.kind not in {"name", "string"}:
        raise parser.expected("the name of a section")
    name = token.text.strip('"')
    parser.position += 1
    while (part := parser.peek()) is not None and part.text == "-" and token.kind == "name":  # .note.GNU-stack
        parser.position += 1
        rest = parser.peek()
        name += "-" + (rest.text if rest is not None else "")
        parser.position += 1
    if len(name) > 256:
        raise Fault("this section's name is too long", token.start, token.end)
    flags, content = None, None
    if parser.take(","):
        flags, content = _flags(parser)
    return Named(token, name, flags, content)


def _flags(parser: Parser) -> tuple[str, bool | None]:
    token = parser.peek()
    if token is None or token.kind != "string":
        raise parser.expected('the flags in quotes, like "aw",')
    parser.position += 1
    flags = token.text.strip('"')
    strange = re.sub(r"[awxMSGTo?]", "", flags)
    if strange:
        raise Fault(f"unknown section flag `{strange[0]}`: a (in memory), w (writable), x (code) are known", token.start, token.end, "aw")
    content = None
    if parser.take(","):
        if not (parser.take("@") or parser.take("%")):
            raise parser.expected("@progbits or @nobits")
        kind = parser.peek()
        if kind is None or kind.text.lower() not in {"progbits", "nobits", "note", "init_array", "fini_array"}:
            raise parser.expected("progbits or nobits")
        content = kind.text.lower() != "nobits"
        parser.position += 1
        if parser.take(","):
            parser.expression()
    return flags, content
