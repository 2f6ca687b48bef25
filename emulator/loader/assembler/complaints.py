"""Why no form of an instruction takes these operands, in a learner's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from emulator.loader.assembler.diagnostics import Fault, nearest
from emulator.loader.assembler.forms import IMMEDIATE_BITS, IMPLIED, Form, immediate_fits, kind_in_words, matching
from emulator.loader.assembler.lexer import Token
from emulator.loader.assembler.mnemonics import known
from emulator.loader.assembler.names import BITS, CLASS, REGISTERS, SIZE_NAMES
from emulator.loader.assembler.operands import Operand
from emulator.loader.assembler.values import Value

_NASM: Final[dict[str, str]] = {
    "section": ".section",
    "segment": ".section",
    "global": ".globl",
    "extern": ".extern",
    "align": ".balign",
    "resb": ".skip",
    "resw": ".skip",
    "resd": ".skip",
    "resq": ".skip",
    "times": ".fill",
    "bits": "",
    "default": "",
    "cpu": "",
}
"""NASM's directives, and GNU's for them; empty = not needed here."""


def unknown_instruction(word: Token) -> Fault:
    """Return what to say about a statement that begins with no known word."""
    at = (word.start, word.end)
    lowered = word.text.lower()
    if word.kind != "name":
        return Fault(f"an instruction, a directive or a label is expected, not `{word.text}`", *at)
    if lowered in REGISTERS:
        return Fault(f"`{word.text}` is a register; an instruction is expected here", *at)
    if lowered in _NASM:
        instead = _NASM[lowered]
        return Fault(f"`{word.text}` is NASM's; " + (f"GNU as writes `{instead}`" if instead else "it is not needed here"), *at, instead)
    return Fault(f"unknown instruction `{word.text}`", *at, nearest(word.text, known()))


def no_match(name: str, forms: Sequence[Form], operands: Sequence[Operand], start: int, end: int) -> Fault:
    counts = sorted({len(f.kinds) for f in forms})
    if len(operands) not in counts:
        words = " or ".join(map(str, counts)) or "other"
        plural = "" if counts == [1] else "s"
        return Fault(f"`{name}` takes {words} operand{plural}, not {len(operands)}", start, end)
    same = [f for f in forms if len(f.kinds) == len(operands)]
    return _range_fault(same, operands) or _size_fault(name, same, operands) or _wrong_operand(name, same, operands, start, end)


def _range_fault(forms: Sequence[Form], operands: Sequence[Operand]) -> Fault | None:
    """A number that would fit if it were smaller."""
    for number, operand in enumerate(operands):
        if operand.kind != "immediate" or not operand.value.constant:
            continue
        zero = replace(operand, value=Value(1))
        others = [zero if n == number else o for n, o in enumerate(operands)]
        fitting = matching(forms, others)
        if fitting and not any(immediate_fits(f.kinds[number], operand) for f in fitting):
            kind = max((f.kinds[number] for f in fitting), key=lambda k: IMMEDIATE_BITS.get(k, 8))
            bits = IMMEDIATE_BITS.get(kind, 8)
            extra = " (and is sign-extended)" if kind == "IMM32SEX64" else ""
            return Fault(f"{operand.value.number:#x} does not fit: this operand holds {bits} bits{extra}", operand.start, operand.end)
    return None


def _size_fault(name: str, forms: Sequence[Form], operands: Sequence[Operand]) -> Fault | None:
    implied = any(kind in IMPLIED for form in forms for kind in form.kinds)
    registers = [o for o in operands if o.kind == "register" and CLASS[o.register] == "gpr"]
    memory = [o for o in operands if o.kind == "memory" and o.bits > 0]
    if len(registers) == 2 and BITS[registers[0].register] != BITS[registers[1].register]:
        a, b = registers
        return Fault(f"operand sizes differ: {a.described()} and {b.described()}", a.start, max(a.end, b.end))
    if len(registers) == 1 and len(memory) == 1 and BITS[registers[0].register] != memory[0].bits:
        right = SIZE_NAMES.get(BITS[registers[0].register], "")
        return Fault(
            f"operand sizes differ: {registers[0].described()} and {memory[0].described()}",
            memory[0].start,
            memory[0].end,
            f"{right} ptr",
        )
    if len(operands) == 2 and all(o.kind == "memory" for o in operands) and not implied:
        return Fault(f"`{name}` can't take two memory operands; move one into a register first", operands[0].start, operands[1].end)
    return None


def _wrong_operand(name: str, forms: Sequence[Form], operands: Sequence[Operand], start: int, end: int) -> Fault:
    for number, operand in enumerate(operands):
        alone = [f for f in forms if _fits_at(f, number, operand)]
        if not alone:
            wanted = sorted({kind_in_words(f, f.kinds[number]) for f in forms})
            return Fault(
                f"operand {number + 1} of `{name}` can't be {operand.described()}: {_either(wanted)} expected", operand.start, operand.end
            )
    return Fault(f"`{name}` does not take these operands together", start, operands[-1].end if operands else end)


def _fits_at(form: Form, number: int, operand: Operand) -> bool:
    single = replace(form, kinds=(form.kinds[number],))
    return bool(matching([single], [operand]))


def _either(words: Sequence[str]) -> str:
    shown = list(words[:5])
    return ", ".join(shown[:-1]) + " or " + shown[-1] if len(shown) > 1 else shown[0] if shown else "nothing"
