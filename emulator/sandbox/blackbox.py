"""The flight recorder of a child: shared memory that holds the events it has not sent yet, readable when it is dead.

A child gathers events into batches; one that dies by SIGABRT, or by the SIGKILL of a limit, would take the last batch with it.
So it gathers them in memory that the client can read at any time. The header is two u64: a generation, raised whenever the box
is emptied, and the number of bytes that hold. Stores are only ever appended between two generations, and x86 keeps their
order; a reader that meets the same header before and after has read a consistent box, and a hostile writer can give it
nothing worse than bytes to refuse.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct

CAPACITY = 64 << 10
_HEADER = struct.Struct("<QQ")
_SIZE = _HEADER.size + CAPACITY


def create() -> int:
    """Return a descriptor of a new, empty box whose size nobody can change any more."""
    descriptor = os.memfd_create("blackbox", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, _SIZE)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    return descriptor


class Writer:
    """The child's side."""

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, _SIZE)
        self._generation = 0
        self.used = 0

    def append(self, data: bytes) -> None:
        """Add bytes; the caller has seen to it that there is room."""
        start = _HEADER.size + self.used
        self._memory[start : start + len(data)] = data
        self.used += len(data)
        _HEADER.pack_into(self._memory, 0, self._generation, self.used)

    def contents(self) -> bytes:
        return self._memory[_HEADER.size : _HEADER.size + self.used]

    def clear(self) -> None:
        self.used = 0
        _HEADER.pack_into(self._memory, 0, self._generation, 0)  # empty first: nothing old may pass for the new generation
        self._generation += 1
        _HEADER.pack_into(self._memory, 0, self._generation, 0)


def read(descriptor: int) -> bytes | None:
    """The client's side: what the box holds, or None if it was changed meanwhile."""
    before = os.pread(descriptor, _HEADER.size, 0)
    _, used = _HEADER.unpack(before)
    if used > CAPACITY:
        return None
    data = os.pread(descriptor, used, _HEADER.size)
    generation_before, generation_after = before[:8], os.pread(descriptor, 8, 0)
    return data if generation_before == generation_after and len(data) == used else None
