"""Which forms an instruction has, and which of them operands fit: from iced-x86's opcode table.

A form is one row of the SDM's instruction pages (`83 /0 ib  ADD r/m32, imm8`). Legacy and VEX encodings of 64-bit mode only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from iced_x86 import Code, EncodingKind, MemorySizeExt, Mnemonic, OpCodeInfo, OpCodeOperandKind

from emulator.loader.assembler.names import BITS, CLASS, SIZE_NAMES
from emulator.loader.assembler.operands import Operand
from emulator.loader.assembler.values import signed

_KIND: Final[dict[int, str]] = {getattr(OpCodeOperandKind, n): n for n in dir(OpCodeOperandKind) if n.isupper()}
_LEFT_OUT: Final = re.compile(
    r"_(F[67]R1|D[CDEF][CD][08])$|^SAL_"  # second encodings of an operation, which no assembler writes
    r"|^(CALL|JMP)_(M16|RM16)|_(REL|PTR)\d+|^XBEGIN"  # branches to a target are encoded elsewhere
    r"|^BSWAP_R16|^MOVSXD_R16|^(VERR|VERW|LLDT|LTR|LMSW)_RM16|^(RETN|ENTER|LEAVE)W"  # without use in 64-bit code
    r"|^(VEX_)?V?(MOVMSKP[SD]|PMOVMSKB|EXTRACTPS)_R64|^(VEX_)?V?P(EXTR|INSR)[BW]_.*R64M?"  # the 32-bit form does the same
    r"|^F(CLEX|DISI|ENI|INIT|SAVE|STCW|STENV|STSW|SETPM)(_|M?\d*BYTE|$)"  # an fwait and the fn form: two instructions
    r"|^VEX_VFN?M(ADD|SUB)(ADD|SUB)?[PS][SD]_|^VEX_V(PDP|PMADD52|CVTNE|BCSTNE|SM[34]|SHA512)"  # GNU as chooses other encodings, or has none
    r"|^(ERET[SU]|LKGS_|PBNDKB|FSTPNCE|GETSECQ|TPAUSE_R64|UMWAIT_R64)"
    r"|^(CCS_|XCRYPT|XSHA|XSTORE|MONTMUL|UNDOC|RESERVEDNOP|LOADALL)|^UD0$|^SYS(RET|EXIT)D$|^NOP[WQ]$",
)
_UNKNOWN_KINDS: Final = re.compile(r"K_|KP1|TMM|MEM_VSIB|MEM_MPX|SIBMEM|R\d\d_REG_MEM|BND")
"""Mask and tile registers, gathers and what else belongs to AVX-512, AMX and MPX."""

IMPLIED: Final = {"SEG_RSI", "ES_RDI", "SEG_RDI", "SEG_RBX_AL"}


@dataclass(slots=True, frozen=True)
class Form:
    code: Any
    mnemonic: str
    kinds: tuple[str, ...]
    memory_bits: int
    operand_size: int
    stack: bool
    """Works on 64 bits unless told otherwise (push, call, ret)."""
    order: int


def _collect() -> dict[str, tuple[Form, ...]]:
    mnemonics = {getattr(Mnemonic, n): n.lower() for n in dir(Mnemonic) if n.isupper()}
    found: dict[str, list[Form]] = {}
    for name in dir(Code):
        if not name.isupper() or _LEFT_OUT.search(name):
            continue
        code = getattr(Code, name)
        info = OpCodeInfo(code)
        usable = info.mode64 and info.is_instruction and info.encoding in {EncodingKind.LEGACY, EncodingKind.VEX}
        if not usable or info.decoder_option:
            continue
        kinds = tuple(_KIND[info.op_kind(n)] for n in range(info.op_count))
        bits = int(MemorySizeExt.size(info.memory_size)) * 8
        if any(_UNKNOWN_KINDS.match(kind) for kind in kinds):
            continue
        mnemonic = mnemonics[info.mnemonic]
        if mnemonic == "undoc":
            continue
        stack = info.default_op_size64 or info.force_op_size64 or mnemonic in {"ret", "enter", "leave", "push", "pop", "call", "jmp"}
        found.setdefault(mnemonic, []).append(Form(code, mnemonic, kinds, bits, info.operand_size, stack, code))
    return {mnemonic: tuple(sorted(forms, key=lambda f: f.order)) for mnemonic, forms in found.items()}


@cache
def table() -> dict[str, tuple[Form, ...]]:
    """Return mnemonic -> forms."""
    return _collect()


_REGISTER_KINDS: Final[tuple[tuple[re.Pattern[str], str, int], ...]] = (
    (re.compile(r"R8_"), "gpr", 8),
    (re.compile(r"R16_"), "gpr", 16),
    (re.compile(r"R32_"), "gpr", 32),
    (re.compile(r"R64_"), "gpr", 64),
    (re.compile(r"SEG_REG"), "segment", 16),
    (re.compile(r"CR_REG"), "control", 64),
    (re.compile(r"DR_REG"), "debug", 64),
    (re.compile(r"STI_"), "fpu", 80),
    (re.compile(r"MM_"), "mmx", 64),
    (re.compile(r"XMM_"), "xmm", 128),
    (re.compile(r"YMM_"), "ymm", 256),
)
EXACT: Final = {n: n.lower() for n in ("AL", "AX", "CL", "DX", "EAX", "RAX", "CS", "DS", "ES", "FS", "GS", "SS")} | {"ST0": "st(0)"}


@cache
def register_kind(kind: str) -> tuple[str, int] | None:
    """Return the register class and size that an operand kind takes."""
    for pattern, name, bits in _REGISTER_KINDS:
        if pattern.match(kind):
            return name, bits
    return None


@cache
def takes_memory(kind: str) -> bool:
    return kind.endswith("_OR_MEM") or kind in {"MEM", "MEM_OFFS"} or kind in IMPLIED


_RANGE: Final[dict[str, tuple[int, int]]] = {
    "IMM8": (-0x80, 0xFF),
    "IMM16": (-0x8000, 0xFFFF),
    "IMM32": (-0x80000000, 0xFFFFFFFF),
    "IMM64": (-(1 << 63), (1 << 63) - 1),
    "IMM8_CONST_1": (1, 1),
    "IMM4_M2Z": (0, 15),
}
_EXTENDED: Final[dict[str, tuple[int, int]]] = {
    "IMM8SEX16": (8, 16),
    "IMM8SEX32": (8, 32),
    "IMM8SEX64": (8, 64),
    "IMM32SEX64": (32, 64),
}
IMMEDIATE_BITS: Final = {"IMM8": 8, "IMM16": 16, "IMM32": 32, "IMM64": 64, "IMM32SEX64": 32}
"""Immediates that are as wide as their field."""
_SYMBOLIC: Final = {"IMM8", "IMM16", "IMM32", "IMM32SEX64", "IMM64"}
"""Immediates wide enough to be filled in by the link; GNU as never picks a sign-extended byte for those."""


def immediate_fits(kind: str, operand: Operand) -> bool:
    value = operand.value
    if not value.constant:
        return kind in _SYMBOLIC
    number = signed(value.number)
    if kind in _RANGE:
        low, high = _RANGE[kind]
        return low <= number <= high
    if kind in _EXTENDED:
        narrow, wide = _EXTENDED[kind]
        if not -(1 << (wide - 1)) <= number < 1 << wide:
            return False
        number &= (1 << wide) - 1
        if number >> (wide - 1):
            number -= 1 << wide
        return -(1 << (narrow - 1)) <= number < 1 << (narrow - 1)
    return False


def fits(form: Form, kind: str, operand: Operand) -> bool:
    """Say whether one operand fits one operand kind of a form."""
    if operand.kind == "register":
        exact = EXACT.get(kind)
        if exact is not None:
            return operand.register == exact
        expected = register_kind(kind)
        return expected is not None and expected == (CLASS[operand.register], BITS[operand.register])
    if operand.kind == "immediate":
        return immediate_fits(kind, operand)
    if not takes_memory(kind) or kind == "MEM_OFFS":
        return False
    if kind in IMPLIED and not _is_implied(kind, operand):
        return False
    return operand.bits in {0, form.memory_bits} or _any_size(form, operand.bits)


def _any_size(form: Form, bits: int) -> bool:
    """Some instructions take memory without a size of its own (lea, fxsave, lgdt), whatever `ptr` says."""
    return bits > 0 and (form.mnemonic in {"lea", "invlpg", "clflush", "clflushopt", "clwb"} or form.mnemonic.startswith("prefetch"))


def _is_implied(kind: str, operand: Operand) -> bool:
    """String instructions work at rsi and rdi, xlat at rbx: another address can be written, but not meant."""
    plain = not operand.index and operand.value.constant and operand.value.number == 0
    return plain and operand.base in {"SEG_RSI": {"rsi", "esi"}, "SEG_RBX_AL": {"rbx"}}.get(kind, {"rdi", "edi"})


def matching(forms: Iterable[Form], operands: Sequence[Operand]) -> list[Form]:
    """Return the forms all operands fit."""
    return [
        form
        for form in forms
        if len(form.kinds) == len(operands) and all(fits(form, kind, operand) for kind, operand in zip(form.kinds, operands, strict=True))
    ]


def kind_in_words(form: Form, kind: str) -> str:
    """Return an operand kind as the learner may write it."""
    if kind in EXACT:
        return EXACT[kind]
    words = []
    expected = register_kind(kind)
    if expected is not None:
        name, bits = expected
        words.append({"gpr": f"a {bits}-bit register", "mmx": "an MMX register", "xmm": "an XMM register"}.get(name, f"a {name} register"))
    if kind in IMPLIED:
        words.append({"SEG_RSI": "[rsi]", "SEG_RBX_AL": "[rbx]"}.get(kind, "[rdi]"))
    elif takes_memory(kind):
        size = SIZE_NAMES.get(form.memory_bits)
        words.append(f"{size} ptr memory" if size and form.mnemonic != "lea" else "memory")
    if kind in _RANGE or kind in _EXTENDED:
        words.append("a number")
    return " or ".join(words) or kind.lower()
