"""SYSCALL on a saved CPU state, as the manuals say; and how entry.S will go back (SDM vol. 2: SYSCALL, SYSRET; vol. 3: 6.14.4)."""

from __future__ import annotations

from array import array

from emulator.abi.errors import EmulatorBug
from emulator.cpu import descriptors, layout, msr, overlay
from emulator.cpu.pt_regs import FIELDS

_HALF = 0xFFFF_FFFF
_RF_OR_TF = 0x1_0100
_R11, _RCX, _RIP, _CS, _RFLAGS, _SS = (FIELDS.index(name) for name in ("r11", "rcx", "rip", "cs", "rflags", "ss"))


class RingZero:
    """What CS, SS and the CPL bits look like in ring 0, taken from the CPU when it was there."""

    def __init__(self, words: memoryview) -> None:
        self._segments = array("Q", words[overlay.CS : overlay.SS + overlay.SEGMENT_WORDS])
        self._hflags = words[overlay.HFLAGS] & overlay.HFLAGS_SEGMENTS
        if self._segments[0] & _HALF != descriptors.KERNEL_CS or self._hflags & 3:
            raise EmulatorBug("the CPU is not in ring 0")

    def enter(self, words: memoryview) -> None:
        """Make `words` a state of ring 0: CS, SS and CPL."""
        words[overlay.CS : overlay.SS + overlay.SEGMENT_WORDS] = memoryview(self._segments)
        words[overlay.HFLAGS] = words[overlay.HFLAGS] & ~overlay.HFLAGS_SEGMENTS | self._hflags


def set_flags(words: memoryview, flags: int) -> None:
    """Make RFLAGS `flags` in a saved state."""
    words[overlay.CC_SRC] = flags & overlay.ARITHMETIC_FLAGS
    words[overlay.CC_OP_DF] = overlay.CC_OP_EFLAGS | (_HALF if flags & overlay.DF else 1) << 32
    words[overlay.EFLAGS] = flags & ~(overlay.ARITHMETIC_FLAGS | overlay.DF) | 2


def put_flags_to_rest(words: memoryview) -> None:
    """Keep all of RFLAGS in one place, where the engine looks for it when it starts (while it runs, it keeps them apart)."""
    direction = overlay.DF if words[overlay.CC_OP_DF] >> 63 else 0
    words[overlay.EFLAGS] |= words[overlay.CC_SRC] | direction


def syscall(words: memoryview, ring0: RingZero, *, flags: int, next_rip: int, entry: int) -> int:
    """Execute SYSCALL on `words`: RCX, R11, RFLAGS & ~FMASK, CS and SS from STAR, CPL 0, RIP = LSTAR. Return the new RFLAGS."""
    words[overlay.RCX] = next_rip
    words[overlay.R11] = flags
    masked = flags & ~msr.FMASK_VALUE | 2
    set_flags(words, masked)
    ring0.enter(words)
    words[overlay.RIP] = entry
    return masked


def leaves_by_sysret(frame: list[int]) -> bool:
    """Whether entry.S answers a system call by SYSRETQ: the questions of its syscall_return. `frame`: PtRegs.values()."""
    rcx, rip, rflags = frame[_RCX], frame[_RIP], frame[_RFLAGS]
    return (
        rcx == rip
        and frame[_R11] == rflags
        and frame[_CS] == descriptors.USER_CS
        and not rflags & _RF_OR_TF
        and rcx <= layout.USER_END
        and frame[_SS] == descriptors.USER_DS
    )


SYSRET_FLAGS = 0x3C_7FD7
"""What SYSRET takes of R11; the rest of RFLAGS is 0, but for bit 1."""

SYSRET_PATH_FLAGS = 0x46
"""RFLAGS at entry.S's SYSRETQ: its last comparison found equal. IF is off, as FMASK left it."""

IRET_PATH_FLAGS = 0x06
"""RFLAGS at entry.S's IRETQ: its last TEST found the two bits of ring 3. IF is off."""
