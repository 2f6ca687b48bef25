"""The directives that put data and room into a section, and those that name and switch sections."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from emulator.loader.assembler import limits
from emulator.loader.assembler.diagnostics import Fault, nearest
from emulator.loader.assembler.expressions import Parser
from emulator.loader.assembler.layout import Align, Fill, Fixup, Org
from emulator.loader.assembler.lexer import Token
from emulator.loader.assembler.values import Value, bind

if TYPE_CHECKING:
    from emulator.loader.assembler.program import Program

Handler = Callable[["Program", Parser, Token], None]

SIZES: Final[dict[str, int]] = {
    ".byte": 1, ".2byte": 2, ".word": 2, ".short": 2, ".hword": 2, ".value": 2, ".4byte": 4, ".long": 4, ".int": 4,
    ".8byte": 8, ".quad": 8, ".octa": 16, "db": 1, "dw": 2, "dd": 4, "dq": 8,
}  # fmt: skip
FLOATS: Final = {".float": "f", ".single": "f", ".double": "d"}
_IGNORED: Final = (
    ".type", ".size", ".file", ".ident", ".loc", ".line", ".ln", ".title", ".sbttl", ".psize", ".eject", ".list", ".nolist", ".code64",
    ".local", ".extern", ".weak", ".hidden", ".internal", ".protected", ".version", ".allow_index_reg", ".arch",
)  # fmt: skip
"""Accepted without effect on a static program of one file."""
REFUSED: Final[dict[str, str]] = {
    ".incbin": "`.incbin` would read a file of this machine; put the bytes in with .byte or .ascii",
    "incbin": "`incbin` would read a file of this machine; put the bytes in with .byte or .ascii",
    ".include": "`.include` would read a file of this machine; a program here is one text",
    ".att_syntax": "only Intel syntax is read here; remove `.att_syntax`",
    ".code32": "only 64-bit code is run here; remove `.code32`",
    ".code16": "only 64-bit code is run here; remove `.code16`",
}


def data(program: Program, parser: Parser, word: Token) -> None:
    """.byte and its kin: a list of expressions; with db also strings."""
    size = SIZES[word.text.lower()]
    section = program.writable(word)
    nasm = not word.text.startswith(".")
    if parser.peek() is None:
        if nasm:
            raise parser.expected("a value")
        return
    out = bytearray()
    fragment = section.current
    start = len(fragment.data)
    while True:
        token = parser.peek()
        if token is not None and token.kind == "string" and nasm:
            parser.position += 1
            text = program.text(token)
            out += text + bytes(-len(text) % size)
        else:
            node = parser.expression()
            value = bind(node, program.scope)
            if value.constant:
                out += _packed(program, value, size, word)
            else:
                if size > 8:
                    raise Fault("a symbol's value has 64 bits at most; a number is expected here", node.start, node.end)
                span = program.span(node.start, node.end)
                section.fixups.append(Fixup(fragment, start + len(out), size, value, span, what="value"))
                out += bytes(size)
        if not parser.take(","):
            break
    fragment.data += out


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
        try:
            out += struct.pack("<" + kind, sign * (float(token.text) if token.kind == "float" else float(token.value)))
        except (ValueError, OverflowError):
            raise Fault(f"`{token.text}` is not a number this type can hold", token.start, token.end) from None
        if not parser.take(","):
            break
    section.current.data += out


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


def align(program: Program, parser: Parser, word: Token) -> None:
    """.balign BYTES, .p2align POWER [, FILL [, MOST]]; .align means .balign on x86."""
    name = word.text.lower()
    number = program.constant(parser, "the alignment") if parser.peek() is not None else 0
    power = name.startswith(".p2align")
    if power and not 0 <= number <= 31:
        raise Fault(f"the alignment is a power of two: {number} is out of range", word.start, word.end)
    to = 1 << number if power else max(number, 1)
    if to & (to - 1) or to < 1:
        raise Fault(f"an alignment is a power of two, not {number}", word.start, word.end)
    if to > 1 << 24:
        raise Fault("an alignment above 16 MiB has no room in a program", word.start, word.end)
    fill_bytes: bytes | None = None
    most = 0
    if parser.take(","):
        if not parser.at(","):
            fill_bytes = bytes([program.constant(parser, "the fill byte") & 0xFF])
        if parser.take(","):
            most = program.constant(parser, "the most bytes to skip")
    section = program.section
    section.alignment = max(section.alignment, to if not most else 1, to if most else 1)
    if to > 1:
        section.close_with(Align(to, fill_bytes, most, program.span(word.start, word.end)))


def org(program: Program, parser: Parser, word: Token) -> None:
    """.org TARGET [, FILL]: advance to a place of this section."""
    target = bind(parser.expression(), program.scope)
    fill_byte = program.constant(parser, "the fill byte") & 0xFF if parser.take(",") else 0
    program.section.close_with(Org(target, fill_byte, program.span(word.start, word.end)))


def common(program: Program, parser: Parser, word: Token) -> None:
    """.comm NAME, SIZE [, ALIGN] and .lcomm: room in .bss."""
    name = parser.peek()
    if name is None or name.kind != "name":
        raise parser.expected("a name")
    parser.position += 1
    if not parser.take(","):
        raise parser.expected("`,`")
    size = program.constant(parser, "the size")
    to = (
        program.constant(parser, "the alignment")
        if parser.take(",")
        else (1 if word.text.lower() == ".lcomm" else min(16, 1 << max(size - 1, 0).bit_length()))
    )
    if not 0 <= size <= limits.OUTPUT_BYTES or to < 1 or to & (to - 1) or to > 1 << 24:
        raise Fault(f"`{word.text}` needs a size a program has room for and an alignment that is a power of two", word.start, word.end)
    program.common(name, size, to)


def set_symbol(program: Program, parser: Parser, word: Token) -> None:
    """.set, .equ, .equiv NAME, VALUE."""
    name = parser.peek()
    if name is None or name.kind != "name":
        raise parser.expected("a name")
    parser.position += 1
    if not parser.take(","):
        raise parser.expected("`,`")
    program.assign(name, parser.expression(), once=word.text.lower() == ".equiv")


def export(program: Program, parser: Parser, _word: Token) -> None:
    """.global, .globl NAME, ..."""
    while True:
        name = parser.peek()
        if name is None or name.kind != "name":
            raise parser.expected("a name")
        parser.position += 1
        program.symbol(name.text).exported = True
        if not parser.take(","):
            break


def intel_syntax(program: Program, parser: Parser, _word: Token) -> None:
    """.intel_syntax noprefix: what is read anyway."""
    token = parser.peek()
    if token is not None and token.text.lower() not in {"noprefix", "prefix"}:
        raise parser.expected("`noprefix`")
    parser.position = len(parser.tokens)
    if token is not None and token.text.lower() == "prefix":
        program.fault(Fault("registers are written without `%` here: `.intel_syntax noprefix`", token.start, token.end, "noprefix"))


def message(program: Program, parser: Parser, word: Token) -> None:
    """.error, .err, .abort: a mistake the text itself reports; .print says nothing here."""
    token = parser.peek()
    parser.position = len(parser.tokens)
    said = program.text(token).decode(errors="replace") if token is not None and token.kind == "string" else f"{word.text} was reached"
    if word.text.lower() != ".print":
        program.fault(Fault(said, word.start, word.end))


def ignored(_program: Program, parser: Parser, _word: Token) -> None:
    parser.position = len(parser.tokens)


def unknown(word: Token) -> Fault:
    name = word.text.lower()
    if name in REFUSED:
        return Fault(REFUSED[name], word.start, word.end)
    if name.startswith(".cfi_"):
        return Fault("call frame information (.cfi_...) is not made here; remove the line", word.start, word.end)
    near = nearest(name, HANDLERS.keys() | SECTION_WORDS | MACRO_WORDS)
    return Fault(f"unknown directive `{word.text}`", word.start, word.end, near)


SECTION_WORDS: Final = frozenset({".section", ".text", ".data", ".bss", ".rodata", ".pushsection", ".popsection", ".previous"})
MACRO_WORDS: Final = frozenset({
    ".macro", ".endm", ".endmacro", ".exitm", ".purgem", ".rept", ".irp", ".irpc", ".endr", ".if", ".ifdef", ".ifndef", ".ifnotdef",
    ".ifeq", ".ifne", ".ifgt", ".ifge", ".iflt", ".ifle", ".ifb", ".ifnb", ".elseif", ".else", ".endif", ".end",
})  # fmt: skip
HANDLERS: Final[dict[str, Handler]] = {
    **dict.fromkeys(SIZES, data),
    **dict.fromkeys(FLOATS, floats),
    **dict.fromkeys((".ascii", ".asciz", ".string"), strings),
    **dict.fromkeys((".zero", ".skip", ".space"), space),
    **dict.fromkeys((".align", ".balign", ".p2align"), align),
    **dict.fromkeys((".set", ".equ", ".equiv"), set_symbol),
    **dict.fromkeys((".global", ".globl"), export),
    **dict.fromkeys((".error", ".err", ".abort", ".print"), message),
    **dict.fromkeys((".comm", ".lcomm"), common),
    **dict.fromkeys(_IGNORED, ignored),
    ".fill": fill,
    ".org": org,
    ".intel_syntax": intel_syntax,
}
