"""What GNU as leaves implicit or takes for another instruction, spelled out as the opcode table has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from emulator.loader.assembler.diagnostics import Fault
from emulator.loader.assembler.forms import table, takes_memory
from emulator.loader.assembler.mnemonics import STRING_FAMILIES
from emulator.loader.assembler.names import BITS, CLASS, ICED, NAME_OF
from emulator.loader.assembler.operands import Operand
from emulator.loader.assembler.values import Value

_SYMMETRIC: Final = frozenset({"test", "xchg"})
_SELECTORS: Final = frozenset({"verr", "verw", "lldt", "ltr", "lmsw", "lar", "lsl"})
_NARROW: Final = frozenset({"movmskps", "movmskpd", "pmovmskb", "sldt", "str", "pextrw", "pextrb", "pinsrw", "pinsrb", "extractps"})
"""The result fits 32 bits; GNU as writes a 64-bit register without REX.W."""
_LETTER: Final = {8: "b", 16: "w", 32: "d", 64: "q"}


def string_name(family: str, operands: Sequence[Operand], start: int, end: int) -> str:
    """Return movsb, stosq, ...: the size comes from the operands."""
    for operand in operands:
        bits = operand.bits if operand.kind == "memory" else BITS.get(operand.register, 0) if operand.register != "dx" else 0
        if bits in _LETTER and family + _LETTER[bits] in table():
            return family + _LETTER[bits]
    raise Fault(f"`{family}` needs a size: {family}b, {family}w, {family}d or {family}q", start, end, family + "b")


def renamed(iced: str, operands: Sequence[Operand]) -> str:
    """Return the instruction that GNU as takes for this one, given its operands."""
    if iced == "movsx" and len(operands) == 2:
        source = operands[1]
        if (BITS[source.register] if source.kind == "register" else source.bits) == 32:
            return "movsxd"
    registers = [o.register for o in operands if o.kind == "register"]
    if iced in {"movd", "movq"} and len(operands) == 2:
        bits = 32 if iced == "movd" else 64
        if registers and all(CLASS[r] == "gpr" and BITS[r] == bits for r in registers):
            return "mov"
        if any((CLASS[r] == "gpr" and BITS[r] == 64) for r in registers) or any(o.bits == 64 for o in operands):
            return "movq"
    if iced in {"fadd", "fmul", "fsub", "fsubr", "fdiv", "fdivr"} and not operands:
        return iced + "p"
    return iced


def adapted(iced: str, operands: list[Operand]) -> list[Operand]:
    """Spell out what GNU as leaves implicit, so that the operands are those of the opcode table."""
    if iced[:-1] in STRING_FAMILIES and not operands and iced[-1] in "bwdq":
        return _implied(iced)
    if iced == "xlatb":
        return operands or [_address("rbx")]
    if iced[:-1] in {"lods", "stos", "scas"} and len(operands) == 1:
        made = _implied(iced)
        return [operands[0] if o.kind == "memory" else o for o in made]
    if iced in {"maskmovq", "maskmovdqu"} and len(operands) == 2:
        return [_address("rdi"), *operands]
    if iced in {"shl", "shr", "sar", "rol", "ror", "rcl", "rcr"} and len(operands) == 1:
        return [*operands, _number(1, operands[0])]
    if iced in {"shld", "shrd"} and len(operands) == 2:
        return [*operands, Operand("register", operands[0].start, operands[0].end, register="cl")]
    if iced == "imul" and len(operands) == 2 and operands[1].kind == "immediate":
        return [operands[0], operands[0], operands[1]]
    if iced in _SYMMETRIC and len(operands) == 2:
        return _symmetric(iced, operands)
    if iced in _SELECTORS and operands and operands[-1].kind == "register":
        return _selector(iced, operands)
    if iced.removeprefix("v") in _NARROW:
        return [_doubleword(o) if o.kind == "register" and BITS[o.register] == 64 else o for o in operands]
    if iced == "fnstsw" and not operands:
        return [Operand("register", 0, 0, register="ax")]
    if iced == "mov" and len(operands) == 2 and operands[0].kind == operands[1].kind == "register":
        return _selector_move(operands)
    return _float(iced, operands)


def _doubleword(operand: Operand) -> Operand:
    """A selector is 16 bits wide wherever it stands; GNU as names it by the 32-bit register, which needs no prefix."""
    return _resized(operand, 32)


_FIRST: Final = {16: "ax", 32: "eax", 64: "rax"}


def _resized(operand: Operand, bits: int) -> Operand:
    register = operand.register
    if CLASS[register] != "gpr" or BITS[register] not in _FIRST or bits not in _FIRST:
        return operand
    return replace(operand, register=NAME_OF[ICED[register] - ICED[_FIRST[BITS[register]]] + ICED[_FIRST[bits]]])


def _selector(iced: str, operands: list[Operand]) -> list[Operand]:
    source = operands[-1]
    if len(operands) == 1 and BITS[source.register] != 16:
        raise Fault(f"`{iced}` takes a selector: a 16-bit register or word ptr memory expected", source.start, source.end)
    if len(operands) == 2 and BITS[source.register] == 16:
        target = operands[0]
        return [target, _resized(source, BITS[target.register] if target.kind == "register" else 32)]
    return [*operands[:-1], _doubleword(source)] if len(operands) == 1 else operands


def _selector_move(operands: list[Operand]) -> list[Operand]:
    target, source = operands
    if CLASS[target.register] == "segment":
        return [target, _doubleword(source)]
    if CLASS[source.register] == "segment" and BITS[target.register] == 64:
        return [_doubleword(target), source]
    return operands


def _symmetric(iced: str, operands: list[Operand]) -> list[Operand]:
    first, second = operands
    if second.kind == "memory" and first.kind == "register":
        return [second, first]
    if iced == "xchg" and first.register in {"ax", "eax", "rax"} and second.kind == "register":
        return [second, first]
    return operands


def _float(iced: str, operands: list[Operand]) -> list[Operand]:
    """x87 forms with a register left out: fadd st(1) is fadd st, st(1); faddp is faddp st(1), st."""
    if not iced.startswith("f") or iced.startswith("fcmov") or any(o.kind == "memory" for o in operands):
        return operands
    forms = [form for form in table()[iced] if not any(takes_memory(kind) for kind in form.kinds)]
    counts = {len(form.kinds) for form in forms}
    if len(operands) in counts or not any("STI_OPCODE" in form.kinds for form in forms):
        return operands
    at = operands[0] if operands else Operand("register", 0, 0)
    top = Operand("register", at.start, at.end, register="st(0)")
    one = Operand("register", at.start, at.end, register="st(1)")
    popping = iced.endswith("p") and not iced.startswith(("fcom", "fucom"))
    if len(operands) == 1 and operands[0].kind == "register":
        return [operands[0], top] if popping else [top, operands[0]]
    if not operands:
        if counts == {1}:
            return operands
        return [one, top] if popping else [top, one]
    return operands


def _number(value: int, beside: Operand) -> Operand:
    return Operand("immediate", beside.start, beside.end, value=Value(value))


def _address(base: str) -> Operand:
    return Operand("memory", 0, 0, base=base)


def _implied(iced: str) -> list[Operand]:
    form = next(form for form in table()[iced] if all(k in {"SEG_RSI", "ES_RDI", "AL", "AX", "EAX", "RAX", "DX"} for k in form.kinds))
    made = {"SEG_RSI": _address("rsi"), "ES_RDI": _address("rdi")}
    return [made.get(kind) or Operand("register", 0, 0, register=kind.lower()) for kind in form.kinds]
