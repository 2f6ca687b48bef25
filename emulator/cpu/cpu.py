"""The CPU as the rest sees it: the engine with everything the SDM asks for around it. Implements CpuPort for the kernel model.

Who arrives where: from ring 3, `arrivals`; from entry.S in ring 0, by a hypercall on the task's kernel stack, `_on_out` here.
"""

from __future__ import annotations

from typing import NamedTuple

from emulator.abi.errors import BudgetExceeded, EmulatorBug
from emulator.cpu import cpuid, decode, descriptors, fpu, image, layout, msr, overlay, transitions
from emulator.cpu.arrivals import Arrivals
from emulator.cpu.counter import NO_LIMIT, Counter
from emulator.cpu.engine import Engine
from emulator.cpu.exceptions import RF, Descriptors
from emulator.cpu.memory import PAGE_SIZE, PhysicalMemory
from emulator.cpu.narrator import Narrator, registers
from emulator.cpu.paging import NX, A, D, P, PageTables, W
from emulator.cpu.port import KernelPort
from emulator.cpu.pt_regs import FIELDS, PtRegs
from emulator.cpu.pt_regs import SIZE as FRAME_SIZE
from emulator.cpu.transitions import RingZero
from emulator.cpu.user_memory import UserMemory

SYSCALL_PORT, INT80_PORT, EXCEPTION_PORT, BOOT_PORT = 0xE0, 0xE1, 0xE2, 0xE3
DEFAULT_RAM = 64 << 20
_CS, _SS = FIELDS.index("cs"), FIELDS.index("ss")
_USER_SELECTORS = frozenset({descriptors.USER_CS, descriptors.USER32_CS})


class _Stack(NamedTuple):
    top: int
    frame: PtRegs
    frame_address: int


class Cpu:
    """One CPU with its RAM, booted. `attach` a kernel and a narrator, then `run` from the current task's frame."""

    def __init__(self, ram_size: int = DEFAULT_RAM) -> None:
        self.ram = PhysicalMemory(ram_size)
        self.engine = engine = Engine(self.ram)
        self.entry = image.entry_code()
        self._syscall_hypercall = self.entry.symbols["hypercall_syscall"]
        self._syscall_path = image.path_length("entry_SYSCALL_64", "hypercall_syscall")
        self._kernel: KernelPort | None = None
        self.kernel_tables = image.load(self.ram)
        self._memory = UserMemory(self.ram, self.kernel_tables)
        self.counter = Counter(engine, self._memory)
        self._arrivals = Arrivals(engine, self.counter, self._memory)
        engine.on_syscall(self._arrivals.syscall)
        engine.on_exception(self._arrivals.exception)
        engine.on_invalid(self._arrivals.invalid)
        engine.on_out(self._on_out)
        engine.on_cpuid(self._on_cpuid)
        engine.on_rdtsc(lambda: self._on_rdtsc(with_processor=False))
        engine.on_rdtscp(lambda: self._on_rdtsc(with_processor=True))
        self._boot()

    def _boot(self) -> None:
        engine = self.engine
        self._stacks: dict[int, _Stack] = {}
        self._booted = self._stopped = False
        self._at_rest: list[int] | None = None
        top, _ = self.new_kernel_stack()
        self._stack: _Stack = self._stacks[top]
        engine.enter_long_mode(self.kernel_tables.root)
        engine.save()
        engine.words[overlay.RSP] = top
        engine.words[overlay.RBX] = layout.PER_CPU + layout.BOOT_TABLES_OFFSET
        engine.restore()
        engine.run(self.entry.symbols["startup_64"])
        engine.save()
        self._arrivals.booted(Descriptors(self.ram, self.kernel_tables), RingZero(engine.words))
        self.switch_to(top, self.kernel_tables)
        self._booted = True

    def renew(self, ram_size: int) -> None:
        """Make it a new CPU with new RAM, booted. Needs no executable memory and no callback, unlike a Cpu()."""
        self.ram = PhysicalMemory(ram_size)
        self.engine.renew(self.ram)
        self.kernel_tables = image.load(self.ram)
        self._memory.ram, self._memory.tables = self.ram, self.kernel_tables
        self._arrivals.narrator = None
        self._boot()

    # --- CpuPort -----------------------------------------------------------------------------------------------------------

    def retired(self) -> int:
        return self.counter.value

    def new_kernel_stack(self) -> tuple[int, PtRegs]:
        bottom = layout.KERNEL_STACKS + len(self._stacks) * layout.KERNEL_STACK_STRIDE + layout.KERNEL_STACK_SIZE
        frames = self.ram.allocate_run(layout.KERNEL_STACK_SIZE // PAGE_SIZE)
        for offset in range(0, layout.KERNEL_STACK_SIZE, PAGE_SIZE):
            self.kernel_tables.map(bottom + offset, frames + offset, P | W | A | D | NX)
        top = bottom + layout.KERNEL_STACK_SIZE
        stack = _Stack(top, PtRegs(self.ram, frames + layout.KERNEL_STACK_SIZE - FRAME_SIZE), top - FRAME_SIZE)
        self._stacks[top] = stack
        return top, stack.frame

    def switch_to(self, stack_top: int, tables: PageTables) -> None:
        if self._arrivals.narrator is not None and stack_top != self._stack.top:
            self._arrivals.narrator.switch(stack_top)
        self._stack = self._stacks[stack_top]
        self.ram.words[layout.STACK_TOP_SLOT >> 3] = stack_top
        self.ram.bytes[descriptors.TSS_RSP0_PA : descriptors.TSS_RSP0_PA + 8] = stack_top.to_bytes(8, "little")
        self.engine.set_rsp(self._stack.frame_address)
        if tables is not self._memory.tables:
            self._memory.tables = tables
            self.engine.set_cr3(tables.root)
            self.counter.forget()

    def flush_tlb(self, address: int | None = None) -> None:  # noqa: ARG002 - the engine can only flush everything
        self.engine.flush_tlb()

    def code_written(self, physical: int, length: int) -> None:
        self.engine.code_written(physical, length)
        self.counter.forget()

    def get_base(self, segment: str) -> int:
        return self._arrivals.fs_base if segment == "fs" else self._arrivals.gs_base

    def set_base(self, segment: str, base: int) -> None:
        if segment == "fs":
            self._arrivals.fs_base = base
            self.engine.write_msr(msr.FS_BASE, base)
        else:
            self._arrivals.gs_base = base
            self.engine.write_msr(msr.KERNEL_GS_BASE, base)

    def get_fpu(self) -> bytes:
        return fpu.get(self.engine)

    def set_fpu(self, image: bytes) -> None:
        fpu.put(self.engine, image)

    def stop(self) -> None:
        self._stopped = True

    # --- running -----------------------------------------------------------------------------------------------------------

    def attach(self, kernel: KernelPort, narrator: Narrator) -> None:
        self._kernel = kernel
        self._arrivals.narrator = narrator
        narrator.switch(self._stack.top)

    def run(self, limit: int = NO_LIMIT) -> None:
        """Return to ring 3 from the current frame, and go on until `stop`. Raises BudgetExceeded behind instruction `limit`."""
        self.counter.reset(limit)
        self._go(self._start())

    def trace(self, observer: decode.Observer, limit: int = NO_LIMIT) -> None:
        """Like `run`, instruction by instruction; `observer` gets the address of each user instruction completed."""
        self.counter.reset(limit)
        self.counter.begin_steps(observer)
        try:
            self._go(self._start(), tracing=True)
        finally:
            self.counter.end_steps()

    def _start(self) -> int:
        self._stopped, self._at_rest = False, None
        engine = self.engine
        engine.save()
        engine.words[overlay.RSP] = self._stack.frame_address
        engine.restore()
        start = self.entry.symbols["return_to_user"]
        now = self.registers()
        now[overlay.RIP] = start
        self._narrator.progress(now, self.counter.value)
        self._leave(by_syscall=False)
        return start

    def _go(self, rip: int, *, tracing: bool = False) -> None:
        engine, counter = self.engine, self.counter
        while True:
            engine.run(rip)
            if self._stopped:
                return
            engine.save()
            rip = engine.words[overlay.RIP]
            why = counter.take_stop()
            if why == "limit":
                if counter.stepping:
                    raise BudgetExceeded("instructions", f"the program executed {counter.value} instructions, its limit")
                counter.begin_steps()
            elif why == "trap":
                if not counter.stepping:
                    counter.begin_steps()
                    continue
                if not tracing:
                    counter.end_steps()
                self._arrivals.trap()
                rip = engine.words[overlay.RIP]
            elif rip in self._arrivals.approached:
                engine.stop_before()
            else:
                raise EmulatorBug(f"the engine stopped at {rip:#x} for no reason")

    @property
    def _narrator(self) -> Narrator:
        assert self._arrivals.narrator is not None
        return self._arrivals.narrator

    def registers(self) -> list[int]:
        """Return the CPU's registers in the order of narrator.NAMES: now, or as they were when the kernel model stopped it."""
        if self._at_rest is not None:
            return self._at_rest
        self.engine.save()
        return registers(self.engine.words, self.engine.flags())

    # --- ring 0 ------------------------------------------------------------------------------------------------------------

    def _on_out(self, port: int, value: int) -> None:
        if not self._booted:
            self.engine.stop()
            return
        if not self._arrivals.in_ring0:
            raise EmulatorBug("OUT reached the engine in ring 3")
        try:
            self._hypercall(port, value)
        except BaseException:
            self._at_rest = self.registers()
            raise

    def _hypercall(self, port: int, value: int) -> None:
        kernel, stack = self._kernel, self._stack
        assert kernel is not None
        if port == SYSCALL_PORT:
            self._narrator.syscall_entry(
                stack.frame_address, self._syscall_path, self._syscall_hypercall, layout.PER_CPU, stack.frame.values()
            )
            kernel.syscall(stack.frame)
            self._leave(by_syscall=True)
            return
        self._tell_entry(value & 0xFF if port == EXCEPTION_PORT else 0x80)
        if port == INT80_PORT:
            kernel.int80(stack.frame)
        else:
            done = self._arrivals.delivered
            assert done is not None
            kernel.exception(stack.frame, done.vector, done.error_code or 0, self._arrivals.fault_address)
        self._leave(by_syscall=False)

    def _tell_entry(self, vector: int) -> None:
        done, symbol = self._arrivals.delivered, image.STUBS[vector]
        if vector == 0x80:
            count = image.path_length(symbol, "hypercall_int80")
        elif done is not None and done.cpl:
            count = image.path_length(symbol, "error_entry", "hypercall_exception")
        else:
            count = image.path_length(symbol, "error_entry", "error_kernelspace", "error_from_user", "hypercall_exception")
        self._narrator.kernel_entry(symbol, self._stack.frame_address, count, self.registers())

    def _leave(self, *, by_syscall: bool) -> None:
        """The kernel model has answered: stop, or tell the way back that entry.S is about to take."""
        if self._stopped:
            self._at_rest = self.registers()
            self.engine.stop()
            return
        counter, arrivals, stack = self.counter, self._arrivals, self._stack
        if self.ram.stale_code:
            for stale in sorted(self.ram.stale_code):
                self.engine.code_written(stale, PAGE_SIZE)
            self.ram.stale_code.clear()
            counter.forget()
        # RF would hold for one instruction and only hide break points, of which there are none; the engine keeps it longer.
        stack.frame.rflags &= ~RF
        frame = stack.frame.values()
        cs = frame[_CS]
        if cs not in _USER_SELECTORS or frame[_SS] != descriptors.USER_DS:
            return  # IRETQ will refuse, in ring 0
        if cs != descriptors.USER_CS:
            counter.use_bits(32)
        elif counter.bits != 64:
            counter.use_bits(64)
        sysret = by_syscall and transitions.leaves_by_sysret(frame)
        self._narrator.leaves(frame, stack.frame_address, sysret=sysret, fs_base=arrivals.fs_base, gs_base=arrivals.gs_base)
        arrivals.in_ring0 = False

    # --- instructions answered here ------------------------------------------------------------------------------------------

    def _on_cpuid(self) -> None:
        words = self.engine.words
        self.engine.save()
        leaf, subleaf = words[overlay.RAX] & 0xFFFF_FFFF, words[overlay.RCX] & 0xFFFF_FFFF
        words[overlay.RAX], words[overlay.RBX], words[overlay.RCX], words[overlay.RDX] = cpuid.answer(leaf, subleaf)
        self.engine.restore()

    def _on_rdtsc(self, *, with_processor: bool) -> None:
        engine = self.engine
        engine.save()
        words = engine.words
        cycles = self._narrator.clock(self.counter.count_before(words[overlay.RIP])) * cpuid.TSC_PER_NS
        words[overlay.RAX], words[overlay.RDX] = cycles & 0xFFFF_FFFF, cycles >> 32 & 0xFFFF_FFFF
        if with_processor:
            words[overlay.RCX] = 0
        engine.restore()
