"""Lines that strace 6.1 itself wrote (strace_format/fmt_default.txt), made again by the same calls on the model."""

from __future__ import annotations

from pathlib import Path

from .bench import SCRATCH, Bench


def test_the_lines_strace_wrote(shared: Path) -> None:
    sample = shared / "corpus" / "strace_format" / "fmt_default.txt"
    recorded = set(sample.read_text().splitlines())
    bench = Bench()
    rdwr_creat_trunc_cloexec = 2 | 0o100 | 0o1000 | 0o2000000
    assert bench.call(257, -100 & (1 << 64) - 1, "fmt.tmp", rdwr_creat_trunc_cloexec, 0o640) == 3
    texts = (
        b'a\tb\nc\rd\\e"f', b"\1\2\3x", b"\0011\0019", b"\377\200\0", "café".encode(),
        b"0123456789abcdef0123456789abcdef", b"0123456789abcdef0123456789abcdefX", bytes(4),
    )  # fmt: skip
    for text in texts:
        bench.call(1, 3, text, len(text))
    bench.call(1, 3, SCRATCH, 0)
    bench.call(8, 3, 0, 0)
    bench.call(0, 3, SCRATCH + 0x4000, 10)
    bench.call(262, 3, "", SCRATCH + 0x4000, 0x1000)
    bench.call(257, -100 & (1 << 64) - 1, 'no"such\nfile', 0o600000)
    bench.call(257, -100 & (1 << 64) - 1, "x", 0x8000_0001)
    bench.call(21, "fmt.tmp", 6)
    bench.call(95, 0)
    bench.call(95, 0o22)
    base, length = bench.put(b"abcdef"), (2).to_bytes(8, "little")
    vector = base.to_bytes(8, "little") + length + (base + 2).to_bytes(8, "little") + (4).to_bytes(8, "little")
    bench.call(20, 3, vector, 2)
    second = (0).to_bytes(8, "little") + (1000).to_bytes(8, "little")
    bench.call(230, 0, 0, second, 0)
    bench.call(230, 1, 1, second, 0)
    bench.call(999, 1, 2, 3, 1, 0, 0)
    bench.call(292, 3, 20, 0o2000000)
    bench.call(231, 300)
    lines = bench.strace()[1:]
    assert len(lines) == 25
    assert [line for line in lines if line not in recorded] == []
