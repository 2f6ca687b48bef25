"""Each script runs on the model and, marked `native`, on the host's kernel: the numbers in it are what Linux says."""

from __future__ import annotations

import struct
from collections.abc import Callable

from emulator.abi.errno import Errno

from .bench import SCRATCH, Bench
from .linux import Linux

E = Errno
Both = Callable[[Callable[[Bench | Linux], None]], None]
READ, WRITE, OPEN, CLOSE, MMAP, MUNMAP, IOCTL, PIPE, FCNTL, PIPE2, CLOSE_RANGE = 0, 1, 2, 3, 9, 11, 16, 22, 72, 293, 436
MREMAP, MSYNC, MINCORE, MADVISE = 25, 26, 27, 28
NONBLOCK, CLOEXEC, DIRECT, APPEND = 0o4000, 0o2000000, 0o40000, 0o2000
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_SETPIPE_SZ, F_GETPIPE_SZ = 0, 1, 2, 3, 4, 1031, 1032
PLACE = 0x7300_0000


def new_pipe(k: Bench | Linux, flags: int = NONBLOCK) -> tuple[int, int]:
    where = k.put(bytes(8))
    assert k.call(PIPE2, where, flags) == 0
    read_end, write_end = struct.unpack("<ii", k.read(where, 8))
    return read_end, write_end


def test_slots_and_merging(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        read_end, write_end = new_pipe(k)
        assert k.call(READ, read_end, SCRATCH, 1) == -E.EAGAIN
        assert k.call(WRITE, write_end, SCRATCH, 5) == 5
        assert k.call(WRITE, write_end, SCRATCH, 5) == 5  # goes into the same page
        assert k.call(WRITE, write_end, SCRATCH, 0xF000) == 0xF000
        assert k.call(WRITE, write_end, SCRATCH, 1) == -E.EAGAIN  # sixteen pages are taken, the last is full
        assert k.call(FCNTL, write_end, F_GETPIPE_SZ) == 65536
        assert k.call(FCNTL, write_end, F_SETPIPE_SZ, 4096) == -E.EBUSY
        assert k.call(FCNTL, write_end, F_SETPIPE_SZ, 70000) == 131072
        assert k.call(FCNTL, write_end, F_SETPIPE_SZ, 1 << 21) == -E.EPERM
        assert k.call(READ, read_end, SCRATCH, 0xFFFF) == 0xF00A
        assert k.call(READ, read_end, 8, 0) == 0
        assert k.call(CLOSE, write_end) == 0
        assert k.call(READ, read_end, SCRATCH, 1) == 0
        assert k.call(WRITE, read_end, SCRATCH, 1) == -E.EBADF

    both(script)


def test_packets(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        read_end, write_end = new_pipe(k, NONBLOCK | DIRECT)
        assert k.call(WRITE, write_end, b"abc", 3) == 3
        assert k.call(WRITE, write_end, b"defg", 4) == 4
        assert k.call(READ, read_end, SCRATCH, 2) == 2  # the rest of a packet is lost
        assert k.call(READ, read_end, SCRATCH, 100) == 4

    both(script)


def test_descriptor_flags(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        assert k.call(PIPE, 8) == -E.EFAULT
        assert k.call(PIPE2, SCRATCH, 1) == -E.EINVAL
        read_end, write_end = new_pipe(k, CLOEXEC)
        assert k.call(FCNTL, read_end, F_GETFD) == 1
        assert k.call(FCNTL, read_end, F_SETFD, 2) == 0
        assert k.call(FCNTL, read_end, F_GETFD) == 0
        assert k.call(FCNTL, write_end, F_GETFL) == 1
        assert k.call(FCNTL, write_end, F_SETFL, APPEND | NONBLOCK | 2) == 0
        assert k.call(FCNTL, write_end, F_GETFL) == 1 | APPEND | NONBLOCK
        assert k.call(FCNTL, write_end, F_DUPFD, 20) == 20
        assert k.call(FCNTL, write_end, F_DUPFD, 20) == 21
        assert k.call(FCNTL, write_end, F_DUPFD, 1 << 30) == -E.EINVAL
        assert k.call(FCNTL, write_end, 999) == -E.EINVAL
        assert k.call(FCNTL, 99, 999) == -E.EBADF
        assert k.call(FCNTL, k.call(OPEN, "ten", 0), F_GETFL) == 0o100000
        assert k.call(CLOSE_RANGE, 20, 21, 0) == 0
        assert k.call(FCNTL, 21, F_GETFD) == -E.EBADF
        assert k.call(CLOSE_RANGE, 5, 4, 0) == -E.EINVAL
        assert k.call(CLOSE_RANGE, 500, 600, 8) == -E.EINVAL

    both(script)


def test_requests(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        read_end, write_end = new_pipe(k)
        ten = k.call(OPEN, "ten", 0)
        where = k.put(bytes(4))
        assert k.call(WRITE, write_end, b"12345", 5) == 5
        for fd, waiting in ((read_end, 5), (write_end, 5), (ten, 10), (0, 6)):
            assert k.call(IOCTL, fd, 0x541B, where) == 0
            assert int.from_bytes(k.read(where, 4), "little") == waiting
        assert k.call(IOCTL, read_end, 0x541B, 8) == -E.EFAULT
        assert k.call(IOCTL, k.call(OPEN, "/dev/null", 0), 0x541B, where) == -E.ENOTTY
        assert k.call(IOCTL, 0, 0x5401, where) == -E.ENOTTY
        assert k.call(IOCTL, 99, 0x5401, where) == -E.EBADF

    both(script)


def test_mremap(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        assert k.call(MMAP, PLACE, 3 * 4096, 3, 0x32, -1, 0) == PLACE
        assert k.call(READ, 0, PLACE, 3) == 3
        assert k.call(MREMAP, PLACE, 3 * 4096, 4096, 0, 0) == PLACE
        assert k.call(MREMAP, PLACE, 4096, 2 * 4096, 0, 0) == PLACE
        assert k.call(MMAP, PLACE + 2 * 4096, 4096, 1, 0x32, -1, 0) == PLACE + 2 * 4096
        assert k.call(MREMAP, PLACE, 2 * 4096, 4 * 4096, 0, 0) == -E.ENOMEM
        assert k.call(MREMAP, PLACE, 3 * 4096, 4 * 4096, 1, 0) == -E.EFAULT
        moved = k.call(MREMAP, PLACE, 2 * 4096, 4 * 4096, 1, 0)
        assert k.read(moved, 3) == b"abc"
        assert k.call(READ, 0, PLACE, 1) == -E.EFAULT
        assert k.call(MREMAP, moved, 4 * 4096, 4096, 3, PLACE + 0x10_0000) == PLACE + 0x10_0000
        assert k.read(PLACE + 0x10_0000, 3) == b"abc"
        for address, old, new, flags, to in (
            (PLACE + 1, 4096, 4096, 1, 0),
            (PLACE + 0x10_0000, 4096, 0, 1, 0),
            (PLACE + 0x10_0000, 4096, 4096, 2, PLACE),
            (PLACE + 0x10_0000, 4096, 4096, 8, 0),
            (PLACE + 0x10_0000, 4096, 4096, 3, PLACE + 0x10_0000),
            (PLACE + 0x10_0000, 4096, 4096, 3, 1),
        ):
            assert k.call(MREMAP, address, old, new, flags, to) == -E.EINVAL
        assert k.call(MREMAP, PLACE + 0x20_0000, 4096, 8192, 1, 0) == -E.EFAULT

    both(script)


def test_advice_and_residence(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        assert k.call(MMAP, PLACE, 2 * 4096, 3, 0x32, -1, 0) == PLACE
        assert k.call(READ, 0, PLACE, 3) == 3
        assert k.call(MADVISE, PLACE, 4096, 4) == 0
        assert k.read(PLACE, 3) == bytes(3)
        assert k.call(MADVISE, PLACE + 1, 4096, 4) == -E.EINVAL
        assert k.call(MADVISE, PLACE, 4096, 999) == -E.EINVAL
        assert k.call(MADVISE, PLACE + 1, 0, 999) == -E.EINVAL
        assert k.call(MADVISE, PLACE, 0, 4) == 0
        assert k.call(MADVISE, PLACE, 4 * 4096, 4) == -E.ENOMEM
        assert k.call(MADVISE, PLACE, (1 << 64) - 1, 4) == -E.EINVAL
        assert k.call(MADVISE, PLACE, 8192, 23) == 0
        assert k.call(MINCORE, PLACE, 8192, SCRATCH) == 0
        assert k.read(SCRATCH, 2) == b"\1\1"
        assert k.call(MINCORE, PLACE + 1, 8192, SCRATCH) == -E.EINVAL
        assert k.call(MINCORE, PLACE, 3 * 4096, SCRATCH) == -E.ENOMEM
        assert k.call(MINCORE, PLACE, 8192, 8) == -E.EFAULT
        assert k.call(MSYNC, PLACE, 8192, 4) == 0
        assert k.call(MSYNC, PLACE, 8192, 5) == -E.EINVAL
        assert k.call(MSYNC, PLACE, 8192, 8) == -E.EINVAL
        assert k.call(MSYNC, PLACE, 3 * 4096, 1) == -E.ENOMEM

    both(script)
