from __future__ import annotations

import pytest

from emulator.trace import events as ev
from emulator.trace.run import Exit
from emulator.trace.strace import call_line, strace_lines


@pytest.mark.parametrize(
    ("name", "arguments", "result", "line"),
    [
        ("close", ["3"], "0", "close(3)                                = 0"),
        ("exit_group", ["300"], "?", "exit_group(300)                         = ?"),
        ("lseek", ["0", "0", "0x9 /* SEEK_??? */"], "-1 EINVAL (Invalid argument)",
         "lseek(0, 0, 0x9 /* SEEK_??? */)         = -1 EINVAL (Invalid argument)"),
        ("write", ["1", '"caf\\303\\251 au lait, s\'il v"', "5"], "5", 'write(1, "caf\\303\\251 au lait, s\'il v", 5) = 5'),
        ("access", ['"abcdefghijklmnopqrstu"', "R_OK"], "0", 'access("abcdefghijklmnopqrstu", R_OK)   = 0'),
        ("access", ['"abcdefghijklmnopqrstuvw"', "R_OK"], "0", 'access("abcdefghijklmnopqrstuvw", R_OK) = 0'),
        ("access", ['"abcdefghijklmnopqrstuvwx"', "R_OK"], "0", 'access("abcdefghijklmnopqrstuvwx", R_OK) = 0'),
    ],
)  # fmt: skip
def test_the_result_stands_in_its_column(name: str, arguments: list[str], result: str, line: str) -> None:
    assert call_line(name, arguments, result) == line


def test_lines_of_a_run() -> None:
    events = [
        ev.SyscallExit(1, 0, 0, 2, 39, "getpid", (), "0x2", "2", None, ""),
        ev.SyscallExit(2, 0, 0, 2, 462, "mseal", ("0", "0"), "0x0", "0", None, ""),
        ev.SignalDeliver(3, 0, 0, 2, 11, "SIGSEGV", "{si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=NULL}", "core"),
        ev.TaskExit(4, 0, 0, 2, Exit(signal="SIGSEGV"), core_dumped=False),
        ev.Stop(5, 0, 0, 2, "signaled", None, ""),
    ]
    assert strace_lines(events) == [
        "getpid()                                = 2",
        "syscall_0x1ce(0, 0)                     = 0",
        "--- SIGSEGV {si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=NULL} ---",
        "+++ killed by SIGSEGV +++",
    ]


def test_an_exit_and_a_core() -> None:
    assert strace_lines([ev.TaskExit(1, 0, 0, 2, Exit(code=3), core_dumped=False)]) == ["+++ exited with 3 +++"]
    assert strace_lines([ev.TaskExit(1, 0, 0, 2, Exit(signal="SIGILL"), core_dumped=True)]) == ["+++ killed by SIGILL (core dumped) +++"]
