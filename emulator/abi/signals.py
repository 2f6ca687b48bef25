"""Signals: numbers, names, what they do by default (signal(7)), and siginfo as strace prints it."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal


class Signal(IntEnum):
    """The standard signals of x86."""

    SIGHUP = 1
    SIGINT = 2
    SIGQUIT = 3
    SIGILL = 4
    SIGTRAP = 5
    SIGABRT = 6
    SIGBUS = 7
    SIGFPE = 8
    SIGKILL = 9
    SIGUSR1 = 10
    SIGSEGV = 11
    SIGUSR2 = 12
    SIGPIPE = 13
    SIGALRM = 14
    SIGTERM = 15
    SIGSTKFLT = 16
    SIGCHLD = 17
    SIGCONT = 18
    SIGSTOP = 19
    SIGTSTP = 20
    SIGTTIN = 21
    SIGTTOU = 22
    SIGURG = 23
    SIGXCPU = 24
    SIGXFSZ = 25
    SIGVTALRM = 26
    SIGPROF = 27
    SIGWINCH = 28
    SIGIO = 29
    SIGPWR = 30
    SIGSYS = 31


Action = Literal["terminate", "core", "ignore", "stop", "continue"]

DUMPS_CORE: Final = frozenset(
    {
        Signal.SIGQUIT,
        Signal.SIGILL,
        Signal.SIGTRAP,
        Signal.SIGABRT,
        Signal.SIGBUS,
        Signal.SIGFPE,
        Signal.SIGSEGV,
        Signal.SIGXCPU,
        Signal.SIGXFSZ,
        Signal.SIGSYS,
    }
)


def default_action(signal: int) -> Action:
    if signal in DUMPS_CORE:
        return "core"
    if signal in {Signal.SIGCHLD, Signal.SIGURG, Signal.SIGWINCH}:
        return "ignore"
    if signal in {Signal.SIGSTOP, Signal.SIGTSTP, Signal.SIGTTIN, Signal.SIGTTOU}:
        return "stop"
    return "continue" if signal == Signal.SIGCONT else "terminate"


def show_fault_info(signal: Signal, code: str, address: int) -> str:
    """siginfo of a fault: where it was."""
    where = f"{address:#x}" if address else "NULL"
    return f"{{si_signo={signal.name}, si_code={code}, si_addr={where}}}"


def show_kernel_info(signal: Signal) -> str:
    """siginfo of a signal that the kernel sends without saying where (SEND_SIG_PRIV)."""
    return f"{{si_signo={signal.name}, si_code=SI_KERNEL}}"


def show_user_info(signal: Signal, pid: int, uid: int, code: str = "SI_USER") -> str:
    """siginfo of a signal that a process sent."""
    return f"{{si_signo={signal.name}, si_code={code}, si_pid={pid}, si_uid={uid}}}"
