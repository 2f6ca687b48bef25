from __future__ import annotations

import pytest

from emulator.abi import flags
from emulator.abi.quoting import quote, quote_hex


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b'a\tb\nc\rd\\e"f', r'"a\tb\nc\rd\\e\"f"'),
        (b"\1\2\3x", r'"\1\2\3x"'),
        (b"\x01\x31\x01\x39", r'"\0011\19"'),
        (b"\377\200\0", r'"\377\200\0"'),
        ("café".encode(), r'"caf\303\251"'),
        (b"\0\0\0\0", r'"\0\0\0\0"'),
        (b"\v\f", r'"\v\f"'),
        (b"", '""'),
    ],
)
def test_strings_as_strace_recorded_them(data: bytes, text: str) -> None:
    assert quote(data) == text


def test_hex_and_cut() -> None:
    assert quote_hex(b"\x92\x05") == r'"\x92\x05"'
    assert quote(b"ab", cut=True) == '"ab"...'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "O_RDONLY"),
        (3, "O_ACCMODE"),
        (0x8000_0001, "O_WRONLY|0x80000000"),
        (0o410000 | 0o3, "O_ACCMODE|O_DSYNC|O_NOFOLLOW"),
        (0x41_0000, "O_RDONLY|O_TMPFILE"),
        (0o101000, "O_RDONLY|O_TRUNC|O_LARGEFILE"),
        (
            0xFFFF_FFFF,
            (
                "O_ACCMODE|O_CREAT|O_EXCL|O_NOCTTY|O_TRUNC|O_APPEND|O_NONBLOCK|O_SYNC|O_DIRECT|O_LARGEFILE|O_NOFOLLOW|O_NOATIME|O_CLOEXEC"
                "|O_PATH|O_TMPFILE|FASYNC|0xff80003c"
            ),
        ),
        (4, "O_RDONLY|0x4"),
    ],
)
def test_open_flags(value: int, text: str) -> None:
    assert flags.show_open(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0x22, "MAP_PRIVATE|MAP_ANONYMOUS"),
        (0x20, "MAP_FILE|MAP_ANONYMOUS"),
        (4, "0x4 /* MAP_??? */"),
        (0x80, "MAP_FILE|0x80"),
        (0x40022 | 21 << 26, "MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB|21<<MAP_HUGE_SHIFT"),
        (0xFFFF_FFFF_0000_0022, "MAP_PRIVATE|MAP_ANONYMOUS"),
    ],
)
def test_mmap_flags(value: int, text: str) -> None:
    assert flags.show_map(value) == text


def test_protections() -> None:
    assert flags.PROT.show(0) == "PROT_NONE"
    assert flags.PROT.show(0x40) == "0x40 /* PROT_??? */"
    assert flags.PROT.show(0xFFFF_FFFF_0000_0000) == "0xffffffff00000000 /* PROT_??? */"
    assert flags.PROT.show(3) == "PROT_READ|PROT_WRITE"
