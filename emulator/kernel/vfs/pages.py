"""The page cache: a file's contents as sparse pages, each a Python buffer until somebody maps it, then a frame of guest RAM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from emulator.abi.errors import BudgetExceeded

if TYPE_CHECKING:
    from emulator.kernel.memory.frames import Frames

PAGE = 4096


class PageSource(Protocol):
    """What a mapping of a file asks of it."""

    def frame(self, index: int) -> int | None:
        """The frame of page `index`, made if need be; None behind the end of the file."""

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`."""


class Quota:
    """Bytes of file pages a run may hold in all. Raises BudgetExceeded("memory") behind that."""

    def __init__(self, limit: int) -> None:
        self.left = limit

    def take(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise BudgetExceeded("memory", "the files of the run hold more than its memory limit")


class FilePages:
    """Contents of a regular file. Holes take no space; a mapped page lives in guest RAM and both sides see it."""

    def __init__(self, frames: Frames, quota: Quota, data: bytes = b"") -> None:
        self.frames = frames
        self.quota = quota
        self.size = 0
        self.pages: dict[int, bytearray] = {}
        self.mapped: dict[int, int] = {}
        if data:
            self.write(0, data)

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer at the end of the file."""
        end = min(offset + length, self.size)
        pieces = []
        while offset < end:
            index, at = divmod(offset, PAGE)
            count = min(PAGE - at, end - offset)
            pieces.append(self._page_bytes(index, at, count))
            offset += count
        return b"".join(pieces)

    def _page_bytes(self, index: int, at: int, count: int) -> bytes:
        frame = self.mapped.get(index)
        if frame is not None:
            return self.frames.ram.read(frame + at, count)
        page = self.pages.get(index)
        return bytes(count) if page is None else bytes(page[at : at + count])

    def write(self, offset: int, data: bytes) -> None:
        """Write `data` at `offset`, growing the file; a gap becomes a hole."""
        position = 0
        while position < len(data):
            index, at = divmod(offset + position, PAGE)
            piece = data[position : position + PAGE - at]
            frame = self.mapped.get(index)
            if frame is not None:
                self.frames.write(frame + at, piece)
            else:
                page = self.pages.get(index)
                if page is None:
                    self.quota.take(PAGE)
                    page = self.pages[index] = bytearray(PAGE)
                page[at : at + len(piece)] = piece
            position += len(piece)
        self.size = max(self.size, offset + len(data))

    def truncate(self, size: int) -> None:
        """Set the size; what lay behind a smaller one is gone, also from the page that is cut."""
        if size < self.size:
            keep = -(-size // PAGE)
            for index in [index for index in self.pages if index >= keep]:
                del self.pages[index]
                self.quota.left += PAGE
            for index in [index for index in self.mapped if index >= keep]:
                self.frames.drop(self.mapped.pop(index))
            cut = size % PAGE
            if cut:
                tail = bytes(PAGE - cut)
                if keep - 1 in self.mapped:
                    self.frames.write(self.mapped[keep - 1] + cut, tail)
                elif keep - 1 in self.pages:
                    self.pages[keep - 1][cut:] = tail
        self.size = size

    def present(self) -> set[int]:
        """Numbers of the pages that are really there."""
        return self.pages.keys() | self.mapped.keys()

    @property
    def blocks(self) -> int:
        """st_blocks: 512-byte units that are really there."""
        return 8 * len(self.present())

    def frame(self, index: int) -> int | None:
        if index >= -(-self.size // PAGE):
            return None
        frame = self.mapped.get(index)
        if frame is None:
            frame = self.mapped[index] = self.frames.new()
            page = self.pages.pop(index, None)
            if page is not None:
                self.quota.left += PAGE
                self.frames.ram.write(frame, bytes(page))
        return frame


class SharedPages:
    """Anonymous memory that is shared: pages without a file (mm/shmem.c, shmem_zero_setup)."""

    def __init__(self, frames: Frames, length: int) -> None:
        self.frames = frames
        self.length = length
        self.mapped: dict[int, int] = {}

    def frame(self, index: int) -> int | None:
        if index * PAGE >= self.length:
            return None
        frame = self.mapped.get(index)
        if frame is None:
            frame = self.mapped[index] = self.frames.new()
        return frame

    def read(self, offset: int, length: int) -> bytes:
        index, at = divmod(offset, PAGE)
        frame = self.mapped.get(index)
        return bytes(length) if frame is None else self.frames.ram.read(frame + at, length)
