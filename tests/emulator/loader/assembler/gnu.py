"""The oracle: GNU as and ld on this machine."""

from __future__ import annotations

import re
import struct
import subprocess
from pathlib import Path
from typing import NamedTuple

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


def rejected_lines(directory: Path, lines: list[str]) -> set[int]:
    """Indices of the lines `as` reports an error for."""
    text = directory / "lines.s"
    text.write_text(PRELUDE + "\n".join(lines) + "\n")
    done = subprocess.run(["as", "--64", "-o", "/dev/null", text], check=False, capture_output=True, text=True)
    first = PRELUDE.count("\n") + 1
    return {int(found[1]) - first for found in re.finditer(r"lines\.s:(\d+): Error", done.stderr)}
