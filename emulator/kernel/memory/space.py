"""An address space: sorted areas, page tables that follow them on demand, mmap's placement and the program break.

Invariant kept here: a present user entry of the tables belongs to exactly one area and grants no more than it does;
`resident` names every page that has an entry, present or (PROT_NONE) not.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from emulator.abi.constants import MMAP_MIN_ADDR, PAGE_SIZE, TASK_SIZE
from emulator.cpu.paging import NX, A, D, P, PageTables, U, W
from emulator.kernel.memory.vma import EXEC, READ, WRITE, Vma
from emulator.trace.events import Map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.cpu.port import CpuPort
    from emulator.kernel.memory.frames import Frames
    from emulator.kernel.vfs.pages import PageSource
    from emulator.trace.recorder import Recorder

STACK_TOP = 0x7FFF_FFFF_F000
MMAP_BASE = 0x7FFF_F7FF_F000
"""Without address-space randomisation: STACK_TOP less the least gap for the stack, 128 MiB (arch/x86/mm/mmap.c)."""
MMAP_TOP = MMAP_BASE - 8 * PAGE_SIZE
"""The highest pages of the mmap area are kept for vvar and vDSO, so that mappings have the addresses Linux gives them."""
BOTTOM_UP_BASE = 0x2AAA_AAAA_A000
"""TASK_UNMAPPED_BASE: a third of the user half, where the search goes upward once it failed downward."""
STACK_GUARD_GAP = 256 * PAGE_SIZE
"""No mapping comes nearer than this below a stack (mm/mmap.c)."""


class AddressSpace:
    """struct mm_struct. All ranges are page-aligned and inside the user half; the callers have checked that."""

    def __init__(self, cpu: CpuPort, frames: Frames, recorder: Recorder) -> None:
        self.cpu = cpu
        self.frames = frames
        self.recorder = recorder
        self.tables = PageTables(cpu.ram, cpu.kernel_tables)
        self.areas: list[Vma] = []
        self._starts: list[int] = []
        self.resident: dict[int, int] = {}
        self.brk_start = 0
        self.brk = 0
        self.stack_limit = 8 << 20
        self.readable: dict[int, int] = {}
        """Page -> frame for the kernel's own user accesses, as a TLB would hold; `writable` likewise."""
        self.writable: dict[int, int] = {}

    def find(self, address: int) -> Vma | None:
        """Return the area `address` lies in."""
        at = bisect_right(self._starts, address) - 1
        if at >= 0 and address < self.areas[at].end:
            return self.areas[at]
        return None

    def next_from(self, address: int) -> Vma | None:
        """Return the first area that ends above `address` (find_vma)."""
        at = bisect_right(self._starts, address)
        if at and address < self.areas[at - 1].end:
            return self.areas[at - 1]
        return self.areas[at] if at < len(self.areas) else None

    def overlapping(self, start: int, end: int) -> list[Vma]:
        at = max(bisect_right(self._starts, start) - 1, 0)
        found = []
        for area in self.areas[at:]:
            if area.start >= end:
                break
            if area.end > start:
                found.append(area)
        return found

    def _replace(self, old: list[Vma], new: list[Vma]) -> None:
        for area in old:
            at = bisect_right(self._starts, area.start) - 1
            del self.areas[at], self._starts[at]
        for area in new:
            at = bisect_right(self._starts, area.start)
            self.areas.insert(at, area)
            self._starts.insert(at, area.start)

    def _merge_around(self, start: int, end: int) -> None:
        """Join neighbours that may be one, from just before `start` to just behind `end`."""
        at = max(bisect_right(self._starts, start) - 2, 0)
        while at + 1 < len(self.areas) and self.areas[at].start <= end:
            here, after = self.areas[at], self.areas[at + 1]
            if here.continues_in(after):
                here.end = after.end
                del self.areas[at + 1], self._starts[at + 1]
            else:
                at += 1

    def insert(self, area: Vma) -> None:
        """Add an area where nothing is."""
        self._replace([], [area])
        self.recorder.emit(Map, hex(area.start), hex(area.end), area.mapping())
        self._merge_around(area.start, area.end)

    def extend_down(self, area: Vma, start: int) -> None:
        """Let a stack begin at `start`."""
        at = bisect_right(self._starts, area.start) - 1
        area.start = self._starts[at] = start

    def remove(self, start: int, end: int) -> None:
        """munmap: cut [start, end) out of every area and drop its pages."""
        old = self.overlapping(start, end)
        if not old:
            return
        self._replace(old, list(self._outside(old, start, end)))
        for page in self._resident_in(start, end):
            self._drop(page)
        for area in old:
            self.recorder.emit(Map, hex(max(start, area.start)), hex(min(end, area.end)), None)

    @staticmethod
    def _outside(old: list[Vma], start: int, end: int) -> Iterator[Vma]:
        if old[0].start < start:
            yield old[0].part(old[0].start, start)
        if old[-1].end > end:
            yield old[-1].part(end, old[-1].end)

    def protect(self, start: int, end: int, prot: int) -> None:
        """mprotect on a range that is all mapped."""
        old = self.overlapping(start, end)
        changed = []
        for area in old:
            piece = area.part(max(area.start, start), min(area.end, end))
            piece.prot = prot
            changed.append(piece)
        self._replace(old, [*self._outside(old, start, end), *changed])
        for piece in changed:
            self.recorder.emit(Map, hex(piece.start), hex(piece.end), piece.mapping())
            for page in self._resident_in(piece.start, piece.end):
                self._set(page, self.resident[page], piece)
        self._merge_around(start, end)

    def _resident_in(self, start: int, end: int) -> list[int]:
        """Pages with an entry in a range, which may be far larger than what is resident."""
        if (end - start) // PAGE_SIZE <= len(self.resident):
            return [page for page in range(start, end, PAGE_SIZE) if page in self.resident]
        return sorted(page for page in self.resident if start <= page < end)

    def _drop(self, page: int) -> None:
        self.frames.drop(self.resident.pop(page))
        self._forget(page)
        if self.tables.unmap(page) & P:
            self.cpu.flush_tlb(page)

    def drop_pages(self, start: int, end: int) -> None:
        """Forget contents but keep the areas (MADV_DONTNEED)."""
        for page in self._resident_in(start, end):
            self._drop(page)

    def drop_source(self, source: PageSource, first: int) -> None:
        """Forget every page of `source` from page number `first` on, copies too: the file ends before them now."""
        for area in self.areas:
            if area.source is source:
                start = area.start + first * PAGE_SIZE - area.offset
                if start < area.end:
                    self.drop_pages(max(start, area.start), area.end)

    def take_pages(self, start: int, end: int, to: int) -> None:
        """Move what is resident in [start, end) to `to`, where its area is made already (mm/mremap.c, move_page_tables)."""
        for page in self._resident_in(start, end):
            frame = self.resident.pop(page)
            self._forget(page)
            if self.tables.unmap(page) & P:
                self.cpu.flush_tlb(page)
            area = self.find(page - start + to)
            assert area is not None
            self.enter(page - start + to, frame, area)

    def _forget(self, page: int) -> None:
        self.readable.pop(page, None)
        self.writable.pop(page, None)

    def _set(self, page: int, frame: int, area: Vma) -> None:
        """Write the entry that `area`'s rights and the frame's sharing allow. PROT_NONE keeps the frame, not present."""
        self._forget(page)
        prot = area.prot
        flags = 0
        if prot & (READ | WRITE | EXEC):
            flags = P | U
            if prot & WRITE and (area.shared or (self.frames.users[frame] == 1 and frame != self.frames.zero)):
                flags |= W
            if not prot & EXEC:
                flags |= NX
        if self.tables.map(page, frame, flags) & P:
            self.cpu.flush_tlb(page)

    def enter(self, page: int, frame: int, area: Vma) -> None:
        """Make `frame` the page's, its use counted by the caller; what was there before loses a user."""
        old = self.resident.get(page)
        self.resident[page] = frame
        if old is not None and old != frame:
            self.frames.drop(old)
        self._set(page, frame, area)

    def place(self, length: int, hint: int = 0) -> int | None:
        """get_unmapped_area: `hint` if it is free, else the highest gap below MMAP_TOP, else the lowest above a third.

        None if there is no gap (arch/x86/kernel/sys_x86_64.c, arch_get_unmapped_area_topdown).
        """
        if length > TASK_SIZE - MMAP_MIN_ADDR:
            return None
        if hint:
            after = self.next_from(hint)
            if hint + length <= TASK_SIZE and (after is None or hint + length <= self._lower_edge(after)):
                return hint
        high = MMAP_TOP
        for area in reversed(self.areas):
            if area.start >= high:
                continue
            if area.end + length <= high:
                return high - length
            high = min(high, self._lower_edge(area))
        if high - length >= MMAP_MIN_ADDR:
            return high - length
        return self.place_upward(length, BOTTOM_UP_BASE, TASK_SIZE)

    def place_upward(self, length: int, low: int, high: int) -> int | None:
        """Return the lowest gap between `low` and `high`."""
        for area in self.areas:
            if area.end <= low:
                continue
            if low + length <= self._lower_edge(area):
                break
            low = area.end
        return low if low + length <= high else None

    def place_aligned(self, length: int, alignment: int) -> int | None:
        """thp_get_unmapped_area: a place for huge pages is aligned to them."""
        start = self.place(length + alignment)
        if start is None:
            return None
        return start + (-start % alignment or alignment)

    @staticmethod
    def _lower_edge(area: Vma) -> int:
        return area.start - STACK_GUARD_GAP if area.grows_down else area.start

    def destroy(self) -> None:
        """The last user is gone: give everything back."""
        for frame in self.resident.values():
            self.frames.drop(frame)
        self.resident.clear()
        self.readable.clear()
        self.writable.clear()
        self.areas.clear()
        self._starts.clear()
        self.tables.free_user_half()

    def mark_dirty(self, page: int) -> None:
        """The kernel wrote through its own mapping: the CPU would have set A and D."""
        self.tables.set_entry(page, self.tables.entry(page) | A | D)
