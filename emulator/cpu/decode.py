"""Instructions as iced-x86 reads them: text, length, and what a block of them means to the counter."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

from iced_x86 import (
    Code,
    Decoder,
    DecoderError,
    DecoderOptions,
    FlowControl,
    Formatter,
    FormatterSyntax,
    Instruction,
    InstructionInfoFactory,
    Mnemonic,
    OpAccess,
    OpKind,
    Register,
)  # fmt: skip

LONGEST = 15
"""Bytes of the longest instruction (SDM vol. 2, 2.3.11)."""

PORT_IO = frozenset(
    {Mnemonic.IN, Mnemonic.OUT, Mnemonic.INSB, Mnemonic.INSW, Mnemonic.INSD, Mnemonic.OUTSB, Mnemonic.OUTSW, Mnemonic.OUTSD}
)
LAR = Mnemonic.LAR
HOST_CHANCE = frozenset({Mnemonic.RDRAND, Mnemonic.RDSEED})
"""The engine would answer these with the host's random numbers. CPUID does not announce them."""

PROTECTED_NOT_INVALID = frozenset({Mnemonic.SYSEXIT, Mnemonic.SYSEXITQ, Mnemonic.RDPMC})
"""The engine says #UD, a real CPU in ring 3 #GP: it asks for the privilege first (recorded)."""

_SEARCHES = frozenset(
    {Mnemonic.SCASB, Mnemonic.SCASW, Mnemonic.SCASD, Mnemonic.SCASQ, Mnemonic.CMPSB, Mnemonic.CMPSW, Mnemonic.CMPSD, Mnemonic.CMPSQ}
)
_FAR_RETURNS = frozenset({Mnemonic.RETF, Mnemonic.IRET, Mnemonic.IRETD, Mnemonic.IRETQ})

_READ_AND_WRITE = frozenset({OpAccess.READ_WRITE, OpAccess.READ_COND_WRITE})

NO_REP, REP, REPE, REPNE = 0, 1, 2, 3

Observer = Callable[[int], None]


class Block(NamedTuple):
    """A stretch of code that the engine executes as one."""

    starts: tuple[int, ...]
    """Offset of each instruction."""
    length: int
    """Bytes of all of them."""
    rep: int
    """What its last instruction repeats until: REP (RCX is 0), REPE, REPNE (or ZF says so); NO_REP."""
    narrow: bool
    """That repetition counts in ECX instead of RCX."""
    trap: int
    """Offset of the first instruction that must not reach the engine in ring 3; -1 if there is none."""
    far: bool
    """It may go on in a segment with another word size."""
    falls_through: bool
    """Its last instruction leads to the next one and to no other, itself included."""


def decoder(code: bytes, address: int, bits: int = 64) -> Decoder:
    return Decoder(bits, code, options=DecoderOptions.AMD, ip=address)


@functools.lru_cache(maxsize=4096)
def block(code: bytes, size: int, bits: int = 64) -> Block:
    """Take the first `size` bytes apart; where they lie does not matter.

    The engine ends a block as soon as it knows that its last instruction will fault, perhaps before it has seen all of it:
    `code` should go on for LONGEST bytes.
    """
    starts: list[int] = []
    trap, offset = -1, 0
    reader = decoder(code, 0, bits)
    while offset < size or not starts:
        last = reader.decode()
        starts.append(offset)
        if last.code == Code.INVALID and reader.last_error == DecoderError.NO_MORE_BYTES:
            break  # the fetch of the rest will fault
        if trap < 0 and must_trap(last):
            trap = offset
        offset += last.len
    rep = repetition(last)
    narrow = rep != NO_REP and (bits != 64 or 0x67 in code[starts[-1] : offset])
    return Block(tuple(starts), offset, rep, narrow, trap, is_far(last), rep == NO_REP and last.flow_control == FlowControl.NEXT)


def last_before(code: bytes, address: int, limit: int, bits: int = 64) -> int:
    """Go from instruction to instruction, from `address` on; return the address of the first that does not end before `limit`."""
    for instruction in decoder(code, address, bits):
        if instruction.code == Code.INVALID or instruction.next_ip > limit:
            return instruction.ip
    return limit


def repetition(instruction: Instruction) -> int:
    """Return how the instruction repeats itself."""
    if not instruction.is_string_instruction or not (instruction.has_rep_prefix or instruction.has_repne_prefix):
        return NO_REP
    if instruction.mnemonic in _SEARCHES:
        return REPNE if instruction.has_repne_prefix else REPE
    return REP


def is_far(instruction: Instruction) -> bool:
    """Whether it loads CS."""
    return (
        instruction.mnemonic in _FAR_RETURNS
        or instruction.is_call_far
        or instruction.is_jmp_far
        or instruction.is_call_far_indirect
        or instruction.is_jmp_far_indirect
    )


def must_trap(instruction: Instruction) -> bool:
    """Whether ring 3 must never get the engine to execute this.

    It would not ask for the right to use a port, would answer with the host's chance or wrongly, or knows an encoding that iced
    does not.
    """
    mnemonic = instruction.mnemonic
    if mnemonic == LAR:
        return instruction.op1_kind == OpKind.REGISTER
    return mnemonic in PORT_IO or mnemonic in HOST_CHANCE or instruction.code == Code.INVALID


def first(code: bytes, address: int, bits: int = 64) -> Instruction | None:
    """Return the first instruction; None where there is no valid one."""
    instruction = next(iter(decoder(code, address, bits)), None)
    return None if instruction is None or instruction.code == Code.INVALID else instruction


def text(instruction: Instruction | None) -> str:
    """Return an instruction in the assembler's own Intel syntax."""
    return "(bad)" if instruction is None else str(_formatter().format(instruction))


@functools.cache
def _formatter() -> Formatter:
    formatter = Formatter(FormatterSyntax.INTEL)
    formatter.hex_prefix, formatter.hex_suffix, formatter.uppercase_hex = "0x", "", False
    formatter.space_after_operand_separator = True
    return formatter


def undo_stack(instruction: Instruction) -> int:
    """Return what to add to RSP to take back a CALL or RET, whose target turned out to be none."""
    return -instruction.stack_pointer_increment if instruction.is_stack_instruction else 0


GPR_NUMBER = {
    Register.RAX: 0, Register.RCX: 1, Register.RDX: 2, Register.RBX: 3, Register.RSP: 4, Register.RBP: 5, Register.RSI: 6,
    Register.RDI: 7, Register.R8: 8, Register.R9: 9, Register.R10: 10, Register.R11: 11, Register.R12: 12, Register.R13: 13,
    Register.R14: 14, Register.R15: 15,
}  # fmt: skip
_MASK = (1 << 64) - 1


def stack_address(instruction: Instruction, registers: Sequence[int]) -> int:
    """Return the address of its access to the stack. `registers`: RAX RCX RDX RBX RSP.. before it."""
    if instruction.is_stack_instruction:
        pushes = instruction.stack_pointer_increment < 0
        return registers[4] + (instruction.stack_pointer_increment if pushes else 0) & _MASK
    base = registers[GPR_NUMBER[instruction.memory_base]] if instruction.memory_base in GPR_NUMBER else 0
    index = registers[GPR_NUMBER[instruction.memory_index]] if instruction.memory_index in GPR_NUMBER else 0
    return base + index * instruction.memory_index_scale + instruction.memory_displacement & _MASK


def modifies_memory(instruction: Instruction) -> bool:
    """Whether it reads and writes one operand in memory: the CPU asks for the right to write before it reads."""
    return any(use.access in _READ_AND_WRITE for use in _information().info(instruction).used_memory())


@functools.cache
def _information() -> InstructionInfoFactory:
    return InstructionInfoFactory()


def uses_stack_segment(instruction: Instruction) -> bool:
    """Whether its memory access goes by SS: PUSH, POP, CALL, RET, or an address with RSP or RBP as its base."""
    return instruction.is_stack_instruction or instruction.memory_segment == Register.SS
