"""Guest-physical RAM: one anonymous mapping, shared by address with the engine, cut into 4 KiB frames."""

from __future__ import annotations

import mmap

from emulator.abi.errors import BudgetExceeded

PAGE_SIZE = 4096
PAGE_SHIFT = 12
PAGE_MASK = ~(PAGE_SIZE - 1)

KERNEL_IMAGE_PA = 0x10_0000
"""Where the kernel's own image lies: entry code, descriptor tables, per-CPU area, boot page tables."""
KERNEL_IMAGE_SIZE = 0x10_0000
FIRST_FRAME = KERNEL_IMAGE_PA + KERNEL_IMAGE_SIZE


class PhysicalMemory:
    """`size` bytes of RAM from physical address 0. `words` views them as little-endian quadwords, indexed by address >> 3.

    Frames are handed out in a fixed order, so that physical addresses too are the same in every run.
    """

    def __init__(self, size: int) -> None:
        if size % PAGE_SIZE or size <= FIRST_FRAME:
            msg = f"RAM of {size} bytes: must be whole pages and more than {FIRST_FRAME}"
            raise ValueError(msg)
        self.size = size
        self.bytes = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.words = memoryview(self.bytes).cast("Q")
        self._next = FIRST_FRAME
        self._free: list[int] = []
        self.stale_code: set[int] = set()
        """Frames that were mapped executable for the user and are no longer as they were (PageTables notes it, the CPU asks)."""

    def allocate(self) -> int:
        """Return the physical address of a zeroed frame. Raises BudgetExceeded("memory") when RAM is used up."""
        if self._free:
            frame = self._free.pop()
            self.bytes[frame : frame + PAGE_SIZE] = bytes(PAGE_SIZE)
            return frame
        return self.allocate_run(1)

    def allocate_run(self, count: int) -> int:
        """Return the physical address of `count` fresh frames in a row (kernel stacks need that)."""
        frame = self._next
        if frame + count * PAGE_SIZE > self.size:
            raise BudgetExceeded("memory", f"the machine's {self.size >> 20} MiB of RAM are used up")
        self._next += count * PAGE_SIZE
        return frame

    def free(self, frame: int) -> None:
        """Give a frame back. The caller must have removed every mapping of it."""
        self._free.append(frame)

    @property
    def frames_in_use(self) -> int:
        return (self._next - FIRST_FRAME) // PAGE_SIZE - len(self._free)

    def read(self, address: int, length: int) -> bytes:
        return self.bytes[address : address + length]

    def write(self, address: int, data: bytes) -> None:
        self.bytes[address : address + len(data)] = data
