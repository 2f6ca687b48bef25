"""A machine with a kernel of a few lines: enough to cross the rings in every way and look at what the CPU did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import pytest

from emulator.cpu.counter import NO_LIMIT
from emulator.cpu.cpu import Cpu
from emulator.cpu.image import position_independent
from emulator.cpu.memory import PAGE_SIZE
from emulator.cpu.narrator import NAMES, Narrator
from emulator.cpu.paging import NX, P, PageTables, U, W
from emulator.cpu.pt_regs import FIELDS, PtRegs
from emulator.trace import events as ev
from emulator.trace.recorder import Recorder

CODE, DATA, STACK_TOP, LAZY = 0x40_1000, 0x50_0000, 0x7FFF_FFFF_F000, 0x60_0000
EXIT, GETPID, MPROTECT = 60, 39, 10


class Raised(NamedTuple):
    vector: int
    error_code: int
    address: int
    frame: dict[str, int]


@dataclass
class Lab:
    """A CPU, the few-line kernel and all that happened. `text` is at CODE, one page of data at DATA, LAZY is mapped on demand."""

    cpu: Cpu
    tables: PageTables
    frame: PtRegs
    events: list[ev.Event] = field(default_factory=list)
    exceptions: list[Raised] = field(default_factory=list)
    frames: list[tuple[str, dict[str, int]]] = field(default_factory=list)
    on_exception: Callable[[Lab, PtRegs, Raised], None] | None = None
    on_syscall: Callable[[Lab, PtRegs], None] | None = None

    def syscall(self, regs: PtRegs) -> None:
        self._remember("syscall", regs)
        if regs.orig_rax == EXIT:
            self.cpu.stop()
        elif regs.orig_rax == MPROTECT:
            flags = P | U | (W if regs.rdx & 2 else 0) | (0 if regs.rdx & 4 else NX)
            self.tables.map(regs.rdi, self.tables.translate(regs.rdi, "read", user=True), flags)
            self.cpu.flush_tlb(regs.rdi)
            regs.rax = 0
        elif self.on_syscall is not None:
            self.on_syscall(self, regs)
        else:
            regs.rax = 1234

    def int80(self, regs: PtRegs) -> None:
        self._remember("int80", regs)
        regs.rax = 80

    def exception(self, regs: PtRegs, vector: int, error_code: int, address: int) -> None:
        self._remember("exception", regs)
        if vector == 14 and LAZY <= address < LAZY + 16 * PAGE_SIZE and not error_code & 1:
            self.tables.map(address & -PAGE_SIZE, self.cpu.ram.allocate(), P | W | U | NX)
            return
        what = Raised(vector, error_code, address, dict(zip(FIELDS, regs.values(), strict=True)))
        self.exceptions.append(what)
        if self.on_exception is None:
            self.cpu.stop()
        else:
            self.on_exception(self, regs, what)

    def _remember(self, how: str, regs: PtRegs) -> None:
        self.frames.append((how, dict(zip(FIELDS, regs.values(), strict=True))))

    def run(self, limit: int = NO_LIMIT) -> Lab:
        self.cpu.run(limit)
        return self

    def trace(self, limit: int = NO_LIMIT) -> list[int]:
        addresses: list[int] = []
        self.cpu.trace(addresses.append, limit)
        return addresses

    def registers(self) -> dict[str, int]:
        return dict(zip(NAMES, self.cpu.registers(), strict=True))

    def of(self, kind: type[ev.Event]) -> list[ev.Event]:
        return [event for event in self.events if isinstance(event, kind)]


def build(text: str | bytes, *, code_flags: int = P | U, level: str = "syscall") -> Lab:
    """Return a lab with the assembled `text` (or machine code) at CODE, ready to enter ring 3 there."""
    cpu = Cpu()
    tables = PageTables(cpu.ram, cpu.kernel_tables)
    code = position_independent(text)[0] if isinstance(text, str) else text
    for offset in range(0, len(code), PAGE_SIZE):
        page = cpu.ram.allocate()
        cpu.ram.write(page, code[offset : offset + PAGE_SIZE])
        tables.map(CODE + offset, page, code_flags)
    for address in (STACK_TOP - PAGE_SIZE, DATA):
        tables.map(address, cpu.ram.allocate(), P | W | U | NX)
    top, frame = cpu.new_kernel_stack()
    cpu.switch_to(top, tables)
    for name in FIELDS:
        setattr(frame, name, 0)
    frame.rip, frame.cs, frame.rflags, frame.rsp, frame.ss = CODE, 0x33, 0x202, STACK_TOP - 256, 0x2B
    lab = Lab(cpu, tables, frame)
    recorder = Recorder(lab.events.append, limit=1 << 40)
    recorder.tid = 2
    cpu.attach(lab, Narrator(recorder, lambda retired: retired, cpu.entry.symbols))
    return lab


@pytest.fixture(name="build")
def build_fixture() -> Callable[..., Lab]:
    return build
