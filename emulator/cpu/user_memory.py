"""User memory as the CPU sees it through the page tables in force: the code it fetches, the walks it makes."""

from __future__ import annotations

from typing import NamedTuple

from emulator.cpu import decode
from emulator.cpu.memory import PAGE_SIZE, PhysicalMemory
from emulator.cpu.paging import FRAME, P, PageTables, Step, W, is_canonical


class Code(NamedTuple):
    """User code as it is at this moment."""

    bytes: bytes
    """With decode.LONGEST bytes more, as far as they are mapped."""
    writable: bool
    """Part of it lies on a page that ring 3 may write."""


class UserMemory:
    """`tables` are those that CR3 names."""

    def __init__(self, ram: PhysicalMemory, tables: PageTables) -> None:
        self.ram = ram
        self.tables = tables

    def code(self, address: int, size: int) -> Code:
        """Read code that the CPU has just fetched."""
        writable = False
        for page in range(address & -PAGE_SIZE, address + size, PAGE_SIZE):
            writable = writable or all(step.entry & W for step in self.tables.walk(page))
        return Code(self.read(address, size + decode.LONGEST), writable)

    def read(self, address: int, size: int) -> bytes:
        """Read what is mapped of [address, address + size), up to the first hole."""
        parts = []
        while size > 0 and is_canonical(address):
            steps = self.tables.walk(address)
            if not steps[-1].entry & P:
                break
            offset = address & (PAGE_SIZE - 1)
            length = min(size, PAGE_SIZE - offset)
            parts.append(self.ram.read((steps[-1].entry & FRAME) + offset, length))
            address, size = address + length, size - length
        return b"".join(parts)

    def walk(self, address: int) -> tuple[Step, ...]:
        """Return what the MMU meets on its way to `address`; nothing where it does not even begin."""
        return self.tables.walk(address) if is_canonical(address) else ()
