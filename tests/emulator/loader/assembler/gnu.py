"""The oracle: GNU as and ld on this machine."""

from __future__ import annotations

import re
import struct
import subprocess
from pathlib import Path
from typing import NamedTuple

from elftools.elf.elffile import ELFFile

PRELUDE = ".intel_syntax noprefix\n.globl _start\n.text\n"


class Segment(NamedTuple):
    kind: int
    flags: int
    offset: int
    address: int
    size: int
    alignment: int
    data: bytes


def segments(elf: bytes) -> tuple[int, list[Segment]]:
    """The entry and the program headers, with the bytes they load; the header page counts without its bytes (names of sections)."""
    entry, table = struct.unpack_from("<QQ", elf, 24)
    count = struct.unpack_from("<H", elf, 56)[0]
    found = []
    for number in range(count):
        kind, flags, offset, address, _, filled, size, alignment = struct.unpack_from("<IIQQQQQQ", elf, table + 56 * number)
        data = b"" if offset == 0 else elf[offset : offset + filled]
        found.append(Segment(kind, flags, offset, address, size, alignment, data))
    return entry, found


def link(directory: Path, source: str) -> bytes:
    """The executable `as` and `ld` make of a source."""
    text, out, program = directory / "prog.s", directory / "prog.o", directory / "prog"
    text.write_text(PRELUDE + source)
    subprocess.run(["as", "--64", "-o", out, text], check=True, capture_output=True)
    subprocess.run(["ld", "-z", "noexecstack", "-s", "--build-id=none", "-o", program, out], check=True, capture_output=True)
    return program.read_bytes()


def encodings(directory: Path, lines: list[str]) -> dict[int, bytes]:
    """What `as` makes of each line, by index; lines it refuses, or warns that it cuts a number of, are left out."""
    refused = _complaints(directory, list(enumerate(lines)))
    kept = [(number, line) for number, line in enumerate(lines) if number not in refused]
    assert not _complaints(directory, kept)
    with (directory / "lines.o").open("rb") as file:
        elf = ELFFile(file)
        places = {symbol.name: symbol["st_value"] for symbol in elf.get_section_by_name(".symtab").iter_symbols()}
        text = elf.get_section_by_name(".text").data()
    ends = [places[f"L{number}"] for number, _ in kept[1:]] + [len(text)]
    return {number: text[places[f"L{number}"] : end] for (number, _), end in zip(kept, ends, strict=True)}


def _complaints(directory: Path, lines: list[tuple[int, str]]) -> set[int]:
    source = directory / "lines.s"
    source.write_text(PRELUDE + "".join(f"L{number}: {line}\n" for number, line in lines))
    command = ["as", "--64", "-o", directory / "lines.o", source]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    first = PRELUDE.count("\n") + 1
    found = re.finditer(r"lines\.s:(\d+): (?:Error|Warning: .* shortened)", done.stderr)
    return {lines[int(match[1]) - first][0] for match in found}
