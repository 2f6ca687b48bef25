"""The system calls, a module per family. Importing a family declares its calls."""

from emulator.kernel.syscalls import identity, io, lifetime

FAMILIES = (identity, io, lifetime)
