"""Whatever a program asks for, the kernel answers: a number, the program's end, or a limit. Never an exception of Python's."""

from __future__ import annotations

import random

import pytest

from emulator.abi.errors import BudgetExceeded, SyscallError
from emulator.kernel.syscalls.registry import TABLE
from emulator.trace.run import GuestFile, Limits
from emulator.trace.timeline import fold_all, initial

from .bench import SCRATCH, Bench

MAX = (1 << 64) - 1
ENDINGS = frozenset({60, 231, 15, 34, 62, 200, 234, 35, 230})
"""exit, exit_group, rt_sigreturn, pause, kill, tkill, tgkill and the sleeps end most runs: each is made rarely."""
INTERESTING = (
    *range(12), 20, 0x22, 0x32, 100, 255, 0o1000, 1023, 1024, 1025, 4095, 4096, 4097, 0x4022, 65536, 0o20200002, 0x1001, 0x1003, 1 << 20,
    SCRATCH, SCRATCH + 1, SCRATCH + 0x8000, SCRATCH + 0xFFF8, SCRATCH + 0x10000, 0x40_0000, 0x40_1000, 0x7FFF_FFFF,
    0x8000_0000, 0xFFFF_FFFF,
    1 << 32, 1 << 40, 1 << 46, 0x7FFF_FFFF_E000, 0x7FFF_FFFF_EFF8, 0x7FFF_FFFF_F000, 1 << 47, 0xFFFF_8000_0000_0000, 1 << 62, (1 << 63) - 1,
    1 << 63, MAX - 4095, MAX - 100, MAX - 1, MAX,
)  # fmt: skip
STRINGS = (
    b"a\0",
    b".\0",
    b"..\0",
    b"/\0",
    b"d/e/f\0",
    b"/dev/zero\0",
    b"/dev/urandom\0",
    b"x" * 300 + b"\0",
    b"\xff\xfe\0",
    b"link\0",
    b"/proc/x\0",
)


def barrage(seed: int, count: int) -> Bench:
    chance = random.Random(seed)
    files = (GuestFile(path="/home/a", data=b"text"), GuestFile(path="/home/link", symlink="link"))
    bench = Bench(files=files, stdin=b"in" * 50, limits=Limits(memory_bytes=16 << 20, output_bytes=1 << 16, events=10**9), level="memory")
    numbers = [*(number for number in TABLE if number not in ENDINGS), 9999, 1 << 30 | 1, MAX, 321, 435]
    for _ in range(count):
        arguments = [chance.choice(INTERESTING) if chance.random() < 0.8 else chance.choice(STRINGS) for _ in range(6)]
        if chance.random() < 0.1:
            arguments[0] = chance.getrandbits(64)
        number = chance.choice(sorted(ENDINGS) if chance.random() < 0.005 else numbers)
        try:
            arguments = [bench.put(argument) if isinstance(argument, bytes) else argument for argument in arguments]
        except SyscallError:  # it has unmapped its own buffers
            arguments = [argument for argument in arguments if isinstance(argument, int)]
        try:
            bench.call(number, *arguments)
        except BudgetExceeded:
            break
        if not bench.kernel.stopped and chance.random() < 0.003:
            bench.fault(14, chance.choice((4, 5, 6, 7, 20)), chance.choice(INTERESTING))
        if bench.kernel.stopped:
            break
    return bench


@pytest.mark.parametrize("seed", range(40))
def test_random_calls(seed: int) -> None:
    bench = barrage(seed, 400)
    bench.strace()
    if bench.kernel.stopped:
        assert fold_all(bench.events, initial()) == bench.kernel.snapshot({}, 3)


def test_the_same_calls_give_the_same_events() -> None:
    assert barrage(7, 300).events == barrage(7, 300).events
