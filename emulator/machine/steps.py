"""The path a program takes, as a number: how many user instructions it completes, and a hash over their addresses."""

from __future__ import annotations

import msgspec

from emulator.machine.machine import Machine
from emulator.trace.run import RunSpec

FNV_OFFSET, FNV_PRIME = 1469598103934665603, 1099511628211
"""FNV-1a, 64 bits; here each address is taken in as one 64-bit value."""


def step_hash(spec: RunSpec, max_instructions: int) -> tuple[int, int]:
    """Run `spec` instruction by instruction; return the count and the hash, up to `max_instructions`."""
    count, value = 0, FNV_OFFSET

    def step(address: int) -> None:
        nonlocal count, value
        count += 1
        value = (value ^ address) * FNV_PRIME & 0xFFFF_FFFF_FFFF_FFFF

    limits = msgspec.structs.replace(spec.limits, instructions=max_instructions)
    Machine(msgspec.structs.replace(spec, limits=limits), lambda _event: None).run(step)
    return count, value
