"""The world of a run: one machine, its clock, its random bytes, its files. Tasks live in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.kernel.memory.frames import Frames
from emulator.kernel.random import RandomStream
from emulator.kernel.time.clock import Clock
from emulator.kernel.vfs.pages import Quota

if TYPE_CHECKING:
    from emulator.cpu.port import CpuPort
    from emulator.kernel.vfs.tree import Tree
    from emulator.trace.recorder import Recorder
    from emulator.trace.run import RunSpec


class World:
    """What all tasks of a run share."""

    def __init__(self, cpu: CpuPort, recorder: Recorder, spec: RunSpec) -> None:
        self.cpu = cpu
        self.recorder = recorder
        self.spec = spec
        self.clock = Clock(cpu)
        self.frames = Frames(cpu.ram, cpu.code_written)
        self.quota = Quota(spec.limits.memory_bytes)
        self.random = RandomStream(spec.seed, "urandom")
        self.output: dict[int, bytearray] = {1: bytearray(), 2: bytearray()}
        self.unmodelled: list[str] = []
        self.tree: Tree
