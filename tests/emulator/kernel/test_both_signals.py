"""Each script runs on the model and, marked `native`, on the host's kernel: the numbers in it are what Linux says."""

from __future__ import annotations

import struct
from collections.abc import Callable

from emulator.abi.errno import Errno

from .bench import SCRATCH, Bench
from .linux import Linux

E = Errno
Both = Callable[[Callable[[Bench | Linux], None]], None]
SIGACTION, SIGPROCMASK, SIGPENDING, SIGALTSTACK, GETPID, KILL, TKILL, TGKILL = 13, 14, 127, 131, 39, 62, 200, 234
USR1 = 10


def test_actions(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        old, ignore = k.put(bytes(32)), struct.pack("<QQQQ", 1, 0x0400_0000, 0x1234, 1 << 63 | 1 << 8)
        assert k.call(SIGACTION, USR1, ignore, old, 8) == 0
        assert k.call(SIGACTION, USR1, 0, old, 8) == 0
        assert k.read(old, 32) == struct.pack("<QQQQ", 1, 0x0400_0000, 0x1234, 1 << 63)  # SIGKILL is taken out of the mask
        assert k.call(SIGACTION, 9, ignore, 0, 8) == -E.EINVAL
        assert k.call(SIGACTION, 9, 0, old, 8) == 0
        assert k.call(SIGACTION, 0, 0, 0, 8) == -E.EINVAL
        assert k.call(SIGACTION, 65, 0, 0, 8) == -E.EINVAL
        assert k.call(SIGACTION, USR1, 0, 0, 4) == -E.EINVAL
        assert k.call(SIGACTION, 65, 8, 0, 4) == -E.EINVAL
        assert k.call(SIGACTION, 65, 8, 0, 8) == -E.EFAULT
        assert k.call(SIGACTION, USR1, 0, 8, 8) == -E.EFAULT

    both(script)


def test_the_blocked_set(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        old, everything = k.put(bytes(8)), bytes([255] * 8)
        assert k.call(SIGPROCMASK, 2, everything, 0, 8) == 0
        assert k.call(SIGPROCMASK, 9, 0, old, 8) == 0
        assert int.from_bytes(k.read(old, 8), "little") == (1 << 64) - 1 - (1 << 8) - (1 << 18)
        assert k.call(SIGPROCMASK, 9, everything, 0, 8) == -E.EINVAL
        assert k.call(SIGPROCMASK, 9, 8, 0, 8) == -E.EFAULT
        assert k.call(SIGPROCMASK, 0, everything, 0, 4) == -E.EINVAL
        me = k.call(GETPID)
        assert k.call(KILL, me, USR1) == 0
        assert k.call(SIGPENDING, old, 8) == 0
        assert int.from_bytes(k.read(old, 8), "little") == 1 << (USR1 - 1)
        assert k.call(SIGPENDING, old, 9) == -E.EINVAL
        assert k.call(SIGPENDING, 8, 8) == -E.EFAULT
        assert k.call(SIGACTION, USR1, struct.pack("<QQQQ", 1, 0, 0, 0), 0, 8) == 0  # ignoring it drops what waits
        assert k.call(SIGPENDING, old, 8) == 0
        assert k.read(old, 8) == bytes(8)

    both(script)


def test_the_alternate_stack(both: Both) -> None:
    def stack(flags: int, size: int) -> bytes:
        return struct.pack("<QIIQ", SCRATCH, flags, 0, size)

    def script(k: Bench | Linux) -> None:
        old = k.put(bytes(24))
        assert k.call(SIGALTSTACK, stack(0, 16384), 0) == 0
        assert k.call(SIGALTSTACK, 0, old) == 0
        assert k.read(old, 24) == stack(0, 16384)
        assert k.call(SIGALTSTACK, stack(0, 1024), 0) == -E.ENOMEM
        assert k.call(SIGALTSTACK, stack(8, 1024), 0) == -E.EINVAL
        assert k.call(SIGALTSTACK, stack(3, 1024), 0) == -E.EINVAL
        assert k.call(SIGALTSTACK, stack(0x8000_0000, 16384), 0) == 0
        assert k.call(SIGALTSTACK, 0, old) == 0
        assert k.read(old, 24) == stack(0x8000_0000, 16384)
        assert k.call(SIGALTSTACK, stack(2, 1), 0) == 0
        assert k.call(SIGALTSTACK, 0, old) == 0
        assert k.read(old, 24) == struct.pack("<QIIQ", 0, 2, 0, 0)
        assert k.call(SIGALTSTACK, 8, 0) == -E.EFAULT
        assert k.call(SIGALTSTACK, 0, 8) == -E.EFAULT

    both(script)


def test_who_may_be_sent_what(both: Both) -> None:
    def script(k: Bench | Linux) -> None:
        me = k.call(GETPID)
        assert k.call(KILL, me, 0) == 0
        assert k.call(KILL, me, 65) == -E.EINVAL
        assert k.call(KILL, me, -1) == -E.EINVAL
        assert k.call(KILL, 1, 15) == -E.EPERM
        assert k.call(KILL, 1, 65) == -E.EINVAL
        assert k.call(KILL, 4_000_000, 9) == -E.ESRCH
        assert k.call(KILL, 4_000_000, 65) == -E.ESRCH
        assert k.call(TGKILL, me, me, 0) == 0
        assert k.call(TGKILL, me, 4_000_000, 0) == -E.ESRCH
        assert k.call(TGKILL, -1, me, 0) == -E.EINVAL
        assert k.call(TGKILL, me, me, 65) == -E.EINVAL
        assert k.call(TKILL, 0, 9) == -E.EINVAL
        assert k.call(TKILL, 4_000_000, 9) == -E.ESRCH

    both(script)
