"""From laid out sections to an executable: the addresses, segments and bytes of `ld -z noexecstack`.

The order and the page rules are those of ld's default script for static x86-64 programs (binutils 2.40): headers in a page
of their own at 0x400000, then code, constants, data; each group starts on a page of its own in memory.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from emulator.loader.assembler.layout import Section

BASE: Final = 0x400000
PAGE: Final = 0x1000
_EHDR, _PHDR = 64, 56
_PT_LOAD, _PT_GNU_STACK = 1, 0x6474E551
_X, _W, _R = 1, 2, 4

_CODE: Final = (".init", ".plt", ".text.unlikely", ".text.exit", ".text.startup", ".text.hot", ".text", ".fini")
_CONSTANT: Final = (".rodata", ".rodata1", ".eh_frame", ".gcc_except_table")
_DATA: Final = (".tdata", ".preinit_array", ".init_array", ".fini_array", ".ctors", ".dtors", ".data.rel.ro", ".got", ".data", ".data1")


class Image:
    """An executable as it will be loaded."""

    def __init__(self, sections: Iterable[Section]) -> None:
        kept = [s for s in sections if s.allocate]
        self._code = _sorted((s for s in kept if s.execute), _CODE)
        self._constant = _sorted((s for s in kept if not s.execute and not s.write), _CONSTANT)
        self._data = _sorted((s for s in kept if not s.execute and s.write and s.content), _DATA)
        self._bss = [s for s in kept if not s.execute and s.write and not s.content]
        self.end = self._assign()

    def _assign(self) -> int:
        """Give every section its address. Returns the end of the image."""
        dot = BASE + PAGE
        dot = _run(self._code, dot)
        dot = _page_up(dot)
        dot = _run(self._constant, dot)
        if dot % PAGE:
            dot = _page_up(dot) + dot % PAGE
        dot = _run(self._data, dot)
        dot = _run(self._bss, dot)
        return -(-dot // 8) * 8 if any(s.size for s in self._bss) else dot

    @property
    def groups(self) -> list[tuple[int, list[Section]]]:
        found = [(_R | _X, self._code), (_R, self._constant), (_R | _W, self._data + self._bss)]
        filled = [(flags, [s for s in group if s.size]) for flags, group in found]
        return [(flags | (_W if any(s.write for s in group) else 0), group) for flags, group in filled if group]

    def elf(self, entry: int) -> bytes:
        """Return the file: header, program headers, segments; no section headers, as after `ld -s`."""
        groups = self.groups
        count = len(groups) + 2
        headers = _EHDR + _PHDR * count
        out = bytearray(
            struct.pack(
                "<16sHHIQQQIHHHHHH",
                b"\x7fELF\x02\x01\x01".ljust(16, b"\0"),
                2,
                62,
                1,
                entry,
                _EHDR,
                0,
                0,
                _EHDR,
                _PHDR,
                count,
                64,
                0,
                0,
            ),
        )
        out += _program_header(_PT_LOAD, _R, (0, BASE), (headers, headers), PAGE)
        body = bytearray()
        for flags, group in groups:
            start = group[0].address
            offset = headers + len(body)
            offset += (start - offset) % PAGE
            data = bytearray()
            for section in group:
                if section.content:
                    data += bytes(section.address - start - len(data))
                    data += section.image
            end = group[-1].address + group[-1].size
            if group[-1] in self._bss:
                end = self.end
            if not data:
                offset = start % PAGE  # nothing in the file: any place on the page will do
            out += _program_header(_PT_LOAD, flags, (offset, start), (len(data), end - start), PAGE)
            if data:
                body += bytes(offset - headers - len(body)) + data
        out += _program_header(_PT_GNU_STACK, _R | _W, (0, 0), (0, 0), 16)
        return bytes(out + body)


def _program_header(kind: int, flags: int, where: tuple[int, int], sizes: tuple[int, int], align: int) -> bytes:
    """`where`: file offset, address; `sizes`: in the file, in memory."""
    offset, address = where
    return struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, *sizes, align)


def _page_up(address: int) -> int:
    return -(-address // PAGE) * PAGE


def _run(sections: Iterable[Section], dot: int) -> int:
    for section in sections:
        section.address = -(-dot // section.alignment) * section.alignment
        if section.size:  # an empty one has an address for its labels and is gone otherwise
            dot = section.address + section.size
    return dot


def _sorted(sections: Iterable[Section], order: tuple[str, ...]) -> list[Section]:
    """Order sections as ld's script names them; what it does not name follows in the order of the file."""

    def rank(section: Section) -> int:
        names = [name for name in order if section.name == name or section.name.startswith(name + ".")]
        return order.index(max(names, key=len)) if names else len(order)

    return sorted(sections, key=rank)
