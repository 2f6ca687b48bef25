"""What a thread library tells the kernel about a thread when it starts."""

from __future__ import annotations

from typing import Annotated

from emulator.abi.arguments import HexInt, Size
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.pointers import Address, AddressType
from emulator.kernel.memory.iter import check_range
from emulator.kernel.signals import rseq as sequences
from emulator.kernel.syscalls.registry import syscall
from emulator.kernel.task import Task

ROBUST_LIST_SIZE = 24


class _PlainAddress(AddressType):
    """set_tid_address's argument is shown in hex, 0 as 0."""

    def show(self, value: int, call: object) -> str:
        return f"{value:#x}" if value else "0"


@syscall(218, family="thread", i386=258)
def sys_set_tid_address(task: Task, tidptr: Annotated[int, _PlainAddress("the word that is cleared when the thread ends")]) -> int:
    """Name the word that tells others when this thread ends, and return the thread's number."""
    task.clear_child_tid = tidptr
    return task.tid


@syscall(273, family="thread", man="get_robust_list(2)", errors="EINVAL")
def sys_set_robust_list(task: Task, head: Address, length: Size) -> int:
    """Name the list of locks that others get back if this thread dies holding them."""
    if length != ROBUST_LIST_SIZE:
        raise SyscallError(Errno.EINVAL, f"the list's head has {ROBUST_LIST_SIZE} bytes")
    task.robust_list = head
    return 0


@syscall(24, family="thread", i386=158)
def sys_sched_yield(task: Task) -> int:
    """Let another thread run first, if there is one."""
    return 0


@syscall(334, family="thread", i386=386, errors="EINVAL EPERM EBUSY EFAULT")
def sys_rseq(
    task: Task,
    rseq: Annotated[int, AddressType("the thread's restartable-sequence area, a multiple of 32")],
    rseq_len: Annotated[int, HexInt("its size, at least 32")],
    flags: Annotated[int, HexInt("0 registers, 1 takes it back")],
    sig: Annotated[int, HexInt("what must stand before an abort handler")],
) -> int:
    """Register an area where the kernel keeps the CPU's number and aborts interrupted sequences."""
    area = task.rseq
    if flags & sequences.UNREGISTER:
        if flags != sequences.UNREGISTER or area is None or area.address != rseq or area.size != rseq_len:
            raise SyscallError(Errno.EINVAL, "that area is not registered")
        if area.signature != sig:
            raise SyscallError(Errno.EPERM, "the signature differs from the registered one")
        sequences.store_numbers(task, area, registered=False)
        task.rseq = None
        return 0
    if flags:
        raise SyscallError(Errno.EINVAL, "flags has a bit that means nothing")
    if area is not None:
        if area.address != rseq or area.size != rseq_len:
            raise SyscallError(Errno.EINVAL, "another area is registered")
        if area.signature != sig:
            raise SyscallError(Errno.EPERM, "the signature differs from the registered one")
        raise SyscallError(Errno.EBUSY, "the area is registered already")
    if rseq_len < sequences.SIZE or rseq % sequences.ALIGNMENT:
        raise SyscallError(Errno.EINVAL, f"the area has at least {sequences.SIZE} bytes and is aligned to {sequences.ALIGNMENT}")
    check_range(rseq, rseq_len)
    new = sequences.Area(rseq, rseq_len, sig)
    sequences.clear_sequence(task, new)
    task.rseq = new
    sequences.store_numbers(task, new, registered=True)
    return 0
