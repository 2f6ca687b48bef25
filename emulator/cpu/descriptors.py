"""Segment, task-state and interrupt descriptors as bytes (SDM vol. 3, 3.4.5, 6.14.1, 7.7), with Linux's own selectors."""

from __future__ import annotations

import struct
from typing import NamedTuple

from emulator.cpu import layout

KERNEL_CS, KERNEL_SS = 0x10, 0x18
USER32_CS, USER_DS, USER_CS = 0x23, 0x2B, 0x33
TSS_SELECTOR = 0x40
GDT_LIMIT = 16 * 8 - 1
IDT_LIMIT = 256 * 16 - 1
TSS_LIMIT = 0x67
"""Ends behind the I/O map base: no port is ever allowed by a bit map."""

DOUBLE_FAULT = 8
_LONG_CODE, _FLAT = 0xA, 0xC


def _segment(access: int, flags: int) -> bytes:
    """Return a flat segment; the accessed bit is set already, so that the CPU has nothing to write."""
    return struct.pack("<HHBBBB", 0xFFFF, 0, 0, access, flags << 4 | 0xF, 0)


def gdt() -> bytes:
    """Return the global descriptor table: arch/x86/kernel/cpu/common.c, gdt_page."""
    entries = {
        0x08: _segment(0x9B, _FLAT),
        KERNEL_CS: _segment(0x9B, _LONG_CODE),
        KERNEL_SS: _segment(0x93, _FLAT),
        USER32_CS & ~3: _segment(0xFB, _FLAT),
        USER_DS & ~3: _segment(0xF3, _FLAT),
        USER_CS & ~3: _segment(0xFB, _LONG_CODE),
        TSS_SELECTOR: struct.pack(
            "<HHBBBBII", TSS_LIMIT, layout.TSS & 0xFFFF, layout.TSS >> 16 & 0xFF, 0x89, 0, layout.TSS >> 24 & 0xFF, layout.TSS >> 32, 0
        ),
    }
    table = bytearray(GDT_LIMIT + 1)
    for selector, entry in entries.items():
        table[selector : selector + len(entry)] = entry
    return bytes(table)


def tss(rsp0: int) -> bytes:
    """Return the 64-bit task-state segment: the stack of ring 0, and that of double faults."""
    ist1 = layout.DOUBLE_FAULT_STACK + 0x1000
    return struct.pack("<IQQQQQQQQQQQHH", 0, rsp0, 0, 0, 0, ist1, 0, 0, 0, 0, 0, 0, 0, TSS_LIMIT + 1)


TSS_RSP0_PA = layout.TSS_PA + 4
TSS_IST_PA = layout.TSS_PA + 0x24


class Gate(NamedTuple):
    """An interrupt gate."""

    present: bool
    dpl: int
    ist: int
    selector: int
    offset: int


def gate(offset: int, *, dpl: int = 0, ist: int = 0) -> bytes:
    """Return a 64-bit interrupt gate into the kernel's code."""
    return struct.pack("<HHBBHII", offset & 0xFFFF, KERNEL_CS, ist, 0x8E | dpl << 5, offset >> 16 & 0xFFFF, offset >> 32, 0)


def read_gate(raw: bytes) -> Gate:
    """Take a gate's 16 bytes apart."""
    low, selector, ist, access, middle, high, _ = struct.unpack("<HHBBHII", raw)
    return Gate(bool(access & 0x80), access >> 5 & 3, ist & 7, selector, low | middle << 16 | high << 32)
