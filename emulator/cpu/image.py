"""The kernel's image: entry.S assembled, the descriptor tables, the per-CPU area and the page tables that show them to ring 0."""

from __future__ import annotations

import functools
import importlib.resources
import struct
from typing import NamedTuple

from iced_x86 import Decoder, FlowControl

from emulator.abi.errors import EmulatorBug
from emulator.cpu import descriptors, layout, msr
from emulator.cpu.memory import PAGE_SIZE, PhysicalMemory
from emulator.cpu.paging import NX, A, D, P, PageTables, W
from emulator.loader.assembler import assemble

STUBS = {
    0: "asm_exc_divide_error", 1: "asm_exc_debug", 3: "asm_exc_int3", 4: "asm_exc_overflow", 5: "asm_exc_bounds",
    6: "asm_exc_invalid_op", 7: "asm_exc_device_not_available", 8: "asm_exc_double_fault",
    10: "asm_exc_invalid_tss", 11: "asm_exc_segment_not_present", 12: "asm_exc_stack_segment", 13: "asm_exc_general_protection",
    14: "asm_exc_page_fault", 16: "asm_exc_coprocessor_error", 17: "asm_exc_alignment_check", 18: "asm_exc_machine_check",
    19: "asm_exc_simd_coprocessor_error", 0x80: "entry_INT80",
}  # fmt: skip
"""The gates of the IDT that exist (arch/x86/kernel/idt.c)."""

USER_GATES = frozenset({3, 4, 0x80})
"""Those that INT3, INTO and INT n may use from ring 3: DPL 3."""


_BRANCHES = frozenset({FlowControl.CONDITIONAL_BRANCH, FlowControl.UNCONDITIONAL_BRANCH})


class EntryCode(NamedTuple):
    """entry.S as machine code, its symbols at their addresses in the kernel."""

    code: bytes
    symbols: dict[str, int]


def source(name: str) -> str:
    """Return one of this package's assembly files."""
    return importlib.resources.files("emulator.cpu").joinpath(name).read_text("ascii")


@functools.cache
def entry_code() -> EntryCode:
    """Assemble entry.S, once per process."""
    code, symbols = position_independent(source("entry.S"))
    if len(code) > layout.TEXT_SIZE:
        raise EmulatorBug(f"entry.S assembles to {len(code)} bytes, more than {layout.TEXT_SIZE}")
    return EntryCode(code, {name: layout.TEXT + offset for name, offset in symbols.items()})


@functools.cache
def path_length(start: str, *via: str) -> int:
    """Count entry.S's instructions from label `start` to label `via[-1]`, through the labels between.

    No branch is taken on the way except one that leads to the next label.
    """
    code, symbols = entry_code()
    count, address = 0, symbols[start]
    for label in via:
        goal = symbols[label]
        for instruction in Decoder(64, code[address - layout.TEXT :], ip=address):
            if instruction.ip == goal:
                break
            count += 1
            if instruction.flow_control in _BRANCHES:
                if instruction.near_branch_target == goal:
                    break
                if instruction.flow_control == FlowControl.UNCONDITIONAL_BRANCH:
                    raise EmulatorBug(f"entry.S: no straight way from {start} to {label}")
        address = goal
    return count


def position_independent(text: str) -> tuple[bytes, dict[str, int]]:
    """Assemble text that has a .text section only; return its bytes and the offsets of its labels."""
    assembly = assemble(text)
    start, offset, size = _text_segment(assembly.elf)
    labels = {name: value - start for name, value in assembly.symbols.items() if start <= value <= start + size}
    return assembly.elf[offset : offset + size], labels


def _text_segment(elf: bytes) -> tuple[int, int, int]:
    """Return address, file offset and size of the executable segment."""
    (table,), (count,) = struct.unpack_from("<Q", elf, 32), struct.unpack_from("<H", elf, 56)
    for n in range(count):
        kind, flags, offset, address, _, size = struct.unpack_from("<IIQQQQ", elf, table + 56 * n)
        if kind == 1 and flags & 1:
            return address, offset, size
    raise EmulatorBug("assembled to no executable segment")


def boot_tables(symbols: dict[str, int]) -> bytes:
    """Return what startup_64 reads: the two table registers, then MSRs as (number, low, high)."""
    values = {
        msr.STAR: msr.STAR_VALUE,
        msr.LSTAR: symbols["entry_SYSCALL_64"],
        msr.FMASK: msr.FMASK_VALUE,
        msr.FS_BASE: 0,
        msr.GS_BASE: layout.PER_CPU,
        msr.KERNEL_GS_BASE: 0,
    }
    tables = struct.pack("<HQ6xHQ6x", descriptors.GDT_LIMIT, layout.GDT, descriptors.IDT_LIMIT, layout.IDT)
    return tables + b"".join(struct.pack("<IQ", number, value) for number, value in values.items()) + bytes(4)


def load(ram: PhysicalMemory) -> PageTables:
    """Put the kernel's image into RAM and return the page tables that map it: text read-only, all data never executable."""
    entry = entry_code()
    ram.write(layout.TEXT_PA, entry.code)
    ram.write(layout.GDT_PA, descriptors.gdt())
    ram.write(layout.TSS_PA, descriptors.tss(0))
    ram.write(layout.PER_CPU_PA + layout.BOOT_TABLES_OFFSET, boot_tables(entry.symbols))
    for vector, symbol in STUBS.items():
        gate = descriptors.gate(
            entry.symbols[symbol], dpl=3 if vector in USER_GATES else 0, ist=1 if vector == descriptors.DOUBLE_FAULT else 0
        )
        ram.write(layout.IDT_PA + 16 * vector, gate)

    tables = PageTables(ram)
    for offset in range(0, layout.TEXT_SIZE, PAGE_SIZE):
        tables.map(layout.TEXT + offset, layout.TEXT_PA + offset, P | A)
    tables.map(layout.IDT, layout.IDT_PA, P | A | NX)
    for address, frame in (
        (layout.GDT, layout.GDT_PA),
        (layout.TSS, layout.TSS_PA),
        (layout.DOUBLE_FAULT_STACK, layout.DOUBLE_FAULT_STACK_PA),
        (layout.PER_CPU, layout.PER_CPU_PA),
    ):
        tables.map(address, frame, P | W | A | D | NX)
    return tables
