"""Why the CPU refused: one sentence for the learner per exception, from what the CPU knew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iced_x86 import Mnemonic

from emulator.cpu import decode, layout
from emulator.cpu.paging import NX, P, Step, U, W, is_canonical

if TYPE_CHECKING:
    from iced_x86 import Instruction

_PLAIN = {
    0: "The divisor is zero, or the quotient does not fit its register.",
    1: "The trap flag or INT1 asked for a stop after this instruction.",
    3: "INT3 is a breakpoint: a trap that every ring may raise.",
    4: "INTO or INT 4 reports an overflow: a trap that every ring may raise.",
    5: "The index is outside the bounds that BOUND was given.",
    6: "These bytes are no instruction of this CPU, or one that it does not have in this ring.",
    7: "The floating-point unit is switched off (CR0.TS or CR0.EM).",
    10: "The task-state segment is not valid.",
    11: "The segment that this selector names is marked not present.",
    12: "The stack address is not canonical: bits 63 to 47 are not all alike.",
    16: "An unmasked x87 floating-point exception was pending.",
    17: "The access is not aligned to its size, and RFLAGS.AC asks for that to be checked in ring 3.",
    19: "An unmasked SSE floating-point exception occurred.",
}

_PRIVILEGED = {
    Mnemonic.CLI: "it would switch interrupts off for the whole machine",
    Mnemonic.STI: "it would switch interrupts on for the whole machine",
    Mnemonic.HLT: "it would stop the CPU for everyone",
    Mnemonic.RDMSR: "model-specific registers hold the kernel's entry points",
    Mnemonic.WRMSR: "model-specific registers hold the kernel's entry points",
    Mnemonic.LGDT: "the descriptor tables define what a ring is",
    Mnemonic.LIDT: "the interrupt table says where the kernel is entered",
    Mnemonic.SWAPGS: "it would give ring 3 the kernel's per-CPU area",
    Mnemonic.SYSRETQ: "only ring 0 has a place to return from",
    Mnemonic.INVLPG: "translations belong to the kernel",
}


def why(
    vector: int, error_code: int, *, address: int | None, instruction: Instruction | None, software: bool, walk: tuple[Step, ...]
) -> str:
    """Return the sentence. `walk` is the page walk of a #PF's address."""
    if vector == 14 and address is not None:
        return _page_fault(error_code, address, walk)
    if vector == 13:
        return _general_protection(error_code, instruction, software=software)
    return _PLAIN.get(vector, "")


def _general_protection(error_code: int, instruction: Instruction | None, *, software: bool) -> str:
    if software:
        return f"The gate of vector {error_code >> 3:#x} has DPL 0: ring 3 may not raise it with INT (error code = vector * 8 + 2)."
    if instruction is None:
        return "The CPU went to an address that is not canonical: bits 63 to 47 are not all alike."
    if instruction.mnemonic in decode.PORT_IO:
        return "Ports are for the kernel: IOPL is 0, and the task-state segment has no I/O permission bit map."
    if instruction.is_privileged:
        reason = _PRIVILEGED.get(instruction.mnemonic)
        return f"Only ring 0 may execute this instruction{': ' + reason if reason else ''}."
    if error_code:
        return f"The selector {error_code & 0xFFFC:#x} can't be used here."
    return "The memory address is not canonical (bits 63 to 47 are not all alike), or the instruction breaks another rule of protection."


def _page_fault(error_code: int, address: int, walk: tuple[Step, ...]) -> str:
    verb = "execute" if error_code & 16 else "write" if error_code & 2 else "read"
    if not is_canonical(address):
        return f"Can't {verb} {address:#x}: the address is not canonical."
    if not error_code & 1:
        level = walk[-1].level if walk else "PML4"
        return f"Can't {verb} {address:#x}: no page is there ({level} entry not present)."
    if error_code & 4 and (address > layout.USER_END or any(not step.entry & U for step in walk if step.entry & P)):
        return f"Can't {verb} {address:#x} from ring 3: the page belongs to the kernel (U = 0)."
    if error_code & 2 and any(not step.entry & W for step in walk):
        return f"Can't write {address:#x}: the page is read-only (W = 0)."
    if error_code & 16 and any(step.entry & NX for step in walk):
        return f"Can't execute {address:#x}: the page holds data (NX = 1)."
    return f"Can't {verb} {address:#x}: the page does not allow it."
