"""LAR, which the engine answers without the limit's upper bits (SDM vol. 2, LAR; recorded: 0xaffb for the user's code segment)."""

from __future__ import annotations

from iced_x86 import Instruction, OpKind, RegisterInfo

from emulator.cpu import decode, descriptors, layout, overlay
from emulator.cpu.memory import PhysicalMemory

_ZF = 0x40
_CONFORMING_CODE = 0x1C00
_SYSTEM_TYPES = frozenset({2, 9, 11, 12})
"""LDT, TSS (available, busy), call gate: those that LAR knows in 64-bit mode."""


def execute(instruction: Instruction, words: memoryview, ram: PhysicalMemory) -> None:
    """Execute LAR r, r on the state of a CPU at rest, RIP included."""
    rights = _rights(_selector(instruction, words), ram)
    if rights is None:
        words[overlay.EFLAGS] &= ~_ZF
    else:
        words[overlay.EFLAGS] |= _ZF
        place = decode.GPR_NUMBER[RegisterInfo(instruction.op0_register).full_register]
        if RegisterInfo(instruction.op0_register).size == 2:
            words[place] = words[place] & ~0xFFFF | rights & 0xFFFF
        else:
            words[place] = rights
    words[overlay.RIP] += instruction.len


def is_modelled(instruction: Instruction) -> bool:
    """Whether `execute` does it: the selector in a register."""
    return instruction.mnemonic == decode.LAR and instruction.op1_kind == OpKind.REGISTER


def _selector(instruction: Instruction, words: memoryview) -> int:
    return words[decode.GPR_NUMBER[RegisterInfo(instruction.op1_register).full_register]] & 0xFFFF


def _rights(selector: int, ram: PhysicalMemory) -> int | None:
    """Return what ring 3 may see of the descriptor, None if it may not."""
    offset = selector & ~7
    if not selector & ~3 or selector & 4 or offset + 7 > descriptors.GDT_LIMIT:
        return None
    high = int.from_bytes(ram.read(layout.GDT_PA + offset + 4, 4), "little")
    system = not high & 0x1000
    if system and high >> 8 & 15 not in _SYSTEM_TYPES:
        return None
    conforming = high & _CONFORMING_CODE == _CONFORMING_CODE
    return None if high >> 13 & 3 < 3 and not conforming else high & 0x00FF_FF00
