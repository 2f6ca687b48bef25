"""Each script runs on the model and, marked `native`, on the host's kernel: the numbers in it are what Linux says."""

from __future__ import annotations

from collections.abc import Callable

from emulator.abi.errno import Errno

from .bench import SCRATCH, Bench
from .linux import Linux

E = Errno
Both = Callable[[Callable[[Bench | Linux], None]], None]
OPEN, LSEEK, SENDFILE, UNLINK, GETDENTS = 2, 8, 40, 87, 217
CREAT, APPEND = 0o100, 0o2000


def names_in(data: bytes) -> list[tuple[bytes, int]]:
    """Names and types of the entries in a getdents64 buffer."""
    found, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at + 16 : at + 18], "little")
        found.append((data[at + 19 : at + length].split(b"\0", 1)[0], data[at + 18]))
        at += length
    return found


def test_listing(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        folder = k.call(OPEN, ".", 0)
        length = k.call(GETDENTS, folder, SCRATCH + 0x8000, 4096)
        assert sorted(names_in(k.read(SCRATCH + 0x8000, length))) == [(b".", 4), (b"..", 4), (b"empty", 8), (b"ten", 8)]
        assert k.call(GETDENTS, folder, SCRATCH, 4096) == 0
        assert k.call(LSEEK, folder, 0, 0) == 0
        assert k.call(GETDENTS, folder, SCRATCH, 8) == -E.EINVAL
        assert k.call(GETDENTS, folder, 8, 4096) == -E.EFAULT
        assert k.call(LSEEK, folder, 0, 0) == 0
        some = k.call(GETDENTS, folder, SCRATCH + 0x8000, 48)
        first = names_in(k.read(SCRATCH + 0x8000, some))
        rest = names_in(k.read(SCRATCH + 0x8000, k.call(GETDENTS, folder, SCRATCH + 0x8000, 4096)))
        assert sorted(name for name, _ in first + rest) == [b".", b"..", b"empty", b"ten"]
        assert k.call(GETDENTS, 0, SCRATCH, 4096) == -E.ENOTDIR
        assert k.call(GETDENTS, 99, SCRATCH, 4096) == -E.EBADF

    both(script)


def test_sendfile(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        ten, new = k.call(OPEN, "ten", 0), k.call(OPEN, "new", 2 | CREAT, 0o600)
        assert k.call(SENDFILE, new, ten, 0, 4) == 4
        assert k.call(LSEEK, ten, 0, 1) == 4
        where = k.put((6).to_bytes(8, "little"))
        assert k.call(SENDFILE, new, ten, where, 100) == 4
        assert k.read(where, 8) == (10).to_bytes(8, "little")
        assert k.call(LSEEK, ten, 0, 1) == 4
        assert k.call(LSEEK, new, 0, 1) == 8
        assert k.call(SENDFILE, new, 0, 0, 4) == -E.EINVAL
        assert k.call(SENDFILE, new, 0, where, 4) == -E.ESPIPE
        assert k.call(SENDFILE, 99, ten, 0, 4) == -E.EBADF
        assert k.call(SENDFILE, ten, ten, 0, 4) == -E.EBADF
        assert k.call(SENDFILE, new, ten, 8, 4) == -E.EFAULT
        assert k.call(SENDFILE, new, ten, b"\xff" * 8, 4) == -E.EINVAL
        assert k.call(SENDFILE, k.call(OPEN, "new", 1 | APPEND), ten, 0, 4) == -E.EINVAL

    both(script)
