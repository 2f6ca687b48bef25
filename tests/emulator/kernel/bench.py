"""A machine without a CPU: RAM, page tables and registers, and calls made by setting registers as a program would."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emulator.cpu.memory import PAGE_SIZE, PhysicalMemory
from emulator.cpu.paging import PageTables
from emulator.cpu.pt_regs import SIZE, PtRegs
from emulator.kernel import Kernel
from emulator.trace.recorder import Recorder
from emulator.trace.run import ElfProgram, RunSpec
from emulator.trace.strace import strace_lines

if TYPE_CHECKING:
    from emulator.trace.events import Event

KERNEL_STACKS = 0xFFFF_C900_0000_0000
SCRATCH = 0x6000_0000
"""Where scripts keep their data. Like every place they ask for, above the heap of a native Python, which may begin anywhere below 1 GiB."""
"""Where `Bench` keeps the buffers of its calls: 16 pages, read and write."""


class FakeCpu:
    """Implements CpuPort over plain RAM; counts what it is told."""

    def __init__(self, size: int = 64 << 20) -> None:
        self.ram = PhysicalMemory(size)
        self.kernel_tables = PageTables(self.ram)
        self.instructions = 0
        self.stopped = False
        self.flushed: list[int | None] = []
        self.bases = {"fs": 0, "gs": 0}
        self.fpu = bytes(512)
        self.current: tuple[int, PageTables] | None = None

    def retired(self) -> int:
        return self.instructions

    def new_kernel_stack(self) -> tuple[int, PtRegs]:
        frame = self.ram.allocate_run(4)
        return KERNEL_STACKS + frame + 4 * PAGE_SIZE, PtRegs(self.ram, frame + 4 * PAGE_SIZE - SIZE)

    def switch_to(self, stack_top: int, tables: PageTables) -> None:
        self.current = (stack_top, tables)

    def flush_tlb(self, address: int | None = None) -> None:
        self.flushed.append(address)

    def code_written(self, physical: int, length: int) -> None:
        pass

    def get_base(self, segment: str) -> int:
        return self.bases[segment]

    def set_base(self, segment: str, base: int) -> None:
        self.bases[segment] = base

    def get_fpu(self) -> bytes:
        return self.fpu

    def set_fpu(self, image: bytes) -> None:
        self.fpu = image

    def stop(self) -> None:
        self.stopped = True


def tiny_elf(code: bytes = b"\x0f\x05", data: bytes = bytes(16), bss: int = 16 * PAGE_SIZE) -> bytes:
    """An executable with headers at 0x400000, code at 0x401000 and, at SCRATCH, writable data and bss."""
    headers = [
        (1, 4, 0, 0x40_0000, 64 + 3 * 56, 64 + 3 * 56),
        (1, 5, 0x1000, 0x40_1000, len(code), len(code)),
        (1, 6, 0x2000, SCRATCH, len(data), bss),
    ]
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head = struct.pack("<16sHHIQQQIHHHHHH", ident, 2, 62, 1, 0x40_1000, 64, 0, 0, 64, 56, 3, 0, 0, 0)
    table = b"".join(struct.pack("<IIQQQQQQ", t, f, o, a, a, fs, ms, 0x1000) for t, f, o, a, fs, ms in headers)
    return (head + table).ljust(0x1000, b"\0") + code.ljust(0x1000, b"\0") + data


class Bench:
    """A booted kernel and the events it recorded."""

    def __init__(self, **spec: object) -> None:
        elf = spec.pop("elf", None) or tiny_elf()
        self.spec = RunSpec(program=ElfProgram(elf), **spec)
        self.events: list[Event] = []
        self.cpu = FakeCpu()
        self.recorder = Recorder(self.events.append, self.spec.level, self.spec.limits.events)
        self.kernel = Kernel(self.cpu, self.recorder, self.spec, elf)
        self.kernel.boot()
        self.task = self.kernel.task
        self._next = SCRATCH

    def call(self, number: int, *arguments: int | bytes | str) -> int:
        """Make a call; bytes and strings are put into the scratch area first (a string gets its NUL). Returns RAX, signed."""
        regs = self.task.regs
        regs.orig_rax = number
        regs.rax = -38
        values = [self.put(a) if isinstance(a, bytes | str) else a for a in arguments]
        for name, value in zip(("rdi", "rsi", "rdx", "r10", "r8", "r9"), values + [0] * 6, strict=False):
            setattr(regs, name, value)
        self.cpu.instructions += 5
        self.kernel.syscall(regs)
        rax = regs.rax
        return rax - (1 << 64) if rax >> 63 else rax

    def put(self, data: bytes | str) -> int:
        """Put data into the scratch area and return its address."""
        raw = data.encode() + b"\0" if isinstance(data, str) else data
        if self._next + len(raw) > SCRATCH + 12 * PAGE_SIZE:
            self._next = SCRATCH
        address = self._next
        self.task.memory.write(address, raw)
        self._next += -(-len(raw) // 16) * 16
        return address

    def read(self, address: int, length: int) -> bytes:
        return self.task.memory.read(address, length)

    def fault(self, vector: int, error_code: int = 0, address: int = 0) -> None:
        self.kernel.exception(self.task.regs, vector, error_code, address)

    def strace(self) -> list[str]:
        return strace_lines(self.events)
