"""The Linux kernel as a model in Python, behind the hypercall of entry.S."""

from emulator.kernel.kernel import Kernel

__all__ = ["Kernel"]
