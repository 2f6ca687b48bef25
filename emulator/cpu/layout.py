"""Where the kernel's own things lie: guest-virtual addresses (Linux's, where Linux has fixed ones) and the frames behind them."""

from __future__ import annotations

from emulator.cpu.memory import KERNEL_IMAGE_PA, PAGE_SIZE

TEXT = 0xFFFF_FFFF_8100_0000
"""_text of an unrandomised Linux: entry.S begins here."""
TEXT_PA = KERNEL_IMAGE_PA
TEXT_SIZE = 4 * PAGE_SIZE

# The cpu_entry_area (arch/x86/include/asm/cpu_entry_area.h): what the CPU itself must reach whatever CR3 says.
IDT = 0xFFFF_FE00_0000_0000
IDT_PA = TEXT_PA + TEXT_SIZE
GDT = 0xFFFF_FE00_0000_1000
GDT_PA = IDT_PA + PAGE_SIZE
TSS = 0xFFFF_FE00_0000_3000
TSS_PA = GDT_PA + PAGE_SIZE
DOUBLE_FAULT_STACK = 0xFFFF_FE00_0000_8000
"""Bottom of the one interrupt stack (IST 1)."""
DOUBLE_FAULT_STACK_PA = TSS_PA + PAGE_SIZE

PER_CPU = 0xFFFF_FFFF_82A0_0000
"""Base of GS in ring 0: +0 top of the current task's kernel stack, +8 scratch for the user's RSP; above, the boot tables."""
PER_CPU_PA = DOUBLE_FAULT_STACK_PA + PAGE_SIZE
STACK_TOP_SLOT = PER_CPU_PA
BOOT_TABLES_OFFSET = 0x100

KERNEL_STACKS = 0xFFFF_C900_0000_0000
"""VMALLOC_START: kernel stacks lie here one after the other, each with a hole below it that catches an overflow."""
KERNEL_STACK_SIZE = 4 * PAGE_SIZE
KERNEL_STACK_STRIDE = 2 * KERNEL_STACK_SIZE

USER_END = (1 << 47) - 1
"""Last address of the user half."""
