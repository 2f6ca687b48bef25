"""Each script runs on the model and, marked `native`, on the host's kernel: the numbers in it are what Linux says."""

from __future__ import annotations

from collections.abc import Callable

from emulator.abi.errno import Errno

from .bench import SCRATCH, Bench
from .linux import Linux
from .numbers import (
    ANON,
    ARCH_PRCTL,
    BRK,
    CLOCK_NANOSLEEP,
    CREAT,
    FIXED,
    GETRANDOM,
    GETRES,
    GETTIME,
    GETTIMEOFDAY,
    LSEEK,
    MAX,
    MMAP,
    MPROTECT,
    MUNMAP,
    NANOSLEEP,
    NOREPLACE,
    OPEN,
    PREAD,
    PRIVATE,
    PWRITE,
    READ,
    SHARED,
    TIME,
    TOP,
    UNAME,
    WRITE,
)

E = Errno
Both = Callable[[Callable[[Bench | Linux], None]], None]
HOLE = 0x7300_1000
"""A page in the middle of the mapping that `straddle` makes, and that is not there."""


def straddle(k: Bench | Linux) -> None:
    assert k.call(MMAP, HOLE - 4096, 3 * 4096, 3, PRIVATE | ANON | FIXED, -1, 0) == HOLE - 4096
    assert k.call(MUNMAP, HOLE, 4096) == 0


def test_mmap_refusals(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        assert k.call(MMAP, 0, 0, 3, PRIVATE | ANON, -1, 0) == -E.EINVAL
        assert k.call(MMAP, 0, 4096, 3, ANON, -1, 0) == -E.EINVAL
        assert k.call(MMAP, 0, 4096, 3, 3 | ANON, -1, 0) == -E.EINVAL
        assert k.call(MMAP, 0, 4096, 3, 4 | ANON, -1, 0) == -E.EINVAL
        assert k.call(MMAP, 0, 4096, 3, SHARED | ANON | 0x100, -1, 0) == -E.EINVAL
        assert k.call(MMAP, 0, 4096, 3, PRIVATE, 99, 0) == -E.EBADF
        assert k.call(MMAP, 0, 0, 3, PRIVATE, 99, 0) == -E.EBADF
        assert k.call(MMAP, 0, 4096, 3, PRIVATE, 99, 1) == -E.EINVAL
        assert k.call(MMAP, 0, MAX, 3, PRIVATE | ANON, -1, 0) == -E.ENOMEM
        assert k.call(MMAP, 0, 1 << 47, 3, PRIVATE | ANON, -1, 0) == -E.ENOMEM
        assert k.call(MMAP, 0, 1 << 42, 3, PRIVATE | ANON, -1, 0) == -E.ENOMEM
        assert k.call(MMAP, 0x7100_0001, 4096, 3, PRIVATE | ANON | FIXED, -1, 0) == -E.EINVAL
        assert k.call(MMAP, TOP + 1, 4096, 3, PRIVATE | ANON | FIXED, -1, 0) == -E.ENOMEM
        assert k.call(MMAP, TOP, 4096, 3, PRIVATE | ANON | FIXED, -1, 0) == -E.ENOMEM
        assert k.call(MMAP, 0, 4096, 3, PRIVATE | ANON | FIXED, -1, 0) == -E.EPERM
        assert k.call(MMAP, SCRATCH, 4096, 3, PRIVATE | ANON | NOREPLACE, -1, 0) == -E.EEXIST

    both(script)


def test_mmap_places(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        assert k.call(MMAP, 0x7100_2001, 4096, 3, PRIVATE | ANON, -1, 0) == 0x7100_2000
        assert k.call(MMAP, 0x7200_0000, 4096, 3, PRIVATE | ANON | NOREPLACE, -1, 0) == 0x7200_0000
        assert k.call(MMAP, 0, 4096, 3, PRIVATE | ANON | 0x40, -1, 0) < 1 << 31
        first = k.call(MMAP, 0, 2 << 20, 3, PRIVATE | ANON, -1, 0)
        assert first % (2 << 20) == 0
        assert k.call(MMAP, 0, 1 << 40, 0, PRIVATE | ANON, -1, 0) % (2 << 20) == 0
        if isinstance(k, Bench):  # a fresh process has no holes: below vvar and vDSO, each below the last
            assert k.call(MMAP, 0, 10_000, 3, PRIVATE | ANON, -1, 0) == 0x7FFF_F7FF_4000
            assert k.call(MMAP, 0, 4096, 3, PRIVATE | ANON, -1, 0) == 0x7FFF_F7FF_3000

    both(script)


def test_mmap_of_files(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        null, zero = k.call(OPEN, "/dev/null", 2), k.call(OPEN, "/dev/zero", 2)
        folder, ten, writer = k.call(OPEN, ".", 0), k.call(OPEN, "ten", 0), k.call(OPEN, "ten", 1)
        assert k.call(MMAP, 0, 4096, 1, PRIVATE, folder, 0) == -E.ENODEV
        assert k.call(MMAP, 0, 4096, 1, PRIVATE, null, 0) == -E.ENODEV
        assert k.call(MMAP, 0, 4096, 1, PRIVATE, 0, 0) == -E.ENODEV
        assert k.call(MMAP, 0, 4096, 3, SHARED, 0, 0) == -E.EACCES
        assert k.call(MMAP, 0, 4096, 3, SHARED, ten, 0) == -E.EACCES
        assert k.call(MMAP, 0, 4096, 1, PRIVATE, writer, 0) == -E.EACCES
        assert k.call(MMAP, 0, 4096, 1, 0, zero, 0) == -E.EINVAL
        assert k.call(MMAP, 0, 4096, 1, 0x80003, zero, 0) == -E.EOPNOTSUPP
        area = k.call(MMAP, 0, 4096, 3, PRIVATE, ten, 0)
        assert k.read(area, 12) == b"0123456789\0\0"
        assert k.call(READ, 0, area + 2, 3) == 3  # a private page is copied before it is written
        assert k.read(area, 6) == b"01abc5"
        data = k.put(bytes(10))
        assert k.call(PREAD, ten, data, 10, 0) == 10
        assert k.read(data, 10) == b"0123456789"
        both_ways = k.call(OPEN, "ten", 2)
        shared = k.call(MMAP, 0, 4096, 3, SHARED, both_ways, 0)
        assert k.call(READ, 0, shared, 1) == 1
        assert k.call(PREAD, ten, data, 10, 0) == 10
        assert k.read(data, 10) == b"d123456789"
        assert k.call(PWRITE, both_ways, b"XY", 2, 1) == 2
        assert k.read(shared, 4) == b"dXY3"
        assert k.call(MPROTECT, k.call(MMAP, 0, 4096, 1, SHARED, ten, 0), 4096, 3) == -E.EACCES

    both(script)


def test_munmap_and_mprotect(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        straddle(k)
        low = HOLE - 4096
        assert k.call(MPROTECT, low, 3 * 4096, 1) == -E.ENOMEM
        assert k.call(READ, 0, low, 1) == -E.EFAULT  # what came before the hole is read-only now
        assert k.call(READ, 0, HOLE + 4096, 1) == 1
        assert k.call(MPROTECT, low, MAX, 1) == -E.ENOMEM
        assert k.call(MPROTECT, low, 0, 1) == 0
        assert k.call(MPROTECT, low + 1, 4096, 1) == -E.EINVAL
        assert k.call(MPROTECT, low, 4096, 0x0100_0001) == -E.EINVAL
        assert k.call(MPROTECT, low, 4096, 0x0300_0001) == -E.EINVAL
        assert k.call(MPROTECT, low, 4096, 8) == 0
        assert k.call(MPROTECT, low, 4096, 0x10) == -E.EINVAL
        assert k.call(MPROTECT, HOLE, 4096, 0x10) == -E.EINVAL
        assert k.call(MPROTECT, HOLE, 4096, 1) == -E.ENOMEM
        assert k.call(MPROTECT, TOP, 4096, 1) == -E.ENOMEM
        assert k.call(MUNMAP, low + 1, 4096) == -E.EINVAL
        assert k.call(MUNMAP, low, 0) == -E.EINVAL
        assert k.call(MUNMAP, low, MAX) == -E.EINVAL
        assert k.call(MUNMAP, TOP, 4096) == -E.EINVAL
        assert k.call(MUNMAP, HOLE, 4096) == 0
        assert k.call(MUNMAP, low, 3 * 4096) == 0
        assert k.call(READ, 0, HOLE + 4096, 1) == -E.EFAULT

    both(script)


def test_brk(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        start = k.call(BRK, 0)
        assert k.call(BRK, start + 4096) == start + 4096
        assert k.call(BRK, start + 4097) == start + 4097
        assert k.call(READ, 0, start + 4096, 1) == 1
        assert k.call(BRK, start + (1 << 45)) == start + 4097
        assert k.call(BRK, 0x1000) == start + 4097
        assert k.call(BRK, start + 100) == start + 100

    both(script)


def test_a_fault_in_the_middle_of_a_buffer(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        straddle(k)
        new = k.call(OPEN, "new", 2 | CREAT, 0o600)
        assert k.call(WRITE, new, HOLE - 10, 20) == 10
        assert k.call(LSEEK, new, 0, 1) == 10
        assert k.call(WRITE, new, HOLE, 20) == -E.EFAULT
        assert k.call(PREAD, new, HOLE - 4, 10, 0) == 4
        assert k.call(PREAD, new, HOLE, 10, 0) == -E.EFAULT
        assert k.call(READ, 0, HOLE - 4, 6) == -E.EFAULT  # a pipe keeps what does not fit
        assert k.call(READ, 0, SCRATCH, 6) == 6
        assert k.read(SCRATCH, 6) == b"abcdef"
        assert k.call(GETRANDOM, HOLE - 10, 20, 0) == 10
        zero, full = k.call(OPEN, "/dev/zero", 2), k.call(OPEN, "/dev/full", 2)
        assert k.call(READ, zero, HOLE - 10, 20) == 10
        assert k.call(READ, zero, HOLE, 20) == -E.EFAULT
        assert k.call(WRITE, zero, HOLE, 5) == 5
        assert k.call(WRITE, full, SCRATCH, 5) == -E.ENOSPC
        assert k.call(UNAME, HOLE - 100) == -E.EFAULT

    both(script)


def test_lengths_that_are_none(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        null = k.call(OPEN, "/dev/null", 2)
        assert k.call(WRITE, null, 8, 10) == 10
        assert k.call(WRITE, null, 8, 1 << 62) == -E.EFAULT
        assert k.call(WRITE, null, 8, MAX) == -E.EFAULT
        assert k.call(WRITE, null, 8, 1 << 40) == 0x7FFF_F000
        assert k.call(READ, null, 8, 10) == 0
        assert k.call(GETRANDOM, 8, 1 << 62, 0) == -E.EFAULT
        assert k.call(GETRANDOM, 8, 0, 0) == 0
        assert k.call(GETRANDOM, SCRATCH, 5, 3) == 5
        assert k.call(GETRANDOM, SCRATCH, 5, 6) == -E.EINVAL
        assert k.call(GETRANDOM, SCRATCH, 5, 8) == -E.EINVAL

    both(script)


def test_clocks(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        buffer = SCRATCH + 0xE000
        for clock in (0, 1, 2, 3, 4, 5, 6, 7, 11, -2, -6, -8, -3):
            assert k.call(GETTIME, clock, buffer) == 0, clock
        for clock in (10, 12, 16, 99, -1, -5):
            assert k.call(GETTIME, clock, buffer) == -E.EINVAL, clock
        assert k.call(GETTIME, 1, 8) == -E.EFAULT
        assert k.call(GETTIME, 99, 8) == -E.EINVAL
        assert k.call(GETRES, 1, 0) == 0
        for clock, step in ((1, 1), (2, 1), (-2, 1), (-8, 4_000_000), (5, 4_000_000)):
            assert k.call(GETRES, clock, buffer) == 0
            if step == 1:
                assert int.from_bytes(k.read(buffer + 8, 8), "little") == 1
        assert k.call(GETTIMEOFDAY, 0, 0) == 0
        assert k.call(GETTIMEOFDAY, 8, 0) == -E.EFAULT
        assert k.call(GETTIMEOFDAY, buffer, 8) == -E.EFAULT
        assert k.call(TIME, 8) == -E.EFAULT
        assert k.call(TIME, buffer) == int.from_bytes(k.read(buffer, 8), "little")

    both(script)


def test_sleeping(both: Both) -> None:
    def span(seconds: int, nanoseconds: int) -> bytes:
        return (seconds & MAX).to_bytes(8, "little") + (nanoseconds & MAX).to_bytes(8, "little")

    def script(k: Bench | Linux) -> None:
        assert k.call(NANOSLEEP, span(0, 1), 8) == 0
        assert k.call(NANOSLEEP, span(0, 0), 0) == 0
        assert k.call(NANOSLEEP, span(0, 10**9), 0) == -E.EINVAL
        assert k.call(NANOSLEEP, span(0, -1), 0) == -E.EINVAL
        assert k.call(NANOSLEEP, span(-1, 0), 0) == -E.EINVAL
        assert k.call(NANOSLEEP, 8, 0) == -E.EFAULT
        assert k.call(CLOCK_NANOSLEEP, 1, 1, span(0, 1), 8) == 0
        assert k.call(CLOCK_NANOSLEEP, 1, 2, span(0, 1), 0) == 0
        assert k.call(CLOCK_NANOSLEEP, 3, 0, 8, 0) == -E.EOPNOTSUPP
        assert k.call(CLOCK_NANOSLEEP, 4, 0, 8, 0) == -E.EOPNOTSUPP
        assert k.call(CLOCK_NANOSLEEP, 5, 0, 8, 0) == -E.EOPNOTSUPP
        assert k.call(CLOCK_NANOSLEEP, 10, 0, 8, 0) == -E.EINVAL
        assert k.call(CLOCK_NANOSLEEP, 99, 0, 8, 0) == -E.EINVAL
        assert k.call(CLOCK_NANOSLEEP, 7, 0, 8, 0) == -E.EFAULT
        assert k.call(CLOCK_NANOSLEEP, -2, 0, span(0, 1), 0) == -E.EINVAL

    both(script)


def test_arch_prctl(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        assert k.call(ARCH_PRCTL, 0x1004, SCRATCH) == 0
        assert k.call(ARCH_PRCTL, 0x1003, 8) == -E.EFAULT
        assert k.call(ARCH_PRCTL, 0x1002, 0x7FFF_FFFF_F000) == -E.EPERM
        assert k.call(ARCH_PRCTL, 0x1001, 1 << 63) == -E.EPERM
        assert k.call(ARCH_PRCTL, 0x1011, 0) == 1
        assert k.call(ARCH_PRCTL, 0x9999, 0) == -E.EINVAL

    both(script)
