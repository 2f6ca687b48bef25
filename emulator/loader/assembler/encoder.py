"""One instruction to bytes. The only module that knows Keystone.

Keystone never sees a learner's text: a chosen form and checked operands are spelled afresh, each number in hex, each size
written out (a stray `[` would hang it, decimal numbers depend on luck). Its bytes are decoded back with iced-x86; they count only
if that gives the same form and operands. Where GNU as writes another form of the same operation, or Keystone lacks the
instruction, iced's encoder writes the form, and that is decoded back as well. A disagreement is a bug of ours, never code.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, SupportsIndex

from iced_x86 import Decoder, DecoderOptions, Encoder, Instruction, OpKind, Register
from keystone import KS_ARCH_X86, KS_MODE_64, KS_OPT_SYNTAX_INTEL, Ks, KsError

from emulator.abi.errors import EmulatorBug
from emulator.loader.assembler.forms import Form, takes_memory
from emulator.loader.assembler.names import BITS, ICED, NAME_OF, SIZE_NAMES

_PREFIX_ORDER: Final = {b: n for n, b in enumerate((0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65, 0x67, 0x66, 0xF3, 0xF2, 0xF0))}
"""GNU as writes segment, address size, operand size, repeat, lock; the CPU takes any order."""

_IMMEDIATE_KINDS: Final = {
    "IMM8": OpKind.IMMEDIATE8,
    "IMM8_CONST_1": OpKind.IMMEDIATE8,
    "IMM4_M2Z": OpKind.IMMEDIATE8,
    "IMM16": OpKind.IMMEDIATE16,
    "IMM32": OpKind.IMMEDIATE32,
    "IMM64": OpKind.IMMEDIATE64,
    "IMM8SEX16": OpKind.IMMEDIATE8TO16,
    "IMM8SEX32": OpKind.IMMEDIATE8TO32,
    "IMM8SEX64": OpKind.IMMEDIATE8TO64,
    "IMM32SEX64": OpKind.IMMEDIATE32TO64,
}
_EVEX: Final = 0x62


@dataclass(slots=True, frozen=True)
class Memory:
    base: str
    index: str
    scale: int
    segment: str
    displacement: int
    wide: bool
    """Four bytes of displacement whatever its value: the link fills it in."""


@dataclass(slots=True, frozen=True)
class Request:
    """What to encode: a form and its operands; `None` stands for an implied operand."""

    form: Form
    operands: tuple[str | int | Memory, ...]
    prefixes: tuple[str, ...] = ()


@dataclass(slots=True, frozen=True)
class Encoded:
    data: bytes
    displacement: tuple[int, int]
    """Offset and size of the field; size 0: there is none."""
    immediate: tuple[int, int]


_keystone: list[Ks] = []


def _assembler() -> Ks:
    if not _keystone:
        ks = Ks(KS_ARCH_X86, KS_MODE_64)
        ks.syntax = KS_OPT_SYNTAX_INTEL  # fixes the radix, which is left to chance otherwise
        _keystone.append(ks)
    return _keystone[0]


def _prefix_rank(byte: SupportsIndex) -> int:
    return _PREFIX_ORDER[int(byte)]


def ordered(data: bytes) -> bytes:
    """Return the instruction with its prefixes in GNU's order."""
    count = 0
    while count < len(data) and data[count] in _PREFIX_ORDER:
        count += 1
    return bytes(sorted(data[:count], key=_prefix_rank)) + data[count:]


@lru_cache(maxsize=16_384)
def encode(request: Request) -> Encoded:
    """Return the bytes of one instruction at address 0. Raises EmulatorBug if the encoders disagree on what it means."""
    instruction = _build(request)
    encoder = Encoder(64)
    try:
        encoder.encode(instruction, 0)
    except ValueError as error:
        raise EmulatorBug(f"{spelled(request)}: {error}") from None
    offsets = encoder.get_constant_offsets()
    wanted = ordered(encoder.take_buffer())
    _confirm(wanted, instruction, request)
    found = _by_keystone(request)
    if found is not None and ordered(found) != wanted:
        _confirm_same_operation(found, instruction, request)
    return Encoded(
        wanted,
        (offsets.displacement_offset, offsets.displacement_size),
        (offsets.immediate_offset, offsets.immediate_size),
    )


def size_of(request: Request) -> int:
    """Return the length of a form's encoding, to choose among forms."""
    encoder = Encoder(64)
    try:
        return int(encoder.encode(_build(request), 0))
    except ValueError:
        return 99


def _build(request: Request) -> Instruction:
    instruction = Instruction()
    instruction.code = request.form.code
    for number, (kind, operand) in enumerate(zip(request.form.kinds, request.operands, strict=True)):
        if isinstance(operand, str):
            instruction.set_op_kind(number, OpKind.REGISTER)
            instruction.set_op_register(number, ICED[operand])
        elif isinstance(operand, int):
            second = number > 0 and kind == "IMM8" and request.form.kinds[number - 1].startswith("IMM")
            instruction.set_op_kind(number, OpKind.IMMEDIATE8_2ND if second else _IMMEDIATE_KINDS[kind])
            instruction.set_immediate_i64(number, operand - (1 << 64) if operand >> 63 > 0 else operand)
        else:
            _place_memory(instruction, number, operand, kind)
    for prefix in request.prefixes:
        if prefix == "lock":
            instruction.has_lock_prefix = True
        elif prefix in {"repne", "repnz"}:
            instruction.has_repne_prefix = True
        else:
            instruction.has_rep_prefix = True
    return instruction


def _place_memory(instruction: Instruction, number: int, memory: Memory, kind: str) -> None:
    if memory.segment:
        instruction.segment_prefix = ICED[memory.segment]
    implied = {"SEG_RSI": OpKind.MEMORY_SEG_RSI, "ES_RDI": OpKind.MEMORY_ESRDI, "SEG_RDI": OpKind.MEMORY_SEG_RDI}.get(kind)
    if implied is not None:
        if memory.base in {"esi", "edi"}:
            implied = {"SEG_RSI": OpKind.MEMORY_SEG_ESI, "ES_RDI": OpKind.MEMORY_ESEDI, "SEG_RDI": OpKind.MEMORY_SEG_EDI}[kind]
        instruction.set_op_kind(number, implied)
        return
    instruction.set_op_kind(number, OpKind.MEMORY)
    if kind == "SEG_RBX_AL":
        instruction.memory_base, instruction.memory_index = Register.RBX, Register.AL
        return
    instruction.memory_base = ICED[memory.base] if memory.base else Register.NONE
    instruction.memory_index = ICED[memory.index] if memory.index else Register.NONE
    instruction.memory_index_scale = memory.scale
    instruction.memory_displacement = memory.displacement & 0xFFFFFFFFFFFFFFFF
    if kind == "MEM_OFFS":
        instruction.memory_displ_size = 8
        return
    if memory.base == "rip":
        instruction.memory_displ_size = 8
    elif memory.wide or not memory.base:
        instruction.memory_displ_size = 4 if BITS.get(memory.base or memory.index) == 32 else 8
    elif memory.displacement or memory.base in {"rbp", "r13", "ebp", "r13d"}:
        instruction.memory_displ_size = 1


def _confirm(data: bytes, instruction: Instruction, request: Request) -> None:
    decoder = Decoder(64, data, DecoderOptions.NO_INVALID_CHECK, ip=0)
    back = decoder.decode()
    if back.len != len(data) or back.code != instruction.code or _meaning(back) != _meaning(instruction):
        raise EmulatorBug(f"{spelled(request)}: {data.hex()} decodes as {back}, not {instruction}")


def _confirm_same_operation(data: bytes, instruction: Instruction, request: Request) -> None:
    """Keystone chose another encoding: accept the difference only if it does the same."""
    back = Decoder(64, data, DecoderOptions.NO_INVALID_CHECK, ip=0).decode()
    if back.len == len(data) and back.mnemonic == instruction.mnemonic and _operation(back) == _operation(instruction):
        return
    raise EmulatorBug(f"{spelled(request)}: Keystone's {data.hex()} is {back}, not {instruction}")


def _operands(instruction: Instruction) -> tuple[tuple[str, object], ...]:
    result: list[tuple[str, object]] = []
    for number in range(instruction.op_count):
        kind = instruction.op_kind(number)
        if kind == OpKind.REGISTER:
            result.append(("register", instruction.op_register(number)))
        elif kind == OpKind.MEMORY:
            address: tuple[object, ...] = (instruction.memory_base,)
            if instruction.memory_base != Register.RIP:
                narrow = BITS.get(NAME_OF.get(instruction.memory_base or instruction.memory_index, "")) == 32
                displacement = instruction.memory_displacement & (0xFFFFFFFF if narrow else -1)
                address = (*address, instruction.memory_index, instruction.memory_index_scale, displacement)
            result.append(("memory", address))
        elif kind in _IMMEDIATE_KINDS.values() or kind == OpKind.IMMEDIATE8_2ND:
            result.append(("immediate", instruction.immediate(number)))
        else:
            result.append(("implied", kind))
    return tuple(result)


def _meaning(instruction: Instruction) -> tuple[object, ...]:
    return (
        _operands(instruction),
        instruction.segment_prefix,
        instruction.has_lock_prefix,
        instruction.has_rep_prefix,
        instruction.has_repne_prefix,
    )


def _operation(instruction: Instruction) -> tuple[object, ...]:
    """What an instruction does, whichever of its encodings it has."""
    found: list[tuple[str, object]] = []
    for operand in _operands(instruction):
        if operand[0] == "immediate":
            assert isinstance(operand[1], int)
            found.append(("immediate", operand[1] & 0xFFFFFFFF))
        elif operand[0] == "memory":
            found.append(("memory", _plain_address(operand[1])))
        else:
            found.append(operand)
    return (frozenset(map(repr, found)), instruction.memory_segment if instruction.op_count else 0)


def _plain_address(address: object) -> object:
    """[rax*1] and [rax] are one address."""
    match address:
        case (0, index, 1, displacement):
            return (index, 0, 1, displacement)
    return address


def spelled(request: Request) -> str:
    """Return the line Keystone gets."""
    form = request.form
    words: list[str] = []
    for kind, operand in zip(form.kinds, request.operands, strict=True):
        if isinstance(operand, str):
            words.append(operand)
        elif isinstance(operand, int):
            words.append(hex(operand))
        else:
            words.append(
                _spelled_memory(operand, SIZE_NAMES.get(form.memory_bits, "") if takes_memory(kind) and form.mnemonic != "lea" else "")
            )
    text = " ".join((*request.prefixes, _KEYSTONE_NAMES.get(form.mnemonic, form.mnemonic)))
    return f"{text} {', '.join(words)}" if words else text


_KEYSTONE_NAMES: Final = {"sysretq": "sysret", "sysexitq": "sysexit", "int1": "icebp"}


def _spelled_memory(memory: Memory, size: str) -> str:
    terms = []
    if memory.base:
        terms.append(memory.base)
    if memory.index:
        terms.append(f"{memory.index}*{memory.scale}")
    if not terms:
        terms.append("riz*1")  # forces the absolute form; without it Keystone writes RIP-relative for 64-bit registers
    inner = "+".join(terms)
    if memory.displacement:
        inner += f"-{hex(-memory.displacement)}" if memory.displacement < 0 else f"+{hex(memory.displacement)}"
    segment = f"{memory.segment}:" if memory.segment else ""
    return f"{size + ' ptr ' if size else ''}{segment}[{inner}]"


def _keystone_can(request: Request) -> bool:
    """Keystone lacks moffs and xlatb, takes 0F 18 for a long nop, cuts some pushed numbers, and drops a DS prefix that matters."""
    form = request.form
    if "MEM_OFFS" in form.kinds or form.mnemonic == "xlatb" or (form.mnemonic == "nop" and form.kinds):
        return False
    if form.mnemonic == "push" and isinstance(request.operands[0], int):
        return -0x80 <= request.operands[0] <= 0x7F
    return not any(isinstance(operand, Memory) and operand.segment == "ds" for operand in request.operands)


def _by_keystone(request: Request) -> bytes | None:
    if not _keystone_can(request):
        return None
    try:
        data, _ = _assembler().asm(spelled(request), 0, as_bytes=True)
    except KsError:
        return None
    if data and data[0] == _EVEX:
        return None  # it picks AVX-512 forms for AVX mnemonics, some of them with a wrong displacement
    return bytes(data) if data else None
