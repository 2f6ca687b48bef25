"""Each script runs on the model and, marked `native`, on the host's kernel: the numbers in it are what Linux says."""

from __future__ import annotations

from collections.abc import Callable

from emulator.abi.errno import Errno

from .bench import SCRATCH, Bench
from .linux import Linux

E = Errno
Both = Callable[[Callable[[Bench | Linux], None]], None]
READ, OPEN, LSTAT, MMAP, TRUNCATE, FTRUNCATE, GETCWD, CHDIR, FCHDIR = 0, 2, 6, 9, 76, 77, 79, 80, 81
RENAME, MKDIR, RMDIR, LINK, UNLINK, SYMLINK, READLINK, UNLINKAT, RENAMEAT2 = 82, 83, 84, 86, 87, 88, 89, 263, 316
HERE = -100


def test_directories(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        assert k.call(MKDIR, "d", 0o777) == 0
        for path, refusal in (("d", E.EEXIST), ("ten", E.EEXIST), (".", E.EEXIST), ("/", E.EEXIST), ("x/y", E.ENOENT), ("ten/y", E.ENOTDIR),
                              ("", E.ENOENT), ("/etc", E.EEXIST), ("/etc/new", E.EACCES)):  # fmt: skip
            assert k.call(MKDIR, path, 0o755) == -refusal, path
        assert k.call(MKDIR, "d/e/", 0o755) == 0
        for path, refusal in (("d", E.ENOTEMPTY), ("d/.", E.EINVAL), ("d/..", E.ENOTEMPTY), ("/", E.EBUSY),
                              ("ten", E.ENOTDIR), ("none", E.ENOENT),
                              ("/proc", E.EACCES), ("/etc", E.EACCES)):  # fmt: skip
            assert k.call(RMDIR, path) == -refusal, path
        assert k.call(RMDIR, "d/e/") == 0
        assert k.call(CHDIR, "d") == 0
        assert k.call(RMDIR, "../d") == 0
        assert k.call(GETCWD, SCRATCH, 4096) == -E.ENOENT
        assert k.call(OPEN, "new", 0o101, 0o600) == -E.ENOENT
        assert k.call(MKDIR, "new", 0o700) == -E.ENOENT

    both(script)


def test_working_directory(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        assert k.call(CHDIR, "/") == 0
        assert k.call(GETCWD, SCRATCH, 2) == 2
        assert k.read(SCRATCH, 2) == b"/\0"
        assert k.call(GETCWD, SCRATCH, 1) == -E.ERANGE
        assert k.call(GETCWD, 8, 1) == -E.ERANGE
        assert k.call(GETCWD, 8, 64) == -E.EFAULT
        assert k.call(CHDIR, "/etc/passwd") == -E.ENOTDIR
        assert k.call(FCHDIR, 0) == -E.ENOTDIR
        assert k.call(FCHDIR, 99) == -E.EBADF

    both(script)


def test_files_and_links(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        assert k.call(SYMLINK, "ten", "ln") == 0
        assert k.call(SYMLINK, "loop", "loop") == 0
        assert k.call(SYMLINK, "", "empty-link") == -E.ENOENT
        assert k.call(SYMLINK, "x", "ten") == -E.EEXIST
        assert k.call(SYMLINK, "x", "new/") == -E.ENOENT
        assert k.call(OPEN, "loop", 0) == -E.ELOOP
        assert k.call(OPEN, "ln", 0o400000) == -E.ELOOP
        assert k.call(READLINK, "ln", SCRATCH, 2) == 2
        assert k.read(SCRATCH, 2) == b"te"
        assert k.call(READLINK, "ten", SCRATCH, 9) == -E.EINVAL
        assert k.call(READLINK, "none", SCRATCH, 0) == -E.EINVAL
        assert k.call(READLINK, "ln", 8, 9) == -E.EFAULT
        assert k.call(LINK, "ten", "ten2") == 0
        assert k.call(LINK, "ten", "ten2") == -E.EEXIST
        assert k.call(LINK, ".", "dot") == -E.EPERM
        assert k.call(LINK, "none", "x") == -E.ENOENT
        assert k.call(LSTAT, "ten2", SCRATCH) == 0
        assert int.from_bytes(k.read(SCRATCH + 16, 8), "little") == 2
        for path, refusal in (
            (".", E.EISDIR),
            ("/", E.EISDIR),
            ("ten/", E.ENOTDIR),
            ("none", E.ENOENT),
            ("none/", E.ENOENT),
            ("/etc/passwd", E.EACCES),
        ):
            assert k.call(UNLINK, path) == -refusal, path
        assert k.call(UNLINKAT, HERE, "ten", 1) == -E.EINVAL
        assert k.call(UNLINKAT, HERE, "ten", 0x200) == -E.ENOTDIR
        assert k.call(UNLINK, "ten") == 0
        assert k.call(OPEN, "ln", 0) == -E.ENOENT
        assert k.call(OPEN, "ln", 0o101, 0o600) >= 0  # O_CREAT goes through a link that leads nowhere
        assert k.call(OPEN, "ten", 0) >= 0

    both(script)


def test_renaming(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        for name in ("d", "d/in", "e"):
            assert k.call(MKDIR, name, 0o755) == 0
        for old, new, refusal in (
            ("none", "x", E.ENOENT), ("ten", "d", E.EISDIR), ("d", "ten", E.ENOTDIR), ("e", "d", E.ENOTEMPTY), ("d", "d/in/x", E.EINVAL),
            ("d/in", "d", E.ENOTEMPTY), (".", "x", E.EBUSY), ("ten", "..", E.EBUSY), ("ten", "x/", E.ENOTDIR), ("ten/", "x", E.ENOTDIR),
            ("ten", "/etc/x", E.EXDEV), ("", "x", E.ENOENT),
        ):  # fmt: skip
            got = k.call(RENAME, old, new)
            assert got == -refusal or (refusal == E.EXDEV and got == -E.EACCES), (old, new)
        assert k.call(RENAME, "ten", "ten") == 0
        assert k.call(RENAME, "ten", "empty") == 0
        assert k.call(OPEN, "ten", 0) == -E.ENOENT
        assert k.call(RENAMEAT2, HERE, "empty", HERE, "d", 1) == -E.EEXIST
        assert k.call(RENAMEAT2, HERE, "empty", HERE, "none", 2) == -E.ENOENT
        assert k.call(RENAMEAT2, HERE, "empty", HERE, "d", 3) == -E.EINVAL
        assert k.call(RENAMEAT2, HERE, "empty", HERE, "d", 2) == 0
        assert k.call(OPEN, "empty/in", 0) >= 0
        assert k.call(RENAME, "empty/in", "e") == 0
        assert k.call(RENAME, "e", "f/") == 0

    both(script)


def test_lengths(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        ten = k.call(OPEN, "ten", 2)
        area = k.call(MMAP, 0, 8192, 3, 1, ten, 0)
        assert k.call(FTRUNCATE, ten, 3) == 0
        assert k.call(FTRUNCATE, ten, 5000) == 0
        assert k.read(area, 6) == b"012\0\0\0"
        assert k.call(READ, 0, area + 4096, 1) == 1
        assert k.call(FTRUNCATE, ten, 4096) == 0
        assert k.call(READ, 0, area + 4096, 1) == -E.EFAULT  # behind the end there is no page any more
        assert k.call(FTRUNCATE, ten, -1) == -E.EINVAL
        assert k.call(FTRUNCATE, 99, -1) == -E.EINVAL
        assert k.call(FTRUNCATE, 99, 0) == -E.EBADF
        assert k.call(FTRUNCATE, 0, 0) == -E.EINVAL
        assert k.call(FTRUNCATE, k.call(OPEN, "ten", 0), 0) == -E.EINVAL
        assert k.call(FTRUNCATE, ten, 1 << 40) == 0
        assert k.call(TRUNCATE, "none", 0) == -E.ENOENT
        assert k.call(TRUNCATE, ".", 0) == -E.EISDIR
        assert k.call(TRUNCATE, "/dev/null", 0) == -E.EINVAL
        assert k.call(TRUNCATE, "/etc/passwd", 0) == -E.EACCES
        assert k.call(TRUNCATE, "ten", 2) == 0

    both(script)
