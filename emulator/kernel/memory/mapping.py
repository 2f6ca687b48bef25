"""mmap, munmap, mprotect and brk on an address space, with Linux's checks in Linux's order (mm/mmap.c, mm/mprotect.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi import constants as c
from emulator.abi.constants import PAGE_SIZE, TASK_SIZE
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.kernel.memory.fault import handle_fault
from emulator.kernel.memory.space import STACK_GUARD_GAP, AddressSpace
from emulator.kernel.memory.vma import EXEC, READ, WRITE, Vma
from emulator.kernel.vfs.pages import SharedPages

if TYPE_CHECKING:
    from emulator.cpu.paging import Access
    from emulator.kernel.task import Task
    from emulator.kernel.vfs.file import OpenFile
    from emulator.kernel.vfs.pages import PageSource

TOTAL_RAM = 25_276_514_304
"""What the recorded machine has: one request for more can't be promised (heuristic overcommit)."""
MAX_MAP_COUNT = 65_530
HUGE_PAGE = 2 << 20
LOW_2G = (0x4000_0000, 0x8000_0000)
"""Where MAP_32BIT looks."""
MASK = (1 << 64) - 1


def page_align(length: int) -> int:
    """PAGE_ALIGN in 64 bits: the last page wraps to 0."""
    return (length + PAGE_SIZE - 1) & -PAGE_SIZE & MASK


def map_memory(task: Task, address: int, length: int, prot: int, flags: int, file: OpenFile | None, offset: int) -> int:
    """do_mmap. `file` is None for anonymous memory. Returns the address; raises SyscallError."""
    space = task.space
    if not length:
        raise SyscallError(Errno.EINVAL, "a mapping of no bytes")
    fixed = flags & (c.MAP_FIXED | c.MAP_FIXED_NOREPLACE)
    if not fixed:
        address &= -PAGE_SIZE
        if address and address < c.MMAP_MIN_ADDR:
            address = c.MMAP_MIN_ADDR
    length = page_align(length)
    if not length:
        raise SyscallError(Errno.ENOMEM, "the length rounds up to more than 64 bits")
    if (offset >> 12) + (length >> 12) >> 64:
        raise SyscallError(Errno.EOVERFLOW, "offset and length together pass 64 bits")
    if len(space.areas) > MAX_MAP_COUNT:
        raise SyscallError(Errno.ENOMEM, f"the process has {MAX_MAP_COUNT} mappings already")
    start = _place(space, address, length, flags, anonymous=file is None)
    _check_place(task, start, length)
    if flags & c.MAP_FIXED_NOREPLACE and space.overlapping(start, start + length):
        raise SyscallError(Errno.EEXIST, "something is mapped there, and MAP_FIXED_NOREPLACE forbids to replace it")
    area = _anonymous(task, start, length, prot, flags) if file is None else _of_file(file, start, length, prot, flags, offset)
    accountable = (area.shared and file is None) or (area.prot & WRITE and not area.shared)
    if accountable and not flags & c.MAP_NORESERVE and length > TOTAL_RAM:
        raise SyscallError(Errno.ENOMEM, f"{length} bytes are more than the machine has")
    space.remove(start, start + length)
    space.insert(area)
    if flags & c.MAP_POPULATE and prot & (READ | WRITE | EXEC):
        _populate(space, area.prot, start, start + length)
    return start


def _place(space: AddressSpace, address: int, length: int, flags: int, *, anonymous: bool) -> int:
    if length > TASK_SIZE:
        raise SyscallError(Errno.ENOMEM, f"{length} bytes are more than the address space")
    if flags & (c.MAP_FIXED | c.MAP_FIXED_NOREPLACE):
        return address
    if flags & c.MAP_32BIT:
        found = space.place_upward(length, *LOW_2G)
    elif anonymous and not address and length % HUGE_PAGE == 0:
        found = space.place_aligned(length, HUGE_PAGE)
        found = space.place(length) if found is None else found
    else:
        found = space.place(length, address)
    if found is None:
        raise SyscallError(Errno.ENOMEM, f"there is no gap of {length} bytes in the address space")
    return found


def _check_place(task: Task, start: int, length: int) -> None:
    if start > TASK_SIZE - length:
        raise SyscallError(Errno.ENOMEM, "the mapping would leave the user's half of the address space")
    if start % PAGE_SIZE:
        raise SyscallError(Errno.EINVAL, "MAP_FIXED wants an address that is a multiple of the page size")
    if start < c.MMAP_MIN_ADDR and not task.credentials.privileged:
        raise SyscallError(Errno.EPERM, f"addresses below {c.MMAP_MIN_ADDR} are kept free (vm.mmap_min_addr)")


def _anonymous(task: Task, start: int, length: int, prot: int, flags: int) -> Vma:
    kind = flags & c.MAP_TYPE
    grows = bool(flags & c.MAP_GROWSDOWN)
    shared = kind == c.MAP_SHARED
    if kind not in {c.MAP_SHARED, c.MAP_PRIVATE, c.MAP_DROPPABLE} or (shared and grows):
        raise SyscallError(Errno.EINVAL, "exactly one of MAP_SHARED and MAP_PRIVATE must be given")
    source: PageSource | None = None
    name = ""
    if shared:
        source, name = SharedPages(task.world.frames, length), "/dev/zero (deleted)"
    return Vma(start, start + length, prot & 7, shared=shared, grows_down=grows, source=source, name=name)


def _of_file(file: OpenFile, start: int, length: int, prot: int, flags: int, offset: int) -> Vma:
    kind = flags & c.MAP_TYPE
    if kind not in {c.MAP_SHARED, c.MAP_PRIVATE, c.MAP_SHARED_VALIDATE}:
        raise SyscallError(Errno.EINVAL, "exactly one of MAP_SHARED and MAP_PRIVATE must be given")
    shared = kind != c.MAP_PRIVATE
    if kind == c.MAP_SHARED_VALIDATE and flags & ~VALIDATED:
        raise SyscallError(Errno.EOPNOTSUPP, "MAP_SHARED_VALIDATE: a flag is not known for this file")
    if shared and prot & WRITE and not file.writable:
        raise SyscallError(Errno.EACCES, "a shared writable mapping wants a descriptor open for writing")
    if not file.readable:
        raise SyscallError(Errno.EACCES, "a mapping wants a descriptor open for reading")
    source = file.pages(length, shared=shared)
    if flags & c.MAP_GROWSDOWN:
        raise SyscallError(Errno.EINVAL, "a file's mapping can't grow down")
    may_write = not shared or file.writable
    name = file.path if source is not None else ""
    return Vma(
        start, start + length, prot & 7, source=source, offset=offset if source else 0, name=name, shared=shared, may_write=may_write
    )


VALIDATED = (
    c.MAP_TYPE | c.MAP_FIXED | c.MAP_ANONYMOUS | c.MAP_GROWSDOWN | c.MAP_LOCKED | c.MAP_NORESERVE | c.MAP_POPULATE
    | c.MAP_STACK | c.MAP_HUGETLB | c.MAP_32BIT | c.MAP_FIXED_NOREPLACE | 0x11800
)  # fmt: skip
"""LEGACY_MAP_MASK: flags every kind of file knows."""


def _populate(space: AddressSpace, prot: int, start: int, end: int) -> None:
    """MAP_POPULATE: touch every page; a page that can't be had is left out."""
    access: Access = "write" if prot & WRITE else "read"
    for page in range(start, end, PAGE_SIZE):
        if handle_fault(space, page, access) is not None:
            return


def unmap_memory(space: AddressSpace, address: int, length: int) -> None:
    """do_munmap. Raises SyscallError(EINVAL)."""
    if address % PAGE_SIZE or address > TASK_SIZE or length > TASK_SIZE - address:
        raise SyscallError(Errno.EINVAL, "munmap wants a page-aligned address and a range in the user's half")
    if not length:
        raise SyscallError(Errno.EINVAL, "munmap of no bytes")
    space.remove(address, address + page_align(length))


def protect_memory(space: AddressSpace, address: int, length: int, prot: int) -> None:
    """do_mprotect_pkey. What comes before a hole is changed all the same. Raises SyscallError."""
    grows = prot & (c.PROT_GROWSDOWN | c.PROT_GROWSUP)
    prot &= ~grows
    if grows == c.PROT_GROWSDOWN | c.PROT_GROWSUP:
        raise SyscallError(Errno.EINVAL, "a mapping can't grow both ways")
    if address % PAGE_SIZE:
        raise SyscallError(Errno.EINVAL, "mprotect wants an address that is a multiple of the page size")
    if not length:
        return
    end = (address + page_align(length)) & MASK
    if end <= address:
        raise SyscallError(Errno.ENOMEM, "the range wraps around the end of the address space")
    if prot & ~(c.PROT_READ | c.PROT_WRITE | c.PROT_EXEC | c.PROT_SEM):
        raise SyscallError(Errno.EINVAL, "prot has a bit that means nothing")
    first = space.next_from(address)
    if first is None or first.start >= end:
        raise SyscallError(Errno.ENOMEM, "nothing is mapped there")
    if grows == c.PROT_GROWSDOWN:
        if not first.grows_down:
            raise SyscallError(Errno.EINVAL, "PROT_GROWSDOWN is for a stack")
        address = first.start
    elif first.start > address:
        raise SyscallError(Errno.ENOMEM, "the range begins in a hole")
    elif grows == c.PROT_GROWSUP:
        raise SyscallError(Errno.EINVAL, "PROT_GROWSUP is for a mapping that grows up; x86 has none")
    at = address
    for area in space.overlapping(address, end):
        if area.start > at:
            raise SyscallError(Errno.ENOMEM, "the range has a hole")
        if prot & WRITE and not area.may_write:
            raise SyscallError(Errno.EACCES, "the file behind the shared mapping is not open for writing")
        at = min(area.end, end)
        space.protect(max(area.start, address), at, prot & 7)
    if at < end:
        raise SyscallError(Errno.ENOMEM, "the range ends in a hole")


def set_break(space: AddressSpace, wanted: int) -> int:
    """brk(2): move the end of the heap if nothing is in the way; return where it is now."""
    if wanted < space.brk_start or page_align(wanted) > TASK_SIZE or not page_align(wanted):
        return space.brk
    old, new = page_align(space.brk), page_align(wanted)
    if new < old:
        space.remove(new, old)
    elif new > old:
        after = space.next_from(old)
        gap = STACK_GUARD_GAP if after is not None and after.grows_down else 0
        if (after is not None and after.start < new + PAGE_SIZE + gap) or new - old > TOTAL_RAM or len(space.areas) > MAX_MAP_COUNT:
            return space.brk
        space.insert(Vma(old, new, READ | WRITE, name="[heap]"))
    space.brk = wanted
    return wanted
