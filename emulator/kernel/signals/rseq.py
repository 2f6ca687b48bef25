"""Restartable sequences (kernel/rseq.c): a signal in the middle of one sends the thread to its abort handler first."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from emulator.abi.constants import TASK_SIZE
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError

if TYPE_CHECKING:
    from emulator.kernel.task import Task

SIZE: Final = 32
ALIGNMENT: Final = 32
UNREGISTER: Final = 1
UNINITIALISED: Final = 0xFFFF_FFFF
"""RSEQ_CPU_ID_UNINITIALIZED."""
_CS_AT = 8
_SEQUENCE = struct.Struct("<IIQQQ")
"""struct rseq_cs: version, flags, start_ip, post_commit_offset, abort_ip."""


class Area(NamedTuple):
    """A registered struct rseq."""

    address: int
    size: int
    signature: int


def store_numbers(task: Task, area: Area, *, registered: bool) -> None:
    """cpu_id_start, cpu_id, node_id, mm_cid: the machine has one CPU, number 0. Raises EFAULT."""
    task.memory.write(area.address, struct.pack("<II", 0, 0 if registered else UNINITIALISED))
    task.memory.write(area.address + 20, bytes(8))


def clear_sequence(task: Task, area: Area) -> None:
    """Forget a sequence that was left in the area. Raises EFAULT."""
    if task.memory.read(area.address + _CS_AT, 8) != bytes(8):
        task.memory.write(area.address + _CS_AT, bytes(8))


def interrupt(task: Task, area: Area) -> None:
    """rseq_ip_fixup: if the thread is inside a sequence, it goes on at the abort handler. Raises EFAULT, EINVAL: then it dies."""
    pointer = int.from_bytes(task.memory.read(area.address + _CS_AT, 8), "little")
    if not pointer:
        return
    version, flags, start, length, abort = _SEQUENCE.unpack(task.memory.read(pointer, _SEQUENCE.size))
    bad = pointer >= TASK_SIZE or start >= TASK_SIZE or start + length >= TASK_SIZE or abort >= TASK_SIZE or version > 0 or flags
    if bad or 0 <= abort - start < length:
        raise SyscallError(Errno.EINVAL, "the descriptor of the sequence is damaged")
    if int.from_bytes(task.memory.read(abort - 4, 4), "little") != area.signature:
        raise SyscallError(Errno.EINVAL, "the abort handler lacks its signature")
    clear_sequence(task, area)
    if 0 <= task.regs.rip - start < length:
        task.regs.rip = abort
