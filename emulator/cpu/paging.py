"""Four-level page tables in guest-physical RAM (SDM vol. 3, 4.5), read and written as the CPU sees them."""

from __future__ import annotations

from typing import Literal, NamedTuple

from emulator.abi.errors import GuestFault
from emulator.cpu.memory import PAGE_SIZE, PhysicalMemory

P, W, U, A, D = 1 << 0, 1 << 1, 1 << 2, 1 << 5, 1 << 6
NX = 1 << 63
FRAME = 0x000F_FFFF_FFFF_F000
SHIFTS = (39, 30, 21, 12)
LEVELS: tuple[Literal["PML4", "PDPT", "PD", "PT"], ...] = ("PML4", "PDPT", "PD", "PT")

Access = Literal["read", "write", "execute"]


class Step(NamedTuple):
    """One level of a walk: the entry found at `position` of the table named `level`."""

    level: Literal["PML4", "PDPT", "PD", "PT"]
    position: int
    entry: int


def is_canonical(address: int) -> bool:
    """Whether bits 63..47 of a 64-bit address are all alike (SDM vol. 1, 3.3.7.1)."""
    return address < 1 << 47 or address >= (1 << 64) - (1 << 47)


class PageTables:
    """One address space's tables. All kernel halves (PML4 entries 256..511) point to the same tables."""

    def __init__(self, ram: PhysicalMemory, kernel: PageTables | None = None) -> None:
        self.ram = ram
        self.root = ram.allocate()
        if kernel is not None:
            for index in range(256, 512):
                ram.words[(self.root >> 3) + index] = ram.words[(kernel.root >> 3) + index]

    def _slot(self, address: int, *, create: bool) -> int | None:
        """Return the index in `ram.words` of the PT entry for `address`, making tables on the way if `create`."""
        words, table = self.ram.words, self.root
        for shift in SHIFTS[:3]:
            at = (table >> 3) + (address >> shift & 511)
            entry = words[at]
            if not entry & P:
                if not create:
                    return None
                # Linux gives upper entries all rights; the PT entry decides (arch/x86/include/asm/pgtable_types.h, _PAGE_TABLE).
                entry = self.ram.allocate() | P | W | U
                words[at] = entry
            table = entry & FRAME
        return (table >> 3) + (address >> 12 & 511)

    def entry(self, address: int) -> int:
        """Return the PT entry for `address`; 0 where a table is missing."""
        slot = self._slot(address, create=False)
        return 0 if slot is None else self.ram.words[slot]

    def set_entry(self, address: int, entry: int) -> int:
        """Write the PT entry for `address` and return the old one. The caller flushes the TLB if the old one was present."""
        slot = self._slot(address, create=True)
        assert slot is not None
        old = self.ram.words[slot]
        self.ram.words[slot] = entry
        self._note(old)
        return old

    def _note(self, old: int) -> None:
        """Tell whoever keeps knowledge of user code that some of it is no longer what it was."""
        if old & (P | U) == P | U and not old & NX:
            self.ram.stale_code.add(old & FRAME)

    def map(self, address: int, frame: int, flags: int) -> int:
        """Map one page and return the old entry. `flags` of P, W, U, NX."""
        return self.set_entry(address, frame | flags)

    def unmap(self, address: int) -> int:
        """Clear one page's entry and return the old one; no tables are made for it."""
        slot = self._slot(address, create=False)
        if slot is None:
            return 0
        old = self.ram.words[slot]
        self.ram.words[slot] = 0
        self._note(old)
        return old

    def walk(self, address: int) -> tuple[Step, ...]:
        """Return the entries the MMU reads for `address`, ending at the first that is not present."""
        steps, table = [], self.root
        for level, shift in zip(LEVELS, SHIFTS, strict=True):
            index = address >> shift & 511
            entry = self.ram.words[(table >> 3) + index]
            steps.append(Step(level, index, entry))
            if not entry & P:
                break
            table = entry & FRAME
        return tuple(steps)

    def translate(self, address: int, access: Access, *, user: bool) -> int:
        """Return the physical address, as the MMU would with CR0.WP and EFER.NXE set.

        Raises GuestFault(14) with the SDM's error code (vol. 3, 4.7) or GuestFault(13) for a non-canonical address.
        """
        if not is_canonical(address):
            raise GuestFault(13, 0, address)
        code = (2 if access == "write" else 0) | (4 if user else 0) | (16 if access == "execute" else 0)
        rights, no_execute = W | U, 0
        for step in self.walk(address):
            if not step.entry & P:
                raise GuestFault(14, code, address)
            rights &= step.entry
            no_execute |= step.entry & NX
        if (user and not rights & U) or (access == "write" and not rights & W) or (access == "execute" and no_execute):
            raise GuestFault(14, code | 1, address)
        return (step.entry & FRAME) | (address & (PAGE_SIZE - 1))

    def free_user_half(self) -> list[int]:
        """Drop every table of the user half, giving its frames back; returns the frames that were mapped, for the caller to drop."""
        words, mapped = self.ram.words, []

        def drop(table: int, depth: int, indexes: range) -> None:
            for index in indexes:
                entry = words[(table >> 3) + index]
                if not entry & P:
                    continue
                if depth == 3:
                    mapped.append(entry & FRAME)
                    self._note(entry)
                else:
                    drop(entry & FRAME, depth + 1, range(512))
                    self.ram.free(entry & FRAME)
                words[(table >> 3) + index] = 0

        drop(self.root, 0, range(256))
        return mapped
