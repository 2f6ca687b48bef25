"""Each script runs on the model and, marked `native`, on the host's kernel: the numbers in it are what Linux says."""

from __future__ import annotations

from collections.abc import Callable

from emulator.abi.errno import Errno

from .bench import SCRATCH, Bench
from .linux import Linux
from .numbers import (
    ACCESS,
    APPEND,
    CLOEXEC,
    CLOSE,
    CREAT,
    DIRECTORY,
    DUP,
    DUP2,
    DUP3,
    EXCL,
    FSTAT,
    LSEEK,
    MAX,
    NEWFSTATAT,
    OPEN,
    OPENAT,
    PATH,
    PREAD,
    PWRITE,
    READ,
    READV,
    STAT,
    TMPFILE,
    TOP,
    TRUNC,
    UMASK,
    WRITE,
    WRITEV,
)

E = Errno
Both = Callable[[Callable[[Bench | Linux], None]], None]


def test_positions(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        ten, null, zero, folder = (k.call(OPEN, name, 0) for name in ("ten", "/dev/null", "/dev/zero", "."))
        assert k.call(LSEEK, ten, -4, 2) == 6
        assert k.call(LSEEK, ten, -7, 1) == -E.EINVAL
        assert k.call(LSEEK, ten, 100, 0) == 100
        assert k.call(READ, ten, SCRATCH, 5) == 0
        assert k.call(LSEEK, ten, 0, 5) == -E.EINVAL
        assert k.call(LSEEK, ten, 0, 4) == 10
        assert k.call(LSEEK, ten, 3, 3) == 3
        assert k.call(LSEEK, ten, 10, 3) == -E.ENXIO
        assert k.call(LSEEK, null, 5, 0) == 0
        assert k.call(LSEEK, zero, 5, 1) == 0
        assert k.call(LSEEK, null, 0, 9) == -E.EINVAL
        assert k.call(LSEEK, 0, 0, 1) == -E.ESPIPE
        assert k.call(LSEEK, 0, 0, 9) == -E.EINVAL
        assert k.call(LSEEK, 99, 0, 9) == -E.EBADF
        assert k.call(READ, folder, SCRATCH, 5) == -E.EISDIR
        assert k.call(READ, folder, 8, 5) == -E.EISDIR
        assert k.call(PREAD, 0, SCRATCH, 1, -1) == -E.EINVAL
        assert k.call(PREAD, 99, SCRATCH, 1, -1) == -E.EINVAL
        assert k.call(PREAD, 99, SCRATCH, 1, 0) == -E.EBADF
        assert k.call(PREAD, 0, SCRATCH, 1, 0) == -E.ESPIPE
        assert k.call(PWRITE, null, SCRATCH, 5, 5) == -E.EBADF
        assert k.call(PWRITE, k.call(OPEN, "/dev/null", 1), SCRATCH, 5, 5) == 5

    both(script)


def test_vectors(both: Both) -> None:
    def vector(*pairs: tuple[int, int]) -> bytes:
        return b"".join((base & MAX).to_bytes(8, "little") + (length & MAX).to_bytes(8, "little") for base, length in pairs)

    def script(k: Bench | Linux) -> None:
        new = k.call(OPEN, "new", 2 | CREAT, 0o600)
        text = k.put(b"hello world")
        assert k.call(WRITEV, new, vector((text, 5), (0, 0), (text + 5, 6)), 3) == 11
        assert k.call(LSEEK, new, 0, 0) == 0
        assert k.call(READV, new, vector((SCRATCH + 0xE000, 3), (SCRATCH + 0xE100, 50)), 2) == 11
        assert k.read(SCRATCH + 0xE000, 3) + k.read(SCRATCH + 0xE100, 8) == b"hello world"
        assert k.call(WRITEV, new, 0, 0) == 0
        assert k.call(WRITEV, 99, 0, 0) == -E.EBADF
        assert k.call(WRITEV, new, 8, 1) == -E.EFAULT
        assert k.call(WRITEV, new, 0, 1025) == -E.EINVAL
        assert k.call(WRITEV, new, 0, MAX) == -E.EINVAL
        assert k.call(WRITEV, new, vector((text, -1), (text, 1)), 2) == -E.EINVAL
        assert k.call(WRITEV, new, vector((text, 5), (8, 1)), 2) == 5
        assert k.call(WRITEV, new, vector((text, 5), (TOP + 8, 1)), 2) == -E.EFAULT

    both(script)


def test_open_flags_and_refusals(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        assert k.call(OPEN, "missing", 0) == -E.ENOENT
        assert k.call(OPEN, "", 0) == -E.ENOENT
        assert k.call(OPEN, 0, 0) == -E.EFAULT
        assert k.call(OPEN, "x" * 256, 0) == -E.ENAMETOOLONG
        assert k.call(OPEN, "x/" * 2100, 0) == -E.ENAMETOOLONG
        assert k.call(OPEN, "ten/x", 0) == -E.ENOTDIR
        assert k.call(OPEN, "ten/", 0) == -E.ENOTDIR
        assert k.call(OPEN, "ten/", CREAT, 0o600) == -E.EISDIR
        assert k.call(OPEN, "nope/", CREAT, 0o600) == -E.EISDIR
        assert k.call(OPEN, "nope/x", CREAT, 0o600) == -E.ENOENT
        assert k.call(OPEN, ".", 1) == -E.EISDIR
        assert k.call(OPEN, ".", CREAT, 0o600) == -E.EISDIR
        assert k.call(OPEN, ".", CREAT | EXCL, 0o600) == -E.EEXIST
        assert k.call(OPEN, "ten", CREAT | EXCL, 0o600) == -E.EEXIST
        assert k.call(OPEN, "ten", CREAT | DIRECTORY, 0o600) == -E.EINVAL
        assert k.call(OPEN, "ten", DIRECTORY) == -E.ENOTDIR
        assert k.call(OPEN, ".", TMPFILE, 0o600) == -E.EINVAL
        assert k.call(OPEN, ".", TMPFILE & ~DIRECTORY | 2, 0o600) == -E.EINVAL
        assert k.call(OPEN, "/etc/passwd", 2) == -E.EACCES
        assert k.call(OPEN, "/etc/nope", CREAT, 0o600) == -E.EACCES
        assert k.call(OPENAT, 99, "ten", 0) == -E.EBADF
        ten = k.call(OPEN, "ten", 0)
        assert k.call(OPENAT, ten, "x", 0) == -E.ENOTDIR
        assert k.call(OPENAT, 99, "/dev/null", 0) == ten + 1
        odd = k.call(OPEN, "ten", 3)
        assert k.call(READ, odd, SCRATCH, 1) == -E.EBADF
        assert k.call(WRITE, odd, SCRATCH, 1) == -E.EBADF
        place = k.call(OPEN, "ten", PATH)
        assert k.call(READ, place, SCRATCH, 1) == -E.EBADF
        assert k.call(LSEEK, place, 0, 0) == -E.EBADF
        end = k.call(OPEN, "ten", 1 | APPEND)
        assert k.call(WRITE, end, b"AB", 2) == 2
        assert k.call(LSEEK, end, 0, 1) == 12
        empty = k.call(OPEN, "ten", TRUNC)
        assert k.call(LSEEK, empty, 0, 2) == 0
        closed = k.call(OPEN, "new", CREAT, 0o000)
        assert closed >= 0
        assert k.call(OPEN, "new", 0) == -E.EACCES

    both(script)


def test_descriptors(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        ten = k.call(OPEN, "ten", 0)
        twin = k.call(DUP, ten)
        assert twin == ten + 1
        assert k.call(LSEEK, ten, 4, 0) == 4
        assert k.call(LSEEK, twin, 0, 1) == 4
        assert k.call(DUP, 99) == -E.EBADF
        assert k.call(DUP2, ten, ten) == ten
        assert k.call(DUP2, 99, 99) == -E.EBADF
        assert k.call(DUP2, ten, -1) == -E.EBADF
        assert k.call(DUP2, ten, 1 << 20) == -E.EBADF
        assert k.call(DUP2, ten, 50) == 50
        assert k.call(DUP3, ten, ten, 0) == -E.EINVAL
        assert k.call(DUP3, 99, 51, 1) == -E.EINVAL
        assert k.call(DUP3, 99, 51, 0) == -E.EBADF
        assert k.call(DUP3, ten, 51, CLOEXEC) == 51
        assert k.call(CLOSE, 51) == 0
        assert k.call(CLOSE, 51) == -E.EBADF
        assert k.call(CLOSE, ten) == 0
        assert k.call(DUP, twin) == ten
        assert k.call(UMASK, 0o1077) == 0o022
        assert k.call(UMASK, 0o022) == 0o077

    both(script)


def test_stat_and_access(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        buffer = SCRATCH + 0xE000
        assert k.call(STAT, "ten", buffer) == 0
        data = k.read(buffer, 144)
        assert int.from_bytes(data[24:28], "little") == 0o100644
        assert int.from_bytes(data[28:32], "little") == 1000
        assert int.from_bytes(data[48:56], "little") == 10
        assert k.call(STAT, "ten", 0) == -E.EFAULT
        assert k.call(STAT, 0, buffer) == -E.EFAULT
        assert k.call(STAT, "none", 8) == -E.ENOENT
        assert k.call(FSTAT, 99, 8) == -E.EBADF
        assert k.call(NEWFSTATAT, 0, "", buffer, 0x1000) == 0
        assert int.from_bytes(k.read(buffer + 24, 4), "little") & 0o170000 == 0o010000
        assert k.call(NEWFSTATAT, 0, 0, buffer, 0x1000) == 0
        assert k.call(NEWFSTATAT, 0, "", buffer, 0) == -E.ENOENT
        assert k.call(NEWFSTATAT, -100, "ten", buffer, 0x200) == -E.EINVAL
        assert k.call(NEWFSTATAT, 99, "ten", buffer, 0) == -E.EBADF
        assert k.call(ACCESS, "ten", 6) == 0
        assert k.call(ACCESS, "ten", 1) == -E.EACCES
        assert k.call(ACCESS, "/etc/passwd", 2) == -E.EACCES
        assert k.call(ACCESS, "ten", 8) == -E.EINVAL

    both(script)
