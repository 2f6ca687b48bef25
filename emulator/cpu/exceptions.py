"""Delivery of exceptions and INT n through the IDT, on a saved CPU state, as SDM vol. 3 ch. 6 says; and their names and reasons."""

from __future__ import annotations

from array import array
from typing import NamedTuple

from emulator.abi.errors import EmulatorBug
from emulator.cpu import descriptors, layout, overlay, transitions
from emulator.cpu.descriptors import Gate
from emulator.cpu.memory import PhysicalMemory
from emulator.cpu.paging import PageTables

NAMES = {
    0: "#DE", 1: "#DB", 2: "NMI", 3: "#BP", 4: "#OF", 5: "#BR", 6: "#UD", 7: "#NM", 8: "#DF", 9: "#MF", 10: "#TS", 11: "#NP", 12: "#SS",
    13: "#GP", 14: "#PF", 16: "#MF", 17: "#AC", 18: "#MC", 19: "#XM",
}  # fmt: skip
WITH_ERROR_CODE = frozenset({8, 10, 11, 12, 13, 14, 17})
TRAPS = frozenset({1, 3, 4})
"""RIP of the frame is behind the instruction (#DB: mostly)."""

RF, TF, IF, NT, VM = 0x1_0000, 0x100, 0x200, 0x4000, 0x2_0000

_NULL_SEGMENT = (0,) * overlay.SEGMENT_WORDS

FRAME_NAMES = ("ss", "rsp", "rflags", "cs", "rip", "error code")


class Delivery(NamedTuple):
    """What the CPU did."""

    vector: int
    error_code: int | None
    gate: Gate
    cpl: int
    """Where it came from."""
    stack: int
    """Address of the highest quadword pushed, plus 8."""
    pushed: tuple[int, ...]
    """Highest address first."""


class Descriptors:
    """The CPU's view of the tables in guest memory that delivery reads."""

    def __init__(self, ram: PhysicalMemory, tables: PageTables) -> None:
        self._ram = ram
        self._tables = tables

    def gate(self, vector: int) -> Gate:
        return descriptors.read_gate(self._ram.read(layout.IDT_PA + 16 * vector, 16))

    def rsp0(self) -> int:
        return int.from_bytes(self._ram.read(descriptors.TSS_RSP0_PA, 8), "little")

    def ist(self, number: int) -> int:
        return int.from_bytes(self._ram.read(descriptors.TSS_IST_PA + 8 * (number - 1), 8), "little")

    def push(self, address: int, value: int) -> None:
        """Write a quadword at a kernel address, as ring 0 would."""
        self._ram.words[self._tables.translate(address, "write", user=False) >> 3] = value


def forget(words: memoryview) -> None:
    """An exception has been dealt with. The engine never forgets one, and would take the next for a double fault."""
    words[overlay.OLD_EXCEPTION] = words[overlay.OLD_EXCEPTION] & ~0xFFFF_FFFF | overlay.NO_EXCEPTION


def deliver(
    words: memoryview,
    ring0: transitions.RingZero,
    tables: Descriptors,
    *,
    vector: int,
    error_code: int | None,
    flags: int,
    software: bool = False,
) -> Delivery:
    """Deliver a vector on the saved state: gate, privilege check of INT n, stack, frame, CPL. Return what was done.

    `software`: it was INT n, INT3 or INTO, and RIP is already behind it. Raises EmulatorBug where Linux would be dead.
    """
    cpl = words[overlay.HFLAGS] & 3
    gate = tables.gate(vector)
    if not gate.present:
        raise EmulatorBug(f"vector {vector} has no gate")
    rsp = words[overlay.RSP]
    if gate.ist:
        stack = tables.ist(gate.ist)
    elif cpl:
        stack = tables.rsp0()
    else:
        stack = rsp & ~15
    image = flags if software or vector in TRAPS else flags | RF
    pushed = [words[overlay.SS] & 0xFFFF, rsp, image, words[overlay.CS] & 0xFFFF, words[overlay.RIP]]
    if error_code is not None:
        pushed.append(error_code)
    for number, value in enumerate(pushed, 1):
        tables.push(stack - 8 * number, value)
    transitions.set_flags(words, flags & ~(IF | TF | NT | RF | VM))
    ss = words[overlay.SS : overlay.SS + overlay.SEGMENT_WORDS].tolist()
    ring0.enter(words)
    # A change of ring leaves SS null, RPL 0 (SDM vol. 3, 6.14.4); without one it stays as it is.
    words[overlay.SS : overlay.SS + overlay.SEGMENT_WORDS] = memoryview(array("Q", _NULL_SEGMENT if cpl else ss))
    words[overlay.RSP] = stack - 8 * len(pushed)
    words[overlay.RIP] = gate.offset
    forget(words)
    return Delivery(vector, error_code, gate, cpl, stack, tuple(pushed))
