"""The directives that put data and room into a section."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Final

from emulator.loader.assembler import limits
from emulator.loader.assembler.diagnostics import Fault
from emulator.loader.assembler.expressions import Parser
from emulator.loader.assembler.layout import Fill, Fixup
from emulator.loader.assembler.lexer import Token
from emulator.loader.assembler.values import Value, bind

if TYPE_CHECKING:
    from emulator.loader.assembler.program import Program

SIZES: Final[dict[str, int]] = {
    ".byte": 1, ".2byte": 2, ".word": 2, ".short": 2, ".hword": 2, ".value": 2, ".4byte": 4, ".long": 4, ".int": 4,
    ".8byte": 8, ".quad": 8, ".octa": 16, "db": 1, "dw": 2, "dd": 4, "dq": 8,
}  # fmt: skip
FLOATS: Final = {".float": "f", ".single": "f", ".double": "d"}


def data(program: Program, parser: Parser, word: Token) -> None:
    """.byte and its kin: a list of expressions; with db also strings."""
    size = SIZES[word.text.lower()]
    section = program.writable(word)
    nasm = not word.text.startswith(".")
    if parser.peek() is None:
        if nasm:
            raise parser.expected("a value")
        return
    while True:
        token = parser.peek()
        out = section.current.data  # grown item by item: `.` is the place of the item
        if token is not None and token.kind == "string" and nasm:
            parser.position += 1
            text = program.text(token)
            out += text + bytes(-len(text) % size)
        else:
            node = parser.expression()
            big = size > 8 and node.op == "number"
            value = Value(node.value, start=node.start, end=node.end) if big else bind(node, program.scope)
            if not value.constant:
                if size > 8:
                    raise Fault("a symbol's value has 64 bits at most; a number is expected here", node.start, node.end)
                section.fixups.append(Fixup(section.current, len(out), size, value, program.span(node.start, node.end)))
                value = Value(0)
            out += _packed(program, value, size, word)
        if not parser.take(","):
            break


def _packed(program: Program, value: Value, size: int, word: Token) -> bytes:
    number = value.number
    bits = size * 8
    if not -(1 << bits) < number < 1 << bits:
        program.fault(Fault(f"{number:#x} does not fit into {bits} bits ({word.text})", value.start, value.end))
    return (number & ((1 << bits) - 1)).to_bytes(size, "little")


def floats(program: Program, parser: Parser, word: Token) -> None:
    """.float, .double: IEEE 754 numbers."""
    section = program.writable(word)
    kind = FLOATS[word.text.lower()]
    out = bytearray()
    while True:
        sign = -1.0 if parser.take("-") else 1.0
        token = parser.peek()
        if token is None or token.kind not in {"float", "number"}:
            raise parser.expected("a number like 1.5")
        parser.position += 1
        out += _float(token, sign, kind)
        if not parser.take(","):
            break
    section.current.data += out


def _float(token: Token, sign: float, kind: str) -> bytes:
    try:
        number = float(token.text) if token.kind == "float" else float(token.value)
        data = struct.pack("<" + kind, sign * number)
    except (ValueError, OverflowError):
        number, data = math.inf, b""
    if math.isinf(number):
        raise Fault(f"`{token.text}` is not a number this type can hold", token.start, token.end)
    return data


def strings(program: Program, parser: Parser, word: Token) -> None:
    """.ascii, .asciz, .string: quoted strings, separated by commas."""
    section = program.writable(word)
    end = b"" if word.text.lower() == ".ascii" else b"\0"
    out = bytearray()
    while True:
        token = parser.peek()
        if token is None or token.kind != "string":
            raise parser.expected("a string in double quotes")
        while token is not None and token.kind == "string":
            parser.position += 1
            out += program.text(token)
            token = parser.peek()
        out += end
        if not parser.take(","):
            break
    section.current.data += out


def space(program: Program, parser: Parser, word: Token) -> None:
    """.zero, .skip, .space COUNT [, FILL]: COUNT may hang on later labels."""
    count = bind(parser.expression(), program.scope)
    fill = program.constant(parser, "the fill byte") if parser.take(",") else 0
    _room(program, word, count, bytes([fill & 0xFF]))


def fill(program: Program, parser: Parser, word: Token) -> None:
    """.fill REPEAT [, SIZE [, VALUE]]: SIZE up to 8 bytes, of which VALUE fills four."""
    count = bind(parser.expression(), program.scope)
    size, value = 1, 0
    if parser.take(","):
        size = min(program.constant(parser, "the size"), 8)
        if size < 0:
            raise Fault("the size of a .fill can't be negative", word.start, word.end)
        if parser.take(","):
            value = program.constant(parser, "the value")
    unit = (value & 0xFFFFFFFF).to_bytes(8, "little")[:size]
    _room(program, word, count, unit)


def _room(program: Program, word: Token, count: Value, unit: bytes) -> None:
    section = program.section if not any(unit) else program.writable(word)
    span = program.span(word.start, word.end)
    if not count.constant:
        section.close_with(Fill(count, unit, span))
        return
    size = count.number * len(unit)
    if size < 0:
        program.warn(Fault("a negative count leaves no room", word.start, word.end))
        return
    if size > limits.OUTPUT_BYTES or program.reserve(size):
        raise Fault(f"{size:,} bytes are too many: a program has room for {limits.OUTPUT_BYTES >> 20} MiB", word.start, word.end)
    if section.content:
        section.current.data += unit * count.number if unit else b""
    else:
        section.current.reserved += size
