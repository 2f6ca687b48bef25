"""The form GNU as would choose."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from emulator.loader.assembler import encoder
from emulator.loader.assembler.complaints import no_match
from emulator.loader.assembler.diagnostics import Fault
from emulator.loader.assembler.forms import IMMEDIATE_BITS, Form, matching, table, takes_memory
from emulator.loader.assembler.names import BITS, CLASS, SIZE_NAMES
from emulator.loader.assembler.operands import Operand
from emulator.loader.assembler.values import Value, signed

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


_STEPS: Final = (-(1 << 31), -0x8000, -0x80, 0, 1, 2, 16, 0x80, 0x100, 0x8000, 0xFF80, 0x10000, 1 << 31, 0xFFFFFF80, 1 << 32)
"""Where an immediate begins or ceases to fit some kind of operand."""
_chosen: dict[tuple[object, ...], Form] = {}
"""Forms by name and shape of the operands. Bounded by what shapes there are."""


def select(name: str, iced: str, operands: Sequence[Operand], here: tuple[int, int]) -> Form:
    """Return the form GNU as chooses. Raises Fault saying what was expected."""
    key = (name, iced, *map(_kind, operands))
    form = _chosen.get(key)
    if form is None:
        form = _chosen[key] = _select(name, iced, operands, here)
    return form


def _kind(operand: Operand) -> object:
    """Return all of an operand that the choice of a form can hang on."""
    if operand.kind == "register":
        return operand.register
    value = operand.value
    if operand.kind == "immediate":
        return bisect_right(_STEPS, signed(value.number)) if value.constant else "symbol"
    absolute = not (operand.base or operand.index)
    far = absolute and value.constant and not -(1 << 31) <= signed(value.number) < 1 << 31
    bare = operand.base if not operand.index and value.constant and value.number == 0 else ""  # what string instructions work at
    return (operand.bits, absolute, far, bare)


def _select(name: str, iced: str, operands: Sequence[Operand], here: tuple[int, int]) -> Form:
    forms = _allowed(name, iced, operands)
    found = [f for f in matching(forms, operands) if not _odd_stack_size(name, f, operands)]
    if iced == "mov":
        found = _moves(name, found, forms, operands)
    memory = next((o for o in operands if o.kind == "memory" and not o.bits), None)
    if memory is not None:
        _require_size(name, forms, operands, memory)
    if not found:
        raise no_match(name, forms, operands, *here)
    if len(found) == 1:
        return found[0]
    return min(found, key=lambda form: _rank(form, operands))


def _allowed(name: str, iced: str, operands: Sequence[Operand]) -> Sequence[Form]:
    """Leave out forms that the name as written excludes."""
    forms: Sequence[Form] = table()[iced]
    if name == "movabs":
        return [f for f in forms if "MEM_OFFS" in f.kinds or "IMM64" in f.kinds]
    if name in {"pushw", "popw"}:
        return [f for f in forms if f.operand_size == 16]
    if name in {"pushq", "popq"}:
        return [f for f in forms if f.operand_size != 16]
    if iced in {"movq", "vmovq"} and any(o.kind == "memory" for o in operands):
        return [f for f in forms if ("R64_OR_MEM" in f.kinds) == (name == "movd")]
    if iced == "xchg" and [o.register for o in operands] == ["eax", "eax"]:
        return [f for f in forms if "EAX" not in f.kinds]  # 90 would be nop, which leaves the upper half alone
    return forms


def _require_size(name: str, forms: Sequence[Form], operands: Sequence[Operand], memory: Operand) -> None:
    """Raise Fault if forms of several sizes fit, whatever the numbers among the operands are."""
    loose = [replace(o, value=_ONE) if o.kind == "immediate" else o for o in operands]
    found = [f for f in matching(forms, loose) if not _odd_stack_size(name, f, operands)]
    if name == "lea" or any(kind in _IMPLIED_KINDS for f in found for kind in f.kinds):
        return
    sizes = sorted({f.memory_bits for f in found if any(takes_memory(k) for k in f.kinds) and f.memory_bits in SIZE_NAMES})
    if len(sizes) > 1:
        options = ", ".join(f"{SIZE_NAMES[b]} ptr" for b in sizes)
        near = next((SIZE_NAMES[b] for b in (64, 32, 16) if b in sizes), "")
        raise Fault(f"the size of this memory operand is open: write {options}", memory.start, memory.end, f"{near} ptr")


_ONE: Final = Value(1)
_IMPLIED_KINDS: Final = {"SEG_RSI", "ES_RDI", "SEG_RDI", "SEG_RBX_AL"}


def _odd_stack_size(name: str, form: Form, operands: Sequence[Operand]) -> bool:
    """push, pop, ret, enter...: the 16-bit form is meant only where something 16 bits wide is written."""
    if not form.stack or form.operand_size != 16 or name in {"pushw", "popw"}:
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
