"""struct pt_regs as entry.S builds it at the top of the kernel stack (arch/x86/include/asm/ptrace.h)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.cpu.memory import PhysicalMemory

FIELDS = (
    "r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi",
    "orig_rax", "rip", "cs", "rflags", "rsp", "ss",
)  # fmt: skip
SIZE = len(FIELDS) * 8


class _Slot:
    """One quadword of the frame, as an attribute."""

    def __init__(self, index: int) -> None:
        self.index = index

    def __get__(self, frame: PtRegs, _owner: type[PtRegs] | None = None) -> int:
        return frame.words[frame.base + self.index]

    def __set__(self, frame: PtRegs, value: int) -> None:
        frame.words[frame.base + self.index] = value & 0xFFFF_FFFF_FFFF_FFFF


class PtRegs:
    """A view, not a copy: reading and writing goes to the frame in guest RAM at physical `address`."""

    __slots__ = ("address", "base", "words")

    r15, r14, r13, r12, rbp, rbx = (_Slot(n) for n in range(6))
    r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi = (_Slot(n) for n in range(6, 15))
    orig_rax, rip, cs, rflags, rsp, ss = (_Slot(n) for n in range(15, 21))

    def __init__(self, ram: PhysicalMemory, address: int) -> None:
        self.address = address
        self.words = ram.words
        self.base = address >> 3

    def values(self) -> list[int]:
        """Return all 21 quadwords in the order of FIELDS."""
        return self.words[self.base : self.base + len(FIELDS)].tolist()
