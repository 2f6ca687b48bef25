"""The kernel as the CPU sees it: three ways in, and the world it boots.

Every way in comes out of a hypercall in ring 0, on the current task's kernel stack, with pt_regs complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from emulator.kernel.control import Block, TaskExit
from emulator.kernel.process.boot import boot_first_task
from emulator.kernel.signals.delivery import deliver_pending, force
from emulator.kernel.signals.faults import signal_for
from emulator.kernel.syscalls import dispatch
from emulator.kernel.world import World
from emulator.trace.events import Stop
from emulator.trace.events import TaskExit as TaskExitEvent
from emulator.trace.run import Exit
from emulator.trace.state import State, TaskState
from emulator.trace.timeline import merge

if TYPE_CHECKING:
    from emulator.cpu.port import CpuPort
    from emulator.cpu.pt_regs import PtRegs
    from emulator.kernel.task import Task
    from emulator.trace.recorder import Recorder
    from emulator.trace.run import RunSpec

RF = 1 << 16
"""The frame of a fault has RF set. A CPU clears it behind the instruction it returns to; the engine does not, so it is done here."""


class Kernel:
    """Implements emulator.cpu.port.KernelPort.

    `boot` records how the first task came to be, so the first keyframe (of an empty machine) is recorded before it.
    """

    def __init__(self, cpu: CpuPort, recorder: Recorder, spec: RunSpec, elf: bytes) -> None:
        self.cpu = cpu
        self.recorder = recorder
        self.spec = spec
        self.elf = elf
        self.world = World(cpu, recorder, spec)
        self.task: Task
        self.exit: Exit | None = None
        self.stopped = False

    @property
    def output(self) -> dict[int, bytearray]:
        """What was written to stdout (1) and stderr (2)."""
        return self.world.output

    @property
    def unmodelled(self) -> list[str]:
        """Names of what the program asked for and the model does not have, in order of first use."""
        return self.world.unmodelled

    def boot(self) -> None:
        """Build the world and the first task, whose frame is then ready for iretq to ring 3.

        Raises ProgramError if the ELF file can't be executed.
        """
        self.task = boot_first_task(self.world, self.elf)
        self.cpu.switch_to(self.task.kernel_stack, self.task.space.tables)

    def stamp(self) -> None:
        """Bring the recorder's time and instruction count up to now: for the machine, before it records a transition."""
        clock = self.world.clock
        self.recorder.t = clock.update()
        self.recorder.n = clock.retired

    def _enter(self) -> None:
        clock = self.world.clock
        self.recorder.t = clock.enter()
        self.recorder.n = clock.retired

    def syscall(self, regs: PtRegs) -> None:
        """entry_SYSCALL_64."""
        self._enter()
        words = regs.values()
        number = dispatch.signed_number(words[15])
        raw = (words[14], words[13], words[12], words[7], words[9], words[8])
        self._call(regs, number, raw, "x86_64")

    def int80(self, regs: PtRegs) -> None:
        """entry_INT80_compat."""
        self._enter()
        words = regs.values()
        number = dispatch.signed_number(words[15])
        raw = (words[5], words[11], words[12], words[13], words[14], words[4])
        self._call(regs, number, raw, "i386")

    def _call(self, regs: PtRegs, number: int, raw: tuple[int, ...], abi: dispatch.Abi) -> None:
        task = self.task
        try:
            result = dispatch.run(task, number, raw, abi, self._wait)
        except TaskExit as exit_:
            self._end(task, Exit(code=exit_.status))
            return
        except dispatch.Abandoned:
            return
        regs.rax = result
        if task.signals.queue:
            self._act_on_signals(task)

    def exception(self, regs: PtRegs, vector: int, error_code: int, address: int) -> None:
        """A fault or trap: mended, or a signal."""
        self._enter()
        task = self.task
        fault = signal_for(task, vector, error_code, address)
        if fault is None:
            regs.rflags &= ~RF
            return
        force(task, fault)
        self._act_on_signals(task)

    def _act_on_signals(self, task: Task) -> None:
        end = deliver_pending(task)
        if end is not None:
            self._end(task, end)

    def _wait(self, task: Task, block: Block) -> None:
        """Nobody else can run: let the time pass until the call can go on. Without an end to wait for it is a deadlock."""
        if block.until is None:
            self._stop("deadlock", block.why or f"{task.syscall} waits for something that can never come")
            raise dispatch.Abandoned
        self.world.clock.skip_to(block.until)
        self.stamp()

    def _end(self, task: Task, how: Exit) -> None:
        task.exit = how
        task.syscall = None
        self.exit = how
        self.recorder.emit(TaskExitEvent, how, False)
        task.space.destroy()
        if how.signal is not None:
            self._stop("signaled", f"the program was killed by {how.signal}")
        else:
            self._stop("exited", f"the program exited with status {how.code}")

    def _stop(self, reason: str, message: str) -> None:
        self.stopped = True
        self.recorder.emit(Stop, reason, None, message)
        self.cpu.stop()

    def snapshot(self, regs: dict[str, str], cpl: Literal[0, 1, 2, 3]) -> State:
        """The state now. `regs` and `cpl` are the CPU's, which only the machine can see."""
        recorder = self.recorder
        task = self.task
        alive = task.exit is None
        state = TaskState(
            pid=task.pid,
            ppid=task.ppid,
            comm=task.comm,
            cpl=cpl,
            regs=regs,
            status="dead" if not alive else "syscall" if task.syscall else "running",
            syscall=task.syscall,
            exit=task.exit,
            maps=merge(area.mapping() for area in task.space.areas) if alive else (),
            fds={fd: file.state() for fd, file in sorted(task.fds.files.items())} if alive else {},
        )
        return State(
            seq=recorder.seq,
            t=recorder.t,
            n=recorder.n,
            tid=recorder.tid,
            tasks={task.tid: state},
            output={fd: len(data) for fd, data in self.output.items() if data},
            stopped=self.stopped,
        )
