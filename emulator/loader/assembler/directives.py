"""The directives: what each does, which are refused, and what an unknown one may have meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from emulator.loader.assembler import limits
from emulator.loader.assembler.data import FLOATS, SIZES, data, fill, floats, space, strings
from emulator.loader.assembler.diagnostics import Fault, nearest
from emulator.loader.assembler.expressions import Parser
from emulator.loader.assembler.layout import Align, Org
from emulator.loader.assembler.lexer import Token
from emulator.loader.assembler.values import bind

if TYPE_CHECKING:
    from emulator.loader.assembler.program import Program

Handler = Callable[["Program", Parser, Token], None]

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
    """.comm NAME, SIZE [, ALIGN] and .lcomm NAME, SIZE: room behind all else in .bss."""
    name = parser.peek()
    if name is None or name.kind != "name":
        raise parser.expected("a name")
    parser.position += 1
    if not parser.take(","):
        raise parser.expected("`,`")
    size = program.constant(parser, "the size")
    local = word.text.lower() == ".lcomm"
    most = 8 if local else 16
    to = min(most, 1 << max(size, 1).bit_length() - 1)
    if not local and parser.take(","):
        to = program.constant(parser, "the alignment")
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
        program.symbols.get(name.text).exported = True
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


def caution(program: Program, parser: Parser, word: Token) -> None:
    """.warning "TEXT"."""
    token = parser.peek()
    parser.position = len(parser.tokens)
    said = program.text(token).decode(errors="replace") if token is not None and token.kind == "string" else f"{word.text} was reached"
    program.warn(Fault(said, word.start, word.end))


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
    ".warning": caution,
    ".fill": fill,
    ".org": org,
    ".intel_syntax": intel_syntax,
}
