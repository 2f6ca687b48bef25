"""A run from beginning to end: loader, CPU and kernel put together."""

from emulator.machine.machine import Machine, warm
from emulator.machine.steps import PathHash, step_hash

__all__ = ["Machine", "PathHash", "step_hash", "warm"]
