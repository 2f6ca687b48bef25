"""The machine behind Syscall Playground: an emulated x86-64 CPU with a modelled Linux kernel.

Plain Python: nothing here knows of Django, and outside `sandbox` and `cli` nothing touches the host.
"""

ENGINE_VERSION = "1"
"""Part of every run's content address: raise it whenever the same spec would give other events."""
