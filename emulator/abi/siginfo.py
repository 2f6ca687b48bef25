"""siginfo_t: what comes with a signal, as bytes for the handler and as strace's text (include/uapi/asm-generic/siginfo.h)."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from emulator.abi.signals import signal_name

SIZE: Final = 128
SI_USER, SI_KERNEL, SI_QUEUE, SI_TKILL = 0, 0x80, -1, -6
CODES: Final = {
    "SEGV_MAPERR": 1,
    "SEGV_ACCERR": 2,
    "BUS_ADRALN": 1,
    "BUS_ADRERR": 2,
    "ILL_ILLOPN": 2,
    "FPE_INTDIV": 1,
    "FPE_FLTINV": 7,
    "TRAP_BRKPT": 1,
    "TRAP_TRACE": 2,
    "SI_KERNEL": SI_KERNEL,
    "SI_USER": SI_USER,
    "SI_TKILL": SI_TKILL,
}


class SigInfo(NamedTuple):
    """`code` by name. A fault has an `address`; what a process sent has `pid` and `uid`."""

    signal: int
    code: str
    address: int | None = None
    pid: int = 0
    uid: int = 0

    def pack(self) -> bytes:
        """The 128 bytes a handler with SA_SIGINFO gets."""
        head = struct.pack("<iiii", self.signal, 0, CODES[self.code], 0)
        body = struct.pack("<Q", self.address) if self.address is not None else struct.pack("<iI", self.pid, self.uid)
        return (head + body).ljust(SIZE, b"\0")

    def show(self) -> str:
        """strace's text, braces included."""
        parts = [f"si_signo={signal_name(self.signal)}", f"si_code={self.code}"]
        if self.address is not None:
            parts.append(f"si_addr={self.address:#x}" if self.address else "si_addr=NULL")
        elif self.code != "SI_KERNEL":
            parts += [f"si_pid={self.pid}", f"si_uid={self.uid}"]
        return "{" + ", ".join(parts) + "}"
