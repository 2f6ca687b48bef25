"""Each script runs on the model and, marked `native`, on the host's kernel: the numbers in it are what Linux says."""

from __future__ import annotations

import struct
from collections.abc import Callable

from emulator.abi.errno import Errno

from .bench import SCRATCH, Bench
from .linux import Linux

E = Errno
Both = Callable[[Callable[[Bench | Linux], None]], None]
DUP, GETRLIMIT, SETRLIMIT, ROBUST, PRLIMIT, RSEQ = 32, 97, 160, 273, 302, 334
NOFILE = 7
SIGNATURE = 0x5305_3053


def limit(soft: int, hard: int) -> bytes:
    return struct.pack("<QQ", soft, hard)


def test_limits(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        assert k.call(SETRLIMIT, NOFILE, limit(100, 200)) == 0
        assert k.call(GETRLIMIT, NOFILE, SCRATCH) == 0
        assert k.read(SCRATCH, 16) == limit(100, 200)
        assert k.call(PRLIMIT, 0, NOFILE, limit(50, 40), 0) == -E.EINVAL
        assert k.call(PRLIMIT, 0, NOFILE, limit(50, 201), 0) == -E.EPERM
        assert k.call(PRLIMIT, 0, 99, limit(50, 40), 0) == -E.EINVAL
        assert k.call(PRLIMIT, 0, NOFILE, 8, 0) == -E.EFAULT
        assert k.call(PRLIMIT, 4_000_000, NOFILE, 8, 0) == -E.EFAULT
        assert k.call(PRLIMIT, 4_000_000, 99, 0, 0) == -E.ESRCH
        assert k.call(PRLIMIT, 1, NOFILE, 0, 0) == -E.EPERM
        assert k.call(PRLIMIT, 0, NOFILE, limit(20, 30), 8) == -E.EFAULT  # set all the same
        assert k.call(GETRLIMIT, NOFILE, SCRATCH) == 0
        assert k.read(SCRATCH, 16) == limit(20, 30)
        assert next(result for result in (k.call(DUP, 0) for _ in range(20)) if result < 0) == -E.EMFILE

    both(script)


def test_restartable_sequences() -> None:
    bench = Bench()
    area = SCRATCH + 0x4000
    assert bench.call(RSEQ, area + 8, 32, 0, SIGNATURE) == -E.EINVAL
    assert bench.call(RSEQ, area, 16, 0, SIGNATURE) == -E.EINVAL
    assert bench.call(RSEQ, area, 32, 2, SIGNATURE) == -E.EINVAL
    assert bench.call(RSEQ, area, 32, 1, SIGNATURE) == -E.EINVAL
    assert bench.call(RSEQ, area, 32, 0, SIGNATURE) == 0
    assert bench.call(RSEQ, area, 32, 0, SIGNATURE) == -E.EBUSY
    assert bench.call(RSEQ, area, 32, 0, 1) == -E.EPERM
    assert bench.call(RSEQ, area + 32, 32, 0, SIGNATURE) == -E.EINVAL
    assert bench.read(area, 8) == bytes(8)
    assert bench.call(RSEQ, area, 32, 1, 1) == -E.EPERM
    assert bench.call(RSEQ, area, 32, 1, SIGNATURE) == 0
    assert bench.read(area, 8) == b"\0\0\0\0\xff\xff\xff\xff"


def test_a_signal_aborts_a_sequence() -> None:
    bench = Bench()
    area, sequence, abort = SCRATCH + 0x4000, SCRATCH + 0x5000, SCRATCH + 0x6000
    assert bench.call(RSEQ, area, 32, 0, SIGNATURE) == 0
    assert bench.call(13, 10, struct.pack("<QQQQ", 0x40_1000, 0x0400_0000, 0x40_1001, 0), 0, 8) == 0
    bench.task.memory.write(abort - 4, SIGNATURE.to_bytes(4, "little"))
    bench.task.memory.write(sequence, struct.pack("<IIQQQ", 0, 0, bench.task.regs.rip, 16, abort))
    bench.task.memory.write(area + 8, sequence.to_bytes(8, "little"))
    bench.call(62, 2, 10)
    assert bench.read(area + 8, 8) == bytes(8)
    saved_rip = bench.read(bench.task.regs.rdx + 40 + 16 * 8, 8)
    assert int.from_bytes(saved_rip, "little") == abort


def test_robust_list(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        assert k.call(ROBUST, SCRATCH, 24) == 0
        assert k.call(ROBUST, SCRATCH, 23) == -E.EINVAL
        assert k.call(ROBUST, 0, 24) == 0

    both(script)
