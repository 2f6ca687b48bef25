"""The form GNU as would choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from emulator.loader.assembler import encoder
from emulator.loader.assembler.complaints import no_match
from emulator.loader.assembler.diagnostics import Fault
from emulator.loader.assembler.forms import IMMEDIATE_BITS, Form, matching, table, takes_memory
from emulator.loader.assembler.mnemonics import STRING_FAMILIES
from emulator.loader.assembler.names import BITS, CLASS, ICED, NAME_OF, SIZE_NAMES
from emulator.loader.assembler.operands import Operand
from emulator.loader.assembler.values import Value

_SYMMETRIC: Final = frozenset({"test", "xchg"})
_SELECTORS: Final = frozenset({"verr", "verw", "lldt", "ltr", "lmsw", "lar", "lsl"})
_LETTER: Final = {8: "b", 16: "w", 32: "d", 64: "q"}
_STACK_SIZE: Final = frozenset({"push", "pop", "call", "jmp"})


def immediate_bits(kind: str) -> int:
    return IMMEDIATE_BITS[kind]


def normalised(kind: str, number: int) -> int:
    """Return an immediate as the field of that kind holds it."""
    if kind.startswith("IMM8SEX") or kind == "IMM32SEX64":
        wide = int(kind.rsplit("SEX", 1)[1])
        number &= (1 << wide) - 1
        return number - (1 << wide) if number >> (wide - 1) else number
    if kind in IMMEDIATE_BITS:
        return number & ((1 << IMMEDIATE_BITS[kind]) - 1)
    return number


def default_segment(operand: Operand, kind: str) -> str:
    """Return the segment an address uses without a prefix; GNU as leaves out a prefix that says the same."""
    if kind == "ES_RDI":
        return operand.segment
    if operand.base in {"rsp", "rbp", "esp", "ebp"}:
        return "ss"
    return "ds"


def displacement(operand: Operand, kind: str) -> int:
    """Return a constant displacement as a signed 32-bit number (64-bit for moffs). Raises Fault if it has no such form."""
    number = operand.value.number
    if kind == "MEM_OFFS":
        return number
    narrow = BITS.get(operand.base or operand.index, 64) == 32
    if narrow and -(1 << 31) <= number < 1 << 32:
        return number - (1 << 32) if number >> 31 > 0 else number
    if number >> 63 > 0:
        number -= 1 << 64
    if not -(1 << 31) <= number < 1 << 31:
        raise Fault("an address reaches 2 GiB up or down only; put it into a register first", operand.start, operand.end)
    return number


def string_name(family: str, operands: Sequence[Operand], start: int, end: int) -> str:
    """Return movsb, stosq, ...: the size comes from the operands."""
    for operand in operands:
        bits = operand.bits if operand.kind == "memory" else BITS.get(operand.register, 0) if operand.register != "dx" else 0
        if bits in _LETTER:
            return family + _LETTER[bits]
    raise Fault(f"`{family}` needs a size: {family}b, {family}w, {family}d or {family}q", start, end, family + "b")


def adapted(iced: str, operands: list[Operand]) -> list[Operand]:
    """Spell out what GNU as leaves implicit, so that the operands are those of the opcode table."""
    if iced[:-1] in STRING_FAMILIES and not operands and iced[-1] in "bwdq":
        return _implied(iced)
    if iced == "xlatb":
        return [_address("rbx")]
    if iced in {"shl", "shr", "sar", "rol", "ror", "rcl", "rcr"} and len(operands) == 1:
        return [*operands, _number(1, operands[0])]
    if iced in {"shld", "shrd"} and len(operands) == 2:
        return [*operands, Operand("register", operands[0].start, operands[0].end, register="cl")]
    if iced == "imul" and len(operands) == 2 and operands[1].kind == "immediate":
        return [operands[0], operands[0], operands[1]]
    if iced in _SYMMETRIC and len(operands) == 2:
        return _symmetric(iced, operands)
    if iced in _SELECTORS and operands and operands[-1].kind == "register":
        return [*operands[:-1], _doubleword(operands[-1])]
    if iced == "mov" and len(operands) == 2 and operands[0].kind == operands[1].kind == "register":
        return _selector_move(operands)
    return _float(iced, operands)


def _doubleword(operand: Operand) -> Operand:
    """A selector is 16 bits wide wherever it stands; GNU as names it by the 32-bit register, which needs no prefix."""
    if CLASS[operand.register] != "gpr" or BITS[operand.register] not in {16, 64}:
        return operand
    return replace(operand, register=NAME_OF[ICED[operand.register] + (ICED["eax"] - ICED[{16: "ax", 64: "rax"}[BITS[operand.register]]])])


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
    if not iced.startswith("f") or iced not in table():
        return operands
    counts = {len(form.kinds) for form in table()[iced]}
    kinds = {kind for form in table()[iced] for kind in form.kinds}
    at = operands[0] if operands else Operand("register", 0, 0)
    top = Operand("register", at.start, at.end, register="st(0)")
    one = Operand("register", at.start, at.end, register="st(1)")
    if "STI_OPCODE" not in kinds or len(operands) in counts:
        return operands
    popping = iced.endswith("p") and not iced.startswith(("fcom", "fucom"))
    if len(operands) == 1 and operands[0].kind == "register":
        return [operands[0], top] if popping else [top, operands[0]]
    if not operands:
        if counts == {1}:
            return [one]
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


def select(name: str, iced: str, operands: Sequence[Operand], here: tuple[int, int]) -> Form:
    """Return the form GNU as chooses. Raises Fault saying what was expected."""
    start, end = here
    forms: Sequence[Form] = table()[iced]
    if name == "movabs":
        forms = [f for f in forms if "MEM_OFFS" in f.kinds or "IMM64" in f.kinds]
    elif name in {"pushw", "popw"}:
        forms = [f for f in forms if f.operand_size == 16]
    found = matching(forms, operands)
    found = [f for f in found if not _odd_stack_size(f, operands)]
    if iced == "mov":
        found = _moves(name, found, forms, operands)
    if not found:
        raise no_match(name, forms, operands, start, end)
    memory = next((o for o in operands if o.kind == "memory"), None)
    if memory is not None and not memory.bits and not any(kind in _IMPLIED_KINDS for f in found for kind in f.kinds):
        sizes = {f.memory_bits for f in found if any(takes_memory(k) for k in f.kinds)}
        if len(sizes) > 1 and iced != "lea":
            options = ", ".join(f"{SIZE_NAMES[b]} ptr" for b in sorted(sizes) if b in SIZE_NAMES)
            first = next((SIZE_NAMES[b] for b in (64, 32, 16, 8) if b in sizes), "")
            raise Fault(f"the size of this memory operand is open: write {options}", memory.start, memory.end, f"{first} ptr")
    if len(found) == 1:
        return found[0]
    return min(found, key=lambda form: _rank(form, operands))


_IMPLIED_KINDS: Final = {"SEG_RSI", "ES_RDI", "SEG_RDI", "SEG_RBX_AL"}


def _odd_stack_size(form: Form, operands: Sequence[Operand]) -> bool:
    """push, pop, ret, enter...: the 16-bit form is meant only where something 16 bits wide is written."""
    if not form.stack or form.operand_size != 16:
        return False
    return not any((o.kind == "register" and BITS[o.register] == 16 and CLASS[o.register] == "gpr") or o.bits == 16 for o in operands) and (
        form.mnemonic in _STACK_SIZE or form.mnemonic in {"ret", "enter", "leave"}
    )


def _moves(name: str, found: list[Form], forms: Sequence[Form], operands: Sequence[Operand]) -> list[Form]:
    """Mov with an absolute address: the 64-bit moffs forms where no 32-bit displacement reaches, or by name (movabs)."""
    memory = next((o for o in operands if o.kind == "memory"), None)
    if memory is None or memory.base or memory.index or len(operands) != 2:
        return found
    number = memory.value.number
    far = memory.value.constant and not -(1 << 31) <= (number - (1 << 64) if number >> 63 > 0 else number) < 1 << 31
    if not far and name != "movabs":
        return found
    register = next((o.register for o in operands if o.kind == "register"), "")
    result = []
    for form in forms:
        if "MEM_OFFS" not in form.kinds:
            continue
        other = form.kinds[1 - form.kinds.index("MEM_OFFS")]
        if other.lower() == register and operands[form.kinds.index("MEM_OFFS")].kind == "memory" and memory.bits in {0, form.memory_bits}:
            result.append(form)
    return result or ([] if name == "movabs" else found)


def _rank(form: Form, operands: Sequence[Operand]) -> tuple[int, int, int]:
    """Order forms as GNU as prefers them: shorter first; a byte sign-extended before a word; register into r/m."""
    length = _length(form, tuple(_shape(kind, o) for kind, o in zip(form.kinds, operands, strict=True)))
    extended = any(kind.startswith("IMM8SEX") for kind in form.kinds)
    into_memory = form.kinds[0] in {"R8_OR_MEM", "R16_OR_MEM", "R32_OR_MEM", "R64_OR_MEM"} if form.kinds else False
    return (length, 0 if extended else 1 if into_memory else 2, form.order)


def _shape(kind: str, operand: Operand) -> str | int | encoder.Memory:
    if operand.kind == "register":
        return operand.register
    if operand.kind == "immediate":
        return normalised(kind, operand.value.number)
    value = operand.value
    if kind in _IMPLIED_KINDS:
        return encoder.Memory(operand.base, "", 1, "", 0, wide=False)
    number = value.number if value.constant and -(1 << 31) <= value.number < 1 << 31 else 0
    return encoder.Memory(operand.base, operand.index, operand.scale, operand.segment, number, wide=not value.constant)


@lru_cache(maxsize=8_192)
def _length(form: Form, shapes: tuple[str | int | encoder.Memory, ...]) -> int:
    return encoder.size_of(encoder.Request(form, shapes))
