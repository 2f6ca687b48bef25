"""The system calls, a module per family. Importing a family declares its calls."""

from emulator.kernel.syscalls import (
    credentials,
    descriptor,
    file,
    identity,
    io,
    lifetime,
    limits,
    listing,
    memory,
    naming,
    signal,
    stat,
    system,
    thread,
    time,
)

FAMILIES = (credentials, descriptor, file, identity, io, lifetime, limits, listing, memory, naming, signal, stat, system, thread, time)
