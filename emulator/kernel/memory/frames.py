"""Physical frames with owners: who shares one copies it before writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.cpu.memory import PhysicalMemory


class Frames:
    """Counts the users of each frame: address spaces that map it, and the page cache."""

    def __init__(self, ram: PhysicalMemory, code_written: Callable[[int, int], None]) -> None:
        self.ram = ram
        self.code_written = code_written
        self.users: dict[int, int] = {}
        self.zero = ram.allocate()
        """The page of zeros that every untouched anonymous page is read through (mm/memory.c, do_anonymous_page)."""
        self.users[self.zero] = 1

    def new(self) -> int:
        """Return a zeroed frame with one user. Raises BudgetExceeded("memory")."""
        frame = self.ram.allocate()
        self.users[frame] = 1
        return frame

    def copy(self, frame: int) -> int:
        """Return a new frame with the contents of `frame`."""
        new = self.new()
        self.ram.bytes[new : new + 4096] = self.ram.bytes[frame : frame + 4096]
        return new

    def write(self, address: int, data: bytes) -> None:
        """Write to a frame that may be mapped, perhaps as code."""
        self.ram.write(address, data)
        self.code_written(address, len(data))

    def share(self, frame: int) -> None:
        self.users[frame] += 1

    def drop(self, frame: int) -> None:
        """One user less; the last one gives the frame back."""
        left = self.users[frame] - 1
        if left:
            self.users[frame] = left
        else:
            del self.users[frame]
            self.ram.free(frame)
