"""Each script runs on the model and, marked `native`, on the host's kernel: the numbers in it are what Linux says."""

from __future__ import annotations

from collections.abc import Callable

from emulator.abi.errno import Errno

from .bench import SCRATCH, Bench
from .linux import Linux

E = Errno
Both = Callable[[Callable[[Bench | Linux], None]], None]
GETUID, SETUID, SETGID, SETREUID, SETREGID, GETGROUPS, SETGROUPS, SETRESUID, GETRESUID, SETRESGID = (
    102,
    105,
    106,
    113,
    114,
    115,
    116,
    117,
    118,
    119,
)
SETFSUID, SETFSGID, SYSINFO, SETHOSTNAME = 122, 123, 99, 170


def test_an_ordinary_user(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        assert k.call(GETRESUID, SCRATCH, SCRATCH + 4, SCRATCH + 8) == 0
        assert k.read(SCRATCH, 12) == (1000).to_bytes(4, "little") * 3
        assert k.call(GETRESUID, SCRATCH, 8, SCRATCH) == -E.EFAULT
        for number in (SETUID, SETGID):
            assert k.call(number, 1000) == 0
            assert k.call(number, 0) == -E.EPERM
            assert k.call(number, -1) == -E.EINVAL
        for number in (SETREUID, SETREGID):
            assert k.call(number, -1, -1) == 0
            assert k.call(number, 1000, 0) == -E.EPERM
            assert k.call(number, 0, -1) == -E.EPERM
        for number in (SETRESUID, SETRESGID):
            assert k.call(number, -1, 1000, -1) == 0
            assert k.call(number, -1, -1, 0) == -E.EPERM
        assert k.call(SETFSUID, 0) == 1000
        assert k.call(SETFSUID, -1) == 1000
        assert k.call(SETFSGID, 0) == 1000
        assert k.call(GETGROUPS, 0, 0) == 1
        assert k.call(GETGROUPS, 5, SCRATCH) == 1
        assert k.read(SCRATCH, 4) == (1000).to_bytes(4, "little")
        assert k.call(GETGROUPS, 5, 8) == -E.EFAULT
        assert k.call(GETGROUPS, -1, SCRATCH) == -E.EINVAL
        assert k.call(SETGROUPS, 0, 0) == -E.EPERM
        assert k.call(SETHOSTNAME, "x", 1) == -E.EPERM
        assert k.call(SYSINFO, 8) == -E.EFAULT
        assert k.call(SYSINFO, SCRATCH) == 0

    both(script)


def test_root_gives_itself_up() -> None:
    bench = Bench(uid=0)
    assert bench.call(SETRESUID, 5, 6, 7) == 0
    assert bench.call(GETRESUID, SCRATCH, SCRATCH + 4, SCRATCH + 8) == 0
    assert bench.read(SCRATCH, 12) == b"\5\0\0\0\6\0\0\0\7\0\0\0"
    assert bench.call(SETUID, 0) == -E.EPERM
    assert bench.call(SETUID, 7) == 0
    assert bench.call(SETREUID, 7, 5) == 0
    assert bench.call(GETUID) == 7
