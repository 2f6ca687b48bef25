from __future__ import annotations

import random
import struct

import pytest

from emulator.abi.errors import ProgramError
from emulator.loader import elf


def program(*headers: tuple[int, ...], kind: int = 2, machine: int = 62, count: int | None = None) -> bytes:
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    number = len(headers) if count is None else count
    head = struct.pack("<16sHHIQQQIHHHHHH", ident, kind, machine, 1, 0x40_1000, 64, 0, 0, 64, 56, number, 0, 0, 0)
    return (head + b"".join(struct.pack("<IIQQQQQQ", *header) for header in headers)).ljust(0x2000, b"\0")


TEXT = (1, 5, 0x1000, 0x40_1000, 0x40_1000, 16, 16, 0x1000)
HEADERS = (1, 4, 0, 0x40_0000, 0x40_0000, 0x100, 0x100, 0x1000)


def test_reads_what_execve_needs() -> None:
    found = elf.read(program(HEADERS, TEXT, (0x6474_E551, 7, 0, 0, 0, 0, 0, 16)))
    assert found.entry == 0x40_1000
    assert found.header_address == 0x40_0040
    assert found.header_count == 3
    assert [segment.address for segment in found.segments] == [0x40_0000, 0x40_1000]
    assert found.executable_stack
    assert not found.position_independent


def test_reads_the_interpreter() -> None:
    data = bytearray(program(HEADERS, TEXT, (3, 4, 0x180, 0x40_0180, 0x40_0180, 8, 8, 1)))
    data[0x180:0x188] = b"/lib/ld\0"
    assert elf.read(bytes(data)).interpreter == "/lib/ld"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "ELF header"),
        (b"\x7fELF" * 20, "64-bit x86"),
        (program(HEADERS, TEXT, machine=3), "64-bit x86"),
        (program(HEADERS, TEXT, kind=1), "linked"),
        (program(HEADERS, TEXT, count=0), "damaged"),
        (program(HEADERS, TEXT, count=65), "damaged"),
        (program((2, 4, 0, 0, 0, 0, 0, 0)), "nothing to load"),
        (program((1, 5, 0x1000, 0x40_1001, 0, 16, 16, 1)), "aligned"),
        (program((1, 5, 0x1000, 0x40_1000, 0, 0x4000, 0x4000, 1)), "end of the file"),
        (program((1, 5, 0x1000, 0x40_1000, 0, 32, 16, 1)), "does not fit"),
        (program((1, 5, 0x1000, 0x7FFF_FFFF_F000, 0, 16, 16, 1)), "does not fit"),
        (program((1, 5, 0x1000, 0x40_1000, 0, 16, (1 << 64) - 1, 1)), "does not fit"),
        (program(HEADERS, (3, 4, 0x1FFF, 0, 0, 1 << 60, 1 << 60, 1)), "interpreter"),
    ],
)
def test_refuses_what_linux_refuses(data: bytes, why: str) -> None:
    with pytest.raises(ProgramError, match=why):
        elf.read(data)


def test_any_bytes_give_a_program_or_a_refusal() -> None:
    chance = random.Random(4)
    base = program(HEADERS, TEXT)
    for _ in range(3000):
        data = bytearray(base)
        for _ in range(chance.randrange(1, 8)):
            data[chance.randrange(0x100)] = chance.randrange(256)
        try:
            found = elf.read(bytes(data))
        except ProgramError:
            continue
        assert all(segment.address + segment.memory_size <= 0x7FFF_FFFF_F000 for segment in found.segments)
