"""Where the registers lie in a saved context of Unicorn 2.1.4: its CPUX86State, as quadwords counted from RAX.

The binding reads one register in 4 us; all of them through this overlay cost a fraction of one. The layout belongs to one
release of Unicorn, hence the exact pin; `engine` proves every position used here against known values when it starts.
"""

from __future__ import annotations

HEADER = 40
"""Bytes of Unicorn's own in front of CPUX86State."""

GPRS = 16
"""RAX RCX RDX RBX RSP RBP RSI RDI R8..R15 come first, in the order of their encoding."""
RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R11 = 0, 1, 2, 3, 4, 5, 6, 7, 11
RIP = 16
EFLAGS = 17
"""Without CF PF AF ZF SF OF and DF, which are kept apart."""
CC_SRC = 19
CC_OP_DF = 21
"""Low half: how to compute the arithmetic flags; high half: 1 or -1, the step of string instructions."""
CC_OP_EFLAGS = 1
"""CC_SRC holds the arithmetic flags themselves."""
HFLAGS = 22
"""Low half: what the translator must know, CPL in the two lowest bits."""
HFLAGS_CS64 = 1 << 15
HFLAGS_SEGMENTS = 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 15
"""Those that follow from CS and SS: CPL, CS32, SS32, ADDSEG, CS64."""

SEGMENT_WORDS = 3
"""Selector, base, limit and attributes."""
CS, SS, FS, GS = 26, 29, 35, 38
FS_BASE, GS_BASE = FS + 1, GS + 1
TR, GDTR, IDTR = 44, 47, 50
CR0, CR2, CR3, CR4 = 53, 55, 56, 57

EXCEPTION = 5384 // 8
"""error_code and is_int as two 32-bit halves; then next_rip, DR0..DR7, four break points, old_exception."""
DR6 = EXCEPTION + 2 + 6
OLD_EXCEPTION = EXCEPTION + 2 + 8 + 4
NO_EXCEPTION = 0xFFFF_FFFF
"""old_exception = -1: what delivery must leave, or the next fault becomes a double fault."""

WORDS = OLD_EXCEPTION + 1

ARITHMETIC_FLAGS = 0x8D5
"""CF PF AF ZF SF OF."""
DF = 0x400

MARKS = {
    **{
        name: 0x1234_5678_0000 + n
        for n, name in enumerate(
            ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip"],
        )
    },
    "eflags": 0x247, "fs_base": 0xF5, "gs_base": 0x65, "cr2": 0xC2,
}  # fmt: skip
"""A value of its own for each register that can be written by itself."""


def marked(words: memoryview) -> bool:
    """Whether a state with all MARKS set, and nothing executed since its reset, is laid out as this file says."""
    return (
        words[: RIP + 1].tolist() == list(MARKS.values())[: RIP + 1]
        and words[EFLAGS] & ~ARITHMETIC_FLAGS == 0x202
        and words[CC_SRC] == 0x45
        and words[CC_OP_DF] == CC_OP_EFLAGS | 1 << 32
        and words[FS_BASE] == 0xF5
        and words[GS_BASE] == 0x65
        and words[CR2] == 0xC2
        and words[DR6] == 0xFFFF_0FF0
        and words[OLD_EXCEPTION] & 0xFFFF_FFFF == NO_EXCEPTION
    )
