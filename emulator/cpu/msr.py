"""The model-specific registers that make a kernel's boundary, with the values Linux boots with (AMD64 APM vol. 2, 6.1)."""

from __future__ import annotations

EFER = 0xC000_0080
STAR = 0xC000_0081
LSTAR = 0xC000_0082
CSTAR = 0xC000_0083
FMASK = 0xC000_0084
FS_BASE = 0xC000_0100
GS_BASE = 0xC000_0101
KERNEL_GS_BASE = 0xC000_0102

NAMES = {
    EFER: "EFER", STAR: "STAR", LSTAR: "LSTAR", CSTAR: "CSTAR", FMASK: "FMASK",
    FS_BASE: "FS_BASE", GS_BASE: "GS_BASE", KERNEL_GS_BASE: "KERNEL_GS_BASE",
}  # fmt: skip

EFER_VALUE = 1 << 0 | 1 << 8 | 1 << 10 | 1 << 11
"""SCE (SYSCALL), LME and LMA (64-bit mode), NXE (no-execute pages)."""

STAR_VALUE = 0x10 << 32 | 0x23 << 48
"""SYSCALL loads CS 0x10, SS 0x18; SYSRETQ loads CS 0x23+16, SS 0x23+8 (arch/x86/kernel/cpu/common.c, idt_syscall_init)."""

FMASK_VALUE = 0x25_7FD5
"""SYSCALL clears CF PF AF ZF SF TF IF DF OF IOPL NT RF AC ID (idt_syscall_init)."""

CR0_VALUE = 0x8005_0033
"""PG AM WP NE ET MP PE: what Linux runs with, and what SMSW tells."""

CR4_VALUE = 1 << 4 | 1 << 5 | 1 << 7 | 1 << 9 | 1 << 10 | 1 << 16 | 1 << 18 | 1 << 20
"""PSE PAE PGE OSFXSR OSXMMEXCPT FSGSBASE OSXSAVE SMEP."""
