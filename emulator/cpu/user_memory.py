"""User memory as the CPU sees it through the page tables in force: the code it fetches, the walks it makes."""

from __future__ import annotations

from typing import NamedTuple

from emulator.cpu import decode
from emulator.cpu.memory import PAGE_SIZE, PhysicalMemory
from emulator.cpu.paging import FRAME, SHIFTS, P, PageTables, Step, W, is_canonical


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
        writable, last = False, address + size - 1
        for page in range(address & -PAGE_SIZE, last + 1, PAGE_SIZE):
            writable = writable or bool(self._rights(page) & W)
        return Code(self.read(address, size + decode.LONGEST), writable)

    def read(self, address: int, size: int) -> bytes:
        """Read what is mapped of [address, address + size), up to the first hole."""
        data = b""
        while size > 0 and is_canonical(address):
            rights = self._rights(address)
            if not rights & P:
                break
            offset = address & (PAGE_SIZE - 1)
            length = min(size, PAGE_SIZE - offset)
            data += self.ram.read((rights & FRAME) + offset, length)
            address, size = address + length, size - length
        return data

    def _rights(self, address: int) -> int:
        """Return the PT entry of a canonical address with the rights that all four levels give; 0 if there is none.

        What `PageTables.walk` finds, without telling each level: this runs for every block of code that changes itself.
        """
        words, entry, rights = self.ram.words, self.tables.root, P | W
        for shift in SHIFTS:
            entry = words[((entry & FRAME) >> 3) + (address >> shift & 511)]
            if not entry & P:
                return 0
            rights &= entry
        return entry & FRAME | rights

    def walk(self, address: int) -> tuple[Step, ...]:
        """Return what the MMU meets on its way to `address`; nothing where it does not even begin."""
        return self.tables.walk(address) if is_canonical(address) else ()
