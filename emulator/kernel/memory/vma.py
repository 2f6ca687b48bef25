"""struct vm_area_struct: one range of an address space with one set of rights and one thing behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.trace.state import Mapping

if TYPE_CHECKING:
    from emulator.kernel.vfs.pages import PageSource

READ, WRITE, EXEC = 1, 2, 4


class Vma:
    """[start, end), page-aligned. `source` gives the pages of a file mapping from byte `offset` on; None is anonymous memory."""

    __slots__ = ("end", "grows_down", "may_write", "name", "offset", "prot", "shared", "source", "start")

    def __init__(
        self,
        start: int,
        end: int,
        prot: int,
        *,
        source: PageSource | None = None,
        offset: int = 0,
        name: str = "",
        shared: bool = False,
        grows_down: bool = False,
        may_write: bool = True,
    ) -> None:
        self.start = start
        self.end = end
        self.prot = prot
        self.source = source
        self.offset = offset
        self.name = name
        self.shared = shared
        self.grows_down = grows_down
        self.may_write = may_write

    def part(self, start: int, end: int) -> Vma:
        """Return the piece [start, end) of this one."""
        offset = self.offset + (start - self.start if self.source else 0)
        return Vma(
            start,
            end,
            self.prot,
            source=self.source,
            offset=offset,
            name=self.name,
            shared=self.shared,
            grows_down=self.grows_down,
            may_write=self.may_write,
        )

    def continues_in(self, after: Vma) -> bool:
        """Whether `after`, which starts where this ends, could be one with it (mm/vma.c, can_vma_merge_after)."""
        return (
            self.end == after.start
            and self.prot == after.prot
            and self.name == after.name
            and self.source is after.source
            and self.shared == after.shared
            and self.grows_down == after.grows_down
            and self.may_write == after.may_write
            and (self.source is None or self.offset + self.end - self.start == after.offset)
        )

    def mapping(self) -> Mapping:
        """The line of /proc/PID/maps."""
        return Mapping(start=hex(self.start), end=hex(self.end), prot=self.rights(), offset=hex(self.offset), name=self.name)

    def rights(self) -> str:
        prot = self.prot
        return ("r" if prot & 1 else "-") + ("w" if prot & 2 else "-") + ("x" if prot & 4 else "-") + ("s" if self.shared else "p")
