"""The path a program takes, as a number: the steps a single-stepping tracer sees, and a hash over their addresses.

A step is a completed user instruction. One more comes with each execve(2): its SYSCALL ends in the new program, and the tracer
sees that as a step of its own, at the program's first address.
"""

from __future__ import annotations

import msgspec

from emulator.machine.machine import Machine
from emulator.trace.events import Event, TaskExec
from emulator.trace.run import RunSpec

FNV_OFFSET, FNV_PRIME = 1469598103934665603, 1099511628211
"""FNV-1a, 64 bits; here each address is taken in as one 64-bit value."""


class PathHash:
    """Counts steps and hashes their addresses: `step` for an observer of the run, `hear` for its events."""

    def __init__(self) -> None:
        self.count = 0
        self.value = FNV_OFFSET

    def step(self, address: int) -> None:
        self.count += 1
        self.value = (self.value ^ address) * FNV_PRIME & 0xFFFF_FFFF_FFFF_FFFF

    def hear(self, event: Event) -> None:
        if isinstance(event, TaskExec):
            self.step(int(event.entry, 16))

    @property
    def hexadecimal(self) -> str:
        return f"{self.value:016x}"


def step_hash(spec: RunSpec, max_instructions: int) -> tuple[int, int]:
    """Run `spec` instruction by instruction, `max_instructions` at most; return the count of steps and the hash."""
    path = PathHash()
    limits = msgspec.structs.replace(spec.limits, instructions=max_instructions)
    Machine(msgspec.structs.replace(spec, limits=limits), path.hear).run(path.step)
    return path.count, path.value
