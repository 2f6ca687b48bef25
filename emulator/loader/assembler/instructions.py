"""Instruction statements: from tokens to bytes in a section.

Who decides what: this module which operands and which form (as GNU as would), `encoder` the bytes, `layout` the length of
jumps. Everything that hangs on an address becomes a fixup over a field of zeros.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from emulator.loader.assembler import adaptation, choice, encoder
from emulator.loader.assembler.complaints import unknown_instruction
from emulator.loader.assembler.diagnostics import Fault, Span
from emulator.loader.assembler.expressions import Parser
from emulator.loader.assembler.forms import IMPLIED, Form
from emulator.loader.assembler.layout import Fixup, Jump, Section
from emulator.loader.assembler.lexer import Token
from emulator.loader.assembler.mnemonics import (
    AMBIGUOUS,
    BRANCHES,
    BYTES,
    BYTES_AND_WORD,
    NEAR_ONLY,
    SHORT_ONLY,
    STRING_FAMILIES,
    WAITING,
    known,
    resolved,
)
from emulator.loader.assembler.names import BITS, HIGH_BYTES, NEEDS_REX, PREFIXES
from emulator.loader.assembler.operands import Operand, OperandReader
from emulator.loader.assembler.values import Scope, Value

_PLACEHOLDER: Final = {8: 0x5A, 16: 0x5A5A, 32: 0x5A5A5A5A, 64: 0x5A5A5A5A5A5A5A5A}
"""Stands in a template where the link will write: no sign extension, no shorter form."""
_LOCKABLE: Final = frozenset({
    "add", "adc", "and", "btc", "btr", "bts", "cmpxchg", "cmpxchg8b", "cmpxchg16b", "dec", "inc", "neg", "not", "or", "sbb", "sub",
    "xor", "xadd", "xchg",
})  # fmt: skip
_REPEATABLE: Final = frozenset(f + s for f in STRING_FAMILIES for s in ("", "b", "w", "d", "q")) | {"ret", "bsf", "bsr", "nop"}


_NOPS: Final[dict[tuple[str, ...], bytes]] = {("rax", "rax"): b"\x90", ("ax", "ax"): b"\x66\x90"}
"""What GNU as makes of exchanging the accumulator with itself."""


@dataclass(slots=True)
class Pending:
    """A fixup before its instruction has a place."""

    offset: int
    size: int
    value: Value
    relative: bool = False
    signed: bool = False
    what: str = "value"


@dataclass(slots=True)
class Code:
    """An instruction ready to be placed."""

    data: bytes
    fixups: tuple[Pending, ...] = ()
    jump: Jump | None = None


def read(tokens: list[Token], position: int, end_column: int, scope: Scope) -> tuple[str, list[Token], list[Operand]]:
    """Parse `[prefix...] mnemonic operands`. Returns the mnemonic, the prefixes and the operands."""
    prefixes: list[Token] = []
    word = tokens[position]
    while word.text.lower() in PREFIXES and word.kind == "name":
        prefixes.append(word)
        position += 1
        if len(prefixes) > 4:
            raise Fault("too many prefixes", word.start, word.end)
        if position == len(tokens):
            return "", prefixes, []
        word = tokens[position]
    name = word.text.lower()
    if word.kind != "name" or name not in known():
        raise unknown_instruction(word)
    parser = Parser(tokens, position + 1, end_column, operand=True)
    operands: list[Operand] = []
    if parser.peek() is not None:
        while True:
            node = parser.expression()
            operands.append(OperandReader(scope).read(node, bracketed=tokens[parser.position - 1].text == "]"))
            if len(operands) > 5:
                raise Fault("too many operands", operands[-1].start, operands[-1].end)
            if not parser.take(","):
                break
    if parser.peek() is not None:
        raise parser.expected("`,` or the end of the statement")
    return name, prefixes, operands


def assemble(name: str, prefixes: Sequence[Token], operands: list[Operand], here: tuple[int, int]) -> Code:
    """Encode one parsed instruction. `here` is the column span of its mnemonic. Raises Fault with what was expected."""
    start, end = here
    if not name:
        return Code(bytes(PREFIXES[p.text.lower()] for p in prefixes))
    lead, repeats, segment = _split(prefixes, name)
    direct = len(operands) == 1 and _is_direct(operands[0])
    if direct and (name in BRANCHES or name == "jmpq"):
        return _jump("jmp" if name == "jmpq" else name, operands[0], lead)
    if direct and name in SHORT_ONLY:
        return _relative(lead + SHORT_ONLY[name], 1, operands[0])
    if direct and name in NEAR_ONLY:
        return _relative(lead + NEAR_ONLY[name], 4, operands[0])
    if name in SHORT_ONLY or (name in BRANCHES and name != "jmp"):
        raise Fault(f"`{name}` takes a label to jump to", start, end)
    if name in BYTES and not operands:
        return Code(lead + BYTES[name])
    if name in BYTES_AND_WORD and len(operands) == 1 and operands[0].kind == "immediate" and operands[0].value.constant:
        if not 0 <= operands[0].value.number <= 0xFFFF:
            raise Fault("a number of 16 bits is expected", operands[0].start, operands[0].end)
        return Code(lead + BYTES_AND_WORD[name] + operands[0].value.number.to_bytes(2, "little"))
    if name in AMBIGUOUS:
        wide, narrow = AMBIGUOUS[name]
        raise Fault(f"`{name}` returns to 64-bit or 32-bit code: write `{wide}` or `{narrow}`", start, end, wide)
    if segment:
        _override(operands, segment, start, end)
    return _ordinary(name, lead, repeats, operands, here)


def _override(operands: list[Operand], segment: str, start: int, end: int) -> None:
    for operand in operands:
        if operand.kind == "memory" and not operand.segment:
            operand.segment = segment
            return
    raise Fault(f"`{segment}` has no memory operand to work on", start, end)


def _split(prefixes: Sequence[Token], name: str) -> tuple[bytes, tuple[str, ...], str]:
    repeats: list[str] = []
    lead = b""
    segment = ""
    for token in prefixes:
        word = token.text.lower()
        if word == "lock":
            if name not in _LOCKABLE:
                raise Fault(f"`lock` goes with instructions that change memory; `{name}` is none of them", token.start, token.end)
            repeats.append(word)
        elif word.startswith("rep"):
            if name not in _REPEATABLE and not name.startswith(("movs", "cmps")):
                raise Fault(f"`{word}` goes with string instructions like movsb; `{name}` is none of them", token.start, token.end)
            repeats.append(word)
        elif word in {"cs", "ds", "es", "ss", "fs", "gs"}:
            if name in BRANCHES:
                lead += bytes([PREFIXES[word]])
            else:
                segment = word
        else:
            lead += bytes([PREFIXES[word]])
    if len({*map(_group, repeats)}) != len(repeats):
        raise Fault("these prefixes exclude one another", prefixes[0].start, prefixes[-1].end)
    return lead, tuple(repeats), segment


def _group(prefix: str) -> str:
    return "lock" if prefix == "lock" else "rep"


def _is_direct(operand: Operand) -> bool:
    """Say whether a branch operand names the target itself, not where the target is stored."""
    if operand.kind == "immediate":
        return True
    bare = operand.kind == "memory" and not (operand.base or operand.index or operand.segment or operand.bracketed)
    return bare and operand.bits in {0, -1}


def _jump(name: str, operand: Operand, lead: bytes) -> Code:
    short, near = BRANCHES[name]
    value = operand.value
    if operand.short:
        return _relative(lead + short, 1, operand)
    if value.plain:
        jump = Jump(lead + short + b"\0", lead + near + bytes(4), value, (0, operand.start, operand.end))
        return Code(b"", jump=jump)
    return _relative(lead + near, 4, operand)


def _relative(opcode: bytes, size: int, operand: Operand) -> Code:
    pending = Pending(len(opcode), size, operand.value, relative=True, signed=True, what="jump")
    return Code(opcode + bytes(size), (pending,))


def _ordinary(name: str, lead: bytes, repeats: tuple[str, ...], operands: list[Operand], here: tuple[int, int]) -> Code:
    start, end = here
    if name not in resolved():
        raise Fault(f"`{name}` takes one operand: the label to go to", start, end)
    iced, predicate = resolved()[name]
    if predicate is not None:
        operands = [*operands, Operand("immediate", start, end, value=Value(predicate))]
    if iced in WAITING:
        lead, iced = b"\x9b" + lead, WAITING[iced]
    if iced in STRING_FAMILIES:
        iced = adaptation.string_name(iced, operands, start, end)
    _check_high_bytes(operands)
    if iced == "nop" and repeats and not operands:
        return Code(lead + bytes(PREFIXES[r] for r in repeats) + b"\x90")
    if iced == "xchg" and (nop := _NOPS.get(tuple(o.register for o in operands))) is not None:
        return Code(lead + nop)
    iced = adaptation.renamed(iced, operands)
    operands = adaptation.adapted(iced, operands)
    form = choice.select(name, iced, operands, here)
    placed, fixups = _placed(form, operands)
    request = encoder.Request(form, placed, repeats)
    encoded = encoder.encode(request)
    data = bytearray(encoded.data)
    pending: list[Pending] = []
    for fixup, field in fixups:
        offset, size = encoded.displacement if field == "displacement" else encoded.immediate
        if not size:
            continue
        data[offset : offset + size] = bytes(size)
        pending.append(replace(fixup, offset=offset + len(lead), size=size))
    return Code(lead + bytes(data), tuple(pending))


def _check_high_bytes(operands: Sequence[Operand]) -> None:
    """AH, BH, CH, DH can't be named in an instruction that has a REX prefix (SDM vol. 1, 3.4.1.1)."""
    high = next((o for o in operands if o.register in HIGH_BYTES), None)
    if high is None:
        return
    for operand in operands:
        for register in (operand.register, operand.base, operand.index):
            if register in NEEDS_REX or (register and operand.kind == "register" and BITS[register] == 64):
                raise Fault(f"`{high.register}` can't be used together with `{register}`: that needs a REX prefix", high.start, high.end)


def _placed(form: Form, operands: Sequence[Operand]) -> tuple[tuple[str | int | encoder.Memory, ...], list[tuple[Pending, str]]]:
    """Turn operands into the encoder's, with placeholders where the link has to fill in."""
    result: list[str | int | encoder.Memory] = []
    fixups: list[tuple[Pending, str]] = []
    for kind, operand in zip(form.kinds, operands, strict=True):
        if operand.kind == "register":
            result.append(operand.register)
        elif operand.kind == "immediate":
            if operand.value.constant:
                result.append(choice.normalised(kind, operand.value.number))
                continue
            bits = choice.immediate_bits(kind)
            result.append(_PLACEHOLDER[bits])
            fixups.append((Pending(0, 0, operand.value, signed=kind == "IMM32SEX64", what="immediate"), "immediate"))
        else:
            result.append(_memory(operand, kind, fixups))
    return tuple(result), fixups


def _memory(operand: Operand, kind: str, fixups: list[tuple[Pending, str]]) -> encoder.Memory:
    segment = operand.segment
    if segment == choice.default_segment(operand, kind):
        segment = ""
    value = operand.value
    relative = operand.base in {"rip", "eip"}
    if kind in IMPLIED:
        return encoder.Memory(operand.base, "", 1, segment, 0, wide=False)
    if value.constant and not relative:
        return encoder.Memory(operand.base, operand.index, operand.scale, segment, choice.displacement(operand, kind), wide=False)
    pending = Pending(0, 0, value, relative=relative and not value.constant, signed=True, what="address")
    fixups.append((pending, "displacement"))
    return encoder.Memory(operand.base, operand.index, operand.scale, segment, _PLACEHOLDER[64 if kind == "MEM_OFFS" else 32], wide=True)


def place(code: Code, section: Section, span: Span, *, expanded: bool) -> None:
    """Append an encoded instruction to a section."""
    line = span[0]

    def at(start: int, end: int) -> Span:
        return span if expanded or start < 0 else (line, start + 1, end + 1)

    fragment = section.current
    offset = len(fragment.data)
    if code.jump is not None:
        code.jump.span = at(code.jump.span[1], code.jump.span[2])
        section.close_with(code.jump)
        return
    fragment.data += code.data
    for pending in code.fixups:
        section.fixups.append(
            Fixup(
                fragment,
                offset + pending.offset,
                pending.size,
                pending.value,
                at(pending.value.start, pending.value.end),
                relative=pending.relative,
                end=len(code.data) - pending.offset,
                signed=pending.signed,
                what=pending.what,
            ),
        )
