"""The composition: a program, a CPU, a kernel and a recorder make one run; its beginning, its end and its state are told here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, cast

import msgspec

from emulator.abi.errors import BudgetExceeded
from emulator.cpu.cpu import DEFAULT_RAM, Cpu
from emulator.cpu.memory import FIRST_FRAME, PAGE_SIZE
from emulator.cpu.narrator import NAMES, Narrator
from emulator.kernel import Kernel
from emulator.kernel.vfs.inventory import inventory
from emulator.loader.assembler import assemble
from emulator.trace import events as ev
from emulator.trace.recorder import Recorder
from emulator.trace.run import AsmProgram, Exit, LimitName, RunSpec
from emulator.trace.state import State
from emulator.trace.survey import FileAfter
from emulator.trace.timeline import initial

if TYPE_CHECKING:
    from emulator.cpu.decode import Observer

LEAST_RAM = FIRST_FRAME + (2 << 20)
"""Bytes: less than this holds no kernel and no program."""

_spare: list[Cpu] = []


def warm() -> None:
    """Make what is slow or needs executable memory now: a booted CPU for the next Machine of this process, or of a fork of it.

    Every further call uses that CPU once and renews it: in a fork, what this touches need not be copied when it matters.
    """
    spec = RunSpec(program=AsmProgram("_start: mov eax, 1\n mov edi, 1\n lea rsi, [rsp]\n mov edx, 1\n syscall\n hlt\n"))
    machine = Machine(spec, lambda _event: None)
    machine.run()
    machine.cpu.renew(DEFAULT_RAM)
    _spare.append(machine.cpu)


class Machine:
    """One run. `deliver` gets each event as it happens.

    Raises AssemblyFailed when made, if the program's text is none; `run` raises ProgramError, if its file can't be executed.
    """

    def __init__(self, spec: RunSpec, deliver: Callable[[ev.Event], None], cpu: Cpu | None = None) -> None:
        elf = assemble(spec.program.text).elf if isinstance(spec.program, AsmProgram) else spec.program.data
        self.spec = spec
        self.recorder = Recorder(deliver, spec.level, spec.limits.events)
        self.cpu = cpu or (_spare.pop() if _spare else Cpu())
        ram = max(LEAST_RAM, spec.limits.memory_bytes & -PAGE_SIZE)
        if ram != self.cpu.ram.size:
            self.cpu.renew(ram)
        self.kernel = Kernel(self.cpu, self.recorder, spec, elf)
        self.limit: LimitName | None = None
        """What ended the run from outside its program."""

    @property
    def exit(self) -> Exit | None:
        return self.kernel.exit

    @property
    def output(self) -> dict[int, bytearray]:
        return self.kernel.output

    @property
    def unmodelled(self) -> list[str]:
        return self.kernel.unmodelled

    def run(self, observer: Observer | None = None) -> None:
        """Run the program to its end or to a limit; the last event is `stop`.

        With `observer` go instruction by instruction; it gets the address of each user instruction that is completed.
        """
        recorder, kernel, cpu = self.recorder, self.kernel, self.cpu

        def tell(_address: int) -> None:
            """Level "instruction": what each one did, told when the next is about to begin."""
            narrator.progress(cpu.registers(), cpu.retired())

        if observer is None and self.spec.level == "instruction":
            observer = tell
        narrator = Narrator(recorder, kernel.world.clock.at, cpu.entry.symbols)
        try:
            recorder.emit(ev.Keyframe, msgspec.structs.replace(initial(), seq=1))
            kernel.boot()
            cpu.attach(kernel, narrator)
            if observer is None:
                cpu.run(self.spec.limits.instructions)
            else:
                cpu.trace(observer, self.spec.limits.instructions)
        except BudgetExceeded as end:
            self.limit = cast("LimitName", end.limit)
            kernel.stopped = True
            recorder.limit = recorder.seq + 2
            narrator.progress(cpu.registers(), cpu.retired())
            recorder.emit(ev.Stop, "limit", self.limit, end.message)

    def files(self) -> dict[str, FileAfter]:
        """Return what lies below /home, where programs leave what they make."""
        return inventory(self.kernel.world.tree)

    def snapshot(self) -> State:
        """Return the state of the machine, asked of the CPU and the kernel themselves and not of the events."""
        registers = dict(zip(NAMES, self.cpu.registers(), strict=True))
        cpl = cast("Literal[0, 1, 2, 3]", registers["cs"] & 3)
        return self.kernel.snapshot({name: hex(value) for name, value in registers.items()}, cpl)
