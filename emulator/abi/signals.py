"""Signals: numbers, names, what they do by default (signal(7)), and siginfo as strace prints it."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal

from emulator.abi.xlat import Constants, Flags


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


SA_NOCLDSTOP, SA_NOCLDWAIT, SA_SIGINFO, SA_UNSUPPORTED = 1, 2, 4, 0x400
SA_RESTORER, SA_ONSTACK, SA_RESTART = 0x0400_0000, 0x0800_0000, 0x1000_0000
SA_NODEFER, SA_RESETHAND, SA_EXPOSE_TAGBITS = 0x4000_0000, 0x8000_0000, 0x800
SIG_DFL, SIG_IGN, SIG_ERR = 0, 1, (1 << 64) - 1
SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK = 0, 1, 2
SS_ONSTACK, SS_DISABLE, SS_AUTODISARM = 1, 2, 0x8000_0000
LAST_SIGNAL: Final = 64
FIRST_REALTIME: Final = 32
UNBLOCKABLE: Final = 1 << (Signal.SIGKILL - 1) | 1 << (Signal.SIGSTOP - 1)
SYNCHRONOUS: Final = (Signal.SIGSEGV, Signal.SIGBUS, Signal.SIGILL, Signal.SIGTRAP, Signal.SIGFPE, Signal.SIGSYS)
"""Signals an instruction causes: they are delivered before others."""

SA_FLAGS: Final = Flags(
    "SA_???",
    {
        "SA_RESTORER": SA_RESTORER,
        "SA_ONSTACK": SA_ONSTACK,
        "SA_RESTART": SA_RESTART,
        "SA_INTERRUPT": 0x2000_0000,
        "SA_NODEFER": SA_NODEFER,
        "SA_RESETHAND": SA_RESETHAND,
        "SA_SIGINFO": SA_SIGINFO,
        "SA_NOCLDSTOP": SA_NOCLDSTOP,
        "SA_NOCLDWAIT": SA_NOCLDWAIT,
    },
)
HOW: Final = Constants("SIG_???", {"SIG_BLOCK": SIG_BLOCK, "SIG_UNBLOCK": SIG_UNBLOCK, "SIG_SETMASK": SIG_SETMASK})
SS_FLAGS: Final = Flags("SS_???", {"SS_ONSTACK": SS_ONSTACK, "SS_DISABLE": SS_DISABLE, "SS_AUTODISARM": SS_AUTODISARM})
_HANDLERS: Final = {SIG_DFL: "SIG_DFL", SIG_IGN: "SIG_IGN", SIG_ERR: "SIG_ERR"}


def signal_name(number: int) -> str:
    """SIGSEGV, SIGRTMIN (32, as the kernel counts), SIGRT_2; a number that is no signal stays one."""
    if 0 < number < FIRST_REALTIME:
        return Signal(number).name
    if number == FIRST_REALTIME:
        return "SIGRTMIN"
    return f"SIGRT_{number - FIRST_REALTIME}" if FIRST_REALTIME < number <= LAST_SIGNAL else str(number)


def show_set(mask: int) -> str:
    """Names of a set's members without SIG; from two thirds on, of those that are not in it."""
    inverted = mask.bit_count() >= LAST_SIGNAL * 2 // 3
    shown = ~mask if inverted else mask
    names = [signal_name(number).removeprefix("SIG") for number in range(1, LAST_SIGNAL + 1) if shown >> (number - 1) & 1]
    return ("~" if inverted else "") + f"[{' '.join(names)}]"


def show_handler(address: int) -> str:
    return _HANDLERS.get(address) or f"{address:#x}"
