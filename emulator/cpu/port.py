"""The two sides of the gate: what the kernel model may ask of the CPU, and what the CPU tells the kernel model.

The CPU runs guest code of both rings by itself. entry.S, guest code in ring 0, builds pt_regs on the current task's kernel
stack and executes a hypercall; the kernel model answers in Python by changing pt_regs, memory and page tables, and returns;
entry.S restores the registers and leaves by sysretq or iretq.
"""

from __future__ import annotations

from typing import Protocol

from emulator.cpu.memory import PhysicalMemory
from emulator.cpu.paging import PageTables
from emulator.cpu.pt_regs import PtRegs


class CpuPort(Protocol):
    """What the kernel model may ask. Nothing here may be called while ring-3 code runs; hypercalls are the only moment."""

    ram: PhysicalMemory
    kernel_tables: PageTables
    """The boot page tables, whose kernel half every address space shares."""

    def retired(self) -> int:
        """Exact number of user-mode instructions completed so far, all tasks; one iteration of a REP counts as one."""

    def new_kernel_stack(self) -> tuple[int, PtRegs]:
        """Make a kernel stack; return the virtual address of its top and the pt_regs frame at its top."""

    def switch_to(self, stack_top: int, tables: PageTables) -> None:
        """Make the next return to user mode that of another task: RSP and TSS.RSP0 = its stack, CR3 = its tables."""

    def flush_tlb(self, address: int | None = None) -> None:
        """After a present page-table entry was changed or removed: INVLPG for one page, or everything."""

    def code_written(self, physical: int, length: int) -> None:
        """After RAM was written from outside the CPU where code may lie: drop what was translated from it."""

    def get_base(self, segment: str) -> int:
        """The user's base of "fs" or "gs"."""

    def set_base(self, segment: str, base: int) -> None:
        """Set the user's base of "fs" or "gs" (the MSRs FS_BASE, or KERNEL_GS_BASE as long as ring 0 has swapped)."""

    def get_fpu(self) -> bytes:
        """The 512-byte FXSAVE image of the current x87/SSE state."""

    def set_fpu(self, image: bytes) -> None: ...

    def stop(self) -> None:
        """Nothing is left to run: leave the emulation when this hypercall returns."""


class KernelPort(Protocol):
    """What the CPU tells. Each call comes out of a hypercall in ring 0; `regs` is the frame on the current kernel stack."""

    def syscall(self, regs: PtRegs) -> None:
        """entry_SYSCALL_64: orig_rax is the number; the answer goes to regs.rax."""

    def int80(self, regs: PtRegs) -> None:
        """entry_INT80_compat: the 32-bit table, arguments in ebx ecx edx esi edi ebp."""

    def exception(self, regs: PtRegs, vector: int, error_code: int, address: int) -> None:
        """A fault or trap came through the IDT; `address` is CR2 for #PF, else 0. Returning retries at regs.rip."""
