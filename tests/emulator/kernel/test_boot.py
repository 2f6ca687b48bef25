from __future__ import annotations

import struct

import pytest

from emulator.abi.errors import ProgramError
from emulator.kernel.memory.space import STACK_TOP
from emulator.trace import events as ev
from emulator.trace.run import GuestFile
from emulator.trace.timeline import fold_all, initial

from .bench import SCRATCH, Bench, tiny_elf


def _words(bench: Bench) -> tuple[int, ...]:
    """The first stack as quadwords, as far as the auxiliary vector may reach."""
    rsp = bench.task.regs.rsp
    count = min((STACK_TOP - rsp) // 8, 60)
    return struct.unpack(f"<{count}Q", bench.read(rsp, 8 * count))


def test_the_first_line_is_the_execve_that_made_the_process() -> None:
    bench = Bench(argv=("prog", 'a"b'), env=("A=1",))
    assert bench.strace()[0] == f'execve("/bin/prog", ["prog", "a\\"b"], {bench.task.regs.rsp + 32:#x} /* 1 var */) = 0'


def test_initial_registers_are_those_of_start_thread() -> None:
    regs = Bench().task.regs
    assert (regs.rip, regs.cs, regs.ss, regs.rflags) == (0x40_1000, 0x33, 0x2B, 0x202)
    assert regs.rsp % 16 == 0
    assert [getattr(regs, name) for name in ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8", "r11", "r15")] == [0] * 10


def test_the_stack_holds_arguments_environment_and_auxv() -> None:
    bench = Bench(argv=("prog", "x"), env=("K=V",), uid=1000)
    words = _words(bench)
    assert words[0] == 2
    assert bench.read(words[1], 5) == b"prog\0"
    assert bench.read(words[2], 2) == b"x\0"
    assert (words[3], words[5]) == (0, 0)
    assert bench.read(words[4], 4) == b"K=V\0"
    types, values = words[6::2], words[7::2]
    auxv = dict(zip(types, values, strict=False))
    assert list(types[: types.index(0)]) == [51, 16, 6, 17, 3, 4, 5, 7, 8, 9, 11, 12, 13, 14, 23, 25, 26, 31, 15, 27, 28]
    assert (auxv[3], auxv[5], auxv[6], auxv[9], auxv[11]) == (0x40_0040, 3, 4096, 0x40_1000, 1000)
    assert bench.read(auxv[31], 10) == b"/bin/prog\0"
    assert bench.read(auxv[15], 7) == b"x86_64\0"


def test_random_bytes_follow_the_seed() -> None:
    def at_random(seed: int) -> bytes:
        bench = Bench(seed=seed)
        words = _words(bench)
        return bench.read(dict(zip(words[6::2], words[7::2], strict=False))[25], 16)

    assert at_random(1) == at_random(1) != at_random(2)


def test_bss_is_zero_and_data_keeps_its_bytes() -> None:
    bench = Bench(elf=tiny_elf(data=b"12345"))
    assert bench.read(SCRATCH, 4096) == b"12345" + bytes(4091)
    assert bench.read(SCRATCH + 4096, 8) == bytes(8)


def test_events_fold_to_the_snapshot() -> None:
    bench = Bench(files=(GuestFile(path="/home/a", data=b"x"),))
    bench.call(39)
    bench.call(1, 1, b"hello", 5)
    assert fold_all(bench.events, initial()) == bench.kernel.snapshot({}, 3)
    bench.call(60, 7)
    assert fold_all(bench.events, initial()) == bench.kernel.snapshot({}, 3)
    assert bench.cpu.stopped


def test_the_last_event_is_stop() -> None:
    bench = Bench()
    bench.call(231, 300)
    assert isinstance(bench.events[-1], ev.Stop)
    assert bench.strace()[-2:] == ["exit_group(300)                         = ?", "+++ exited with 44 +++"]
    assert bench.kernel.exit is not None
    assert bench.kernel.exit.code == 44


def test_a_file_that_is_no_program_is_refused() -> None:
    with pytest.raises(ProgramError, match="ELF header"):
        Bench(elf=b"#!/bin/sh\n" * 20)
