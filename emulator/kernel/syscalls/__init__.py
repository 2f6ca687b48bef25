"""The system calls, a module per family. Importing a family declares its calls."""

from emulator.kernel.syscalls import descriptor, file, identity, io, lifetime, memory, naming, signal, stat, system, time

FAMILIES = (descriptor, file, identity, io, lifetime, memory, naming, signal, stat, system, time)
