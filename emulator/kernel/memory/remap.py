"""mremap, madvise, mincore, msync: what else can be asked of mapped pages (mm/mremap.c, mm/madvise.c, mm/mincore.c, mm/msync.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.constants import PAGE_SIZE, TASK_SIZE
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.kernel.memory.fault import handle_fault
from emulator.kernel.memory.mapping import MASK, page_align, unmap_memory

if TYPE_CHECKING:
    from emulator.kernel.memory.space import AddressSpace

MREMAP_MAYMOVE, MREMAP_FIXED, MREMAP_DONTUNMAP = 1, 2, 4
MADV_DONTNEED, MADV_FREE, MADV_REMOVE = 4, 8, 9
MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DONTNEED_LOCKED, MADV_COLLAPSE = 22, 23, 24, 25
HINTS = frozenset({0, 1, 2, 3, MADV_FREE, *range(10, 22)})
"""Advice that changes speed, dumps or forks, but not what the pages hold."""
ADVICE = HINTS | {MADV_DONTNEED, MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DONTNEED_LOCKED}


def remap(space: AddressSpace, address: int, old_length: int, new_length: int, flags: int, new_address: int) -> int:
    """do_mremap without MREMAP_DONTUNMAP. Returns the address; raises EINVAL, EFAULT, ENOMEM."""
    if address % PAGE_SIZE:
        raise SyscallError(Errno.EINVAL, "mremap wants an address that is a multiple of the page size")
    old_length, new_length = page_align(old_length), page_align(new_length)
    if not new_length or new_length > TASK_SIZE:
        raise SyscallError(Errno.EINVAL, "the new length is 0 or larger than the address space")
    fixed = bool(flags & MREMAP_FIXED)
    if fixed:
        _check_fixed(address, old_length, new_length, flags, new_address)
    area = space.find(address)
    if area is None:
        raise SyscallError(Errno.EFAULT, "nothing is mapped there")
    if not old_length:
        raise SyscallError(Errno.EINVAL, "an old length of 0 is for shared mappings")
    if new_length < old_length and address + old_length <= TASK_SIZE:
        unmap_memory(space, address + new_length, old_length - new_length)
        old_length = new_length
    if old_length > area.end - address:
        raise SyscallError(Errno.EFAULT, "the old range is more than one mapping")
    if fixed:
        unmap_memory(space, new_address, new_length)
        return _move(space, address, old_length, new_length, new_address)
    if new_length == old_length:
        return address
    end = address + old_length
    after = space.next_from(end)
    if area.end == end and (after is None or after.start >= address + new_length) and address + new_length <= TASK_SIZE:
        space.insert(area.part(end, address + new_length))
        return address
    if not flags & MREMAP_MAYMOVE:
        raise SyscallError(Errno.ENOMEM, "the mapping can't grow where it is, and MREMAP_MAYMOVE is not given")
    place = space.place(new_length)
    if place is None:
        raise SyscallError(Errno.ENOMEM, f"there is no gap of {new_length} bytes in the address space")
    return _move(space, address, old_length, new_length, place)


def _check_fixed(address: int, old_length: int, new_length: int, flags: int, new_address: int) -> None:
    if new_address % PAGE_SIZE or not flags & MREMAP_MAYMOVE:
        raise SyscallError(Errno.EINVAL, "MREMAP_FIXED wants MREMAP_MAYMOVE and a page-aligned new address")
    if new_address > TASK_SIZE - new_length:
        raise SyscallError(Errno.EINVAL, "the new place is not in the user's half of the address space")
    if address + old_length > new_address and new_address + new_length > address:
        raise SyscallError(Errno.EINVAL, "the old and the new place overlap")


def _move(space: AddressSpace, address: int, old_length: int, new_length: int, to: int) -> int:
    """Make the mapping anew at `to` and take its pages along."""
    area = space.find(address)
    assert area is not None
    new = area.part(address, address + old_length)
    new.start, new.end = to, to + new_length
    space.insert(new)
    space.take_pages(address, address + old_length, to)
    space.remove(address, address + old_length)
    return to


def advise(space: AddressSpace, address: int, length: int, advice: int) -> None:
    """do_madvise for what ADVICE holds. A hole is told at the end: the rest is advised all the same."""
    if address % PAGE_SIZE:
        raise SyscallError(Errno.EINVAL, "madvise wants an address that is a multiple of the page size")
    size = page_align(length)
    if (length and not size) or address + size > MASK:
        raise SyscallError(Errno.EINVAL, "the range passes the end of the address space")
    end, at, hole = address + size, address, False
    for area in space.overlapping(address, end):
        hole = hole or area.start > at
        low, at = max(area.start, address), min(area.end, end)
        if advice == MADV_FREE and area.source is not None:
            raise SyscallError(Errno.EINVAL, "MADV_FREE is for private anonymous memory")
        if advice in {MADV_DONTNEED, MADV_DONTNEED_LOCKED}:
            space.drop_pages(low, at)
        elif advice in {MADV_POPULATE_READ, MADV_POPULATE_WRITE}:
            _populate(space, low, at, advice)
    if hole or at < end:
        raise SyscallError(Errno.ENOMEM, "some of the range is not mapped")


def _populate(space: AddressSpace, low: int, high: int, advice: int) -> None:
    for page in range(low, high, PAGE_SIZE):
        refusal = handle_fault(space, page, "write" if advice == MADV_POPULATE_WRITE else "read")
        if refusal is not None:
            raise SyscallError(Errno.EFAULT if refusal.signal == "SIGBUS" else Errno.EINVAL, refusal.why)


def residence(space: AddressSpace, address: int, length: int) -> bytes:
    """mincore: a byte for each page, 1 if it is in memory. Raises EINVAL, ENOMEM."""
    if address % PAGE_SIZE:
        raise SyscallError(Errno.EINVAL, "mincore wants an address that is a multiple of the page size")
    if address + length > TASK_SIZE:
        raise SyscallError(Errno.ENOMEM, "the range leaves the user's half of the address space")
    end = address + page_align(length)
    _check_mapped(space, address, end)
    return bytes(page in space.resident for page in range(address, end, PAGE_SIZE))


def synchronise(space: AddressSpace, address: int, length: int) -> None:
    """msync: mapped pages and the file are one here, so there is nothing to write back. Raises ENOMEM for a hole."""
    size = page_align(length)
    if address + size > MASK:
        raise SyscallError(Errno.ENOMEM, "the range passes the end of the address space")
    _check_mapped(space, address, address + size)


def _check_mapped(space: AddressSpace, start: int, end: int) -> None:
    at = start
    for area in space.overlapping(start, end):
        if area.start > at:
            break
        at = area.end
    if at < end and end > start:
        raise SyscallError(Errno.ENOMEM, "some of the range is not mapped")
