from __future__ import annotations

import struct

import pytest

from emulator.abi.signals import show_set, signal_name
from emulator.trace.timeline import fold_all, initial

from .bench import SCRATCH, Bench

HANDLER, RESTORER, STACK = 0x40_1000, 0x40_1001, SCRATCH + 0x8000
SEGV, FPE, USR1, USR2, PIPE = 11, 8, 10, 12, 13
SIGINFO, RESTORER_FLAG, ONSTACK, NODEFER, RESETHAND = 4, 0x0400_0000, 0x0800_0000, 0x4000_0000, 0x8000_0000


def catch(bench: Bench, signal: int, flags: int = 0, mask: int = 0) -> None:
    action = struct.pack("<QQQQ", HANDLER, flags | SIGINFO | RESTORER_FLAG, RESTORER, mask)
    assert bench.call(13, signal, action, 0, 8) == 0


@pytest.mark.parametrize(
    ("vector", "code", "address", "line"),
    [
        (14, 6, 0, "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=NULL} ---"),
        (14, 7, 0x40_1000, "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_ACCERR, si_addr=0x401000} ---"),
        (14, 5, 0xFFFF_FFFF_8100_0000, "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0xffffffff81000000} ---"),
        (13, 0, 0, "--- SIGSEGV {si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=NULL} ---"),
        (12, 0, 0, "--- SIGBUS {si_signo=SIGBUS, si_code=SI_KERNEL, si_addr=NULL} ---"),
        (0, 0, 0, "--- SIGFPE {si_signo=SIGFPE, si_code=FPE_INTDIV, si_addr=0x401000} ---"),
        (6, 0, 0, "--- SIGILL {si_signo=SIGILL, si_code=ILL_ILLOPN, si_addr=0x401000} ---"),
        (3, 0, 0, "--- SIGTRAP {si_signo=SIGTRAP, si_code=SI_KERNEL, si_addr=NULL} ---"),
        (17, 0, 0, "--- SIGBUS {si_signo=SIGBUS, si_code=BUS_ADRALN, si_addr=NULL} ---"),
        (16, 0, 0, "--- SIGFPE {si_signo=SIGFPE, si_code=FPE_FLTINV, si_addr=0x401000} ---"),
    ],
)
def test_an_exception_kills_with_what_linux_says(vector: int, code: int, address: int, line: str) -> None:
    bench = Bench()
    bench.fault(vector, code, address)
    name = line.split()[1]
    assert bench.strace()[-2:] == [line, f"+++ killed by {name} +++"]
    assert bench.kernel.exit is not None
    assert bench.kernel.exit.signal == name
    assert fold_all(bench.events, initial()) == bench.kernel.snapshot({}, 3)


def test_a_handler_gets_its_frame_and_sigreturn_puts_everything_back() -> None:
    bench = Bench()
    catch(bench, USR1, mask=1 << (USR2 - 1))
    regs = bench.task.regs
    for name, value in {"rbx": 0xB, "r12": 0x12, "rbp": 0xBB, "r8": 0}.items():
        setattr(regs, name, value)
    rsp, rip = regs.rsp, regs.rip
    bench.cpu.fpu = bytes(range(256)) * 2
    assert bench.call(62, bench.task.pid, USR1) == 0
    assert (regs.rip, regs.rdi, regs.rax) == (HANDLER, USR1, 0)
    assert regs.rsp % 16 == 8
    assert regs.rsp < rsp - 128 - 512 - 432
    assert bench.read(regs.rsp, 8) == RESTORER.to_bytes(8, "little")
    assert struct.unpack("<iii4xiI", bench.read(regs.rsi, 24)) == (USR1, 0, 0, 2, 1000)
    assert struct.unpack("<QQ", bench.read(regs.rdx, 16)) == (6, 0)
    assert bench.task.signals.blocked == 1 << (USR2 - 1) | 1 << (USR1 - 1)
    assert bench.cpu.fpu[:2] == b"\x7f\x03"
    regs.rsp += 8  # the handler's ret
    regs.rbx = 99
    bench.call(15)
    assert (regs.rbx, regs.r12, regs.rbp, regs.rsp, regs.rip, regs.rax) == (0xB, 0x12, 0xBB, rsp, rip, 0)
    assert bench.task.signals.blocked == 0
    assert bench.cpu.fpu == bytes(range(256)) * 2
    assert bench.strace()[-3:] == [
        "kill(2, SIGUSR1)                        = 0",
        "--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=2, si_uid=1000} ---",
        "rt_sigreturn({mask=[]})                 = 0",
    ]


def test_a_fault_tells_the_handler_vector_error_and_address() -> None:
    bench = Bench()
    catch(bench, SEGV)
    bench.fault(14, 6, 0x1234)
    context = bench.read(bench.task.regs.rdx + 40, 256)
    error, trap, _, cr2 = struct.unpack_from("<4Q", context, 152)
    assert (error, trap, cr2) == (6, 14, 0x1234)
    assert struct.unpack("<iii4xQ", bench.read(bench.task.regs.rsi, 24)) == (SEGV, 0, 1, 0x1234)


def test_a_blocked_or_ignored_fault_kills() -> None:
    for prepare in ("block", "ignore"):
        bench = Bench()
        if prepare == "block":
            catch(bench, SEGV)
            assert bench.call(14, 0, (1 << (SEGV - 1)).to_bytes(8, "little"), 0, 8) == 0
        else:
            assert bench.call(13, SEGV, struct.pack("<QQQQ", 1, 0, 0, 0), 0, 8) == 0
        bench.fault(13)
        assert bench.strace()[-1] == "+++ killed by SIGSEGV +++"


def test_standard_signals_wait_once_real_time_ones_each() -> None:
    bench = Bench()
    for signal in (USR1, 34):
        catch(bench, signal)
    everything = bytes([255] * 8)
    assert bench.call(14, 0, everything, 0, 8) == 0
    for signal in (34, 34, USR1, USR1):
        assert bench.call(62, 2, signal) == 0
    assert [info.signal for info in bench.task.signals.queue] == [34, 34, USR1]
    bench.call(14, 2, bytes(8), 0, 8)
    delivered = [line for line in bench.strace() if line.startswith("--- ")]
    assert [line.split()[1] for line in delivered] == ["SIGUSR1", "SIGRT_2"]  # the second 34 waits for the first one's handler


def test_the_alternate_stack() -> None:
    bench = Bench()
    assert bench.call(131, struct.pack("<QiiQ", STACK, 0, 0, 8192), 0) == 0
    catch(bench, USR1, ONSTACK)
    bench.call(62, 2, USR1)
    assert STACK < bench.task.regs.rsp <= STACK + 8192
    where = bench.put(bytes(24))
    assert bench.call(131, 0, where) == 0
    assert struct.unpack("<QiiQ", bench.read(where, 24)) == (STACK, 1, 0, 8192)
    assert bench.call(131, struct.pack("<QiiQ", STACK, 0, 0, 8192), 0) == -1


def test_a_stack_without_room_ends_in_sigsegv() -> None:
    bench = Bench()
    catch(bench, USR1)
    bench.task.regs.rsp = 0x1000
    bench.call(62, 2, USR1)
    assert bench.strace()[-2:] == [
        "--- SIGSEGV {si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=NULL} ---",
        "+++ killed by SIGSEGV +++",
    ]


def test_a_one_shot_handler_is_gone_afterwards() -> None:
    bench = Bench()
    catch(bench, USR1, RESETHAND | NODEFER)
    bench.call(62, 2, USR1)
    assert bench.task.signals.blocked == 0
    bench.call(62, 2, USR1)
    assert bench.strace()[-1] == "+++ killed by SIGUSR1 +++"


def test_names_and_sets_as_strace_prints_them() -> None:
    assert [signal_name(n) for n in (0, 1, 31, 32, 33, 64, 65, -1)] == [
        "0", "SIGHUP", "SIGSYS", "SIGRTMIN", "SIGRT_1", "SIGRT_32", "65", "-1",
    ]  # fmt: skip
    assert show_set(0) == "[]"
    assert show_set((1 << 64) - 1) == "~[]"
    assert show_set(1 | 1 << 31 | 1 << 32 | 1 << 63) == "[HUP RTMIN RT_1 RT_32]"
    assert show_set((1 << 41) - 1).startswith("[HUP INT")
    assert show_set((1 << 63) - 1) == "~[RT_32]"
    assert show_set((1 << 42) - 1).startswith("~[RT_11 RT_12")


def test_waiting_for_nothing_is_a_deadlock() -> None:
    bench = Bench()
    bench.call(34)
    assert bench.events[-1].reason == "deadlock"  # type: ignore[attr-defined]
    assert bench.cpu.stopped
