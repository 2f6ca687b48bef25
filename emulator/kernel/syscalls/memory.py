"""The address space: mapping, unmapping, protecting, the heap's end."""

from __future__ import annotations

from typing import Annotated

from emulator.abi import constants as c
from emulator.abi import flags as names
from emulator.abi.arguments import HexLong, Named, SignedInt, UnsignedLong
from emulator.abi.constants import PAGE_SIZE
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.pointers import AddressType
from emulator.kernel.memory import mapping
from emulator.kernel.syscalls.registry import AddressResult, syscall
from emulator.kernel.task import Task

Start = Annotated[int, AddressType("where it begins, a multiple of 4096")]
Length = Annotated[int, UnsignedLong("bytes; counted up to whole pages")]
Prot = Annotated[int, Named(names.PROT.show, "what the pages allow: PROT_READ, PROT_WRITE, PROT_EXEC, or PROT_NONE", 64)]


@syscall(9, family="memory", errors="EINVAL EBADF ENOMEM EPERM EEXIST EACCES ENODEV EOVERFLOW")
def sys_mmap(
    task: Task,
    addr: Annotated[int, AddressType("where to map; a hint unless MAP_FIXED is given, 0 lets the kernel choose")],
    length: Length,
    prot: Prot,
    flags: Annotated[int, Named(names.show_map, "MAP_SHARED or MAP_PRIVATE, and MAP_ANONYMOUS for memory without a file", 64)],
    fd: Annotated[int, SignedInt("the file to map; -1 by custom for anonymous memory")],
    offset: Annotated[int, HexLong("where in the file the mapping begins, a multiple of 4096")],
) -> AddressResult:
    """Map memory or a file into the address space and return where it is."""
    if offset % PAGE_SIZE:
        raise SyscallError(Errno.EINVAL, "the offset must be a multiple of the page size")
    file = None
    if not flags & c.MAP_ANONYMOUS:
        file = task.fds.get(fd)  # EBADF
        if flags & c.MAP_HUGETLB:
            raise SyscallError(Errno.EINVAL, "MAP_HUGETLB wants a file of hugetlbfs")
    elif flags & c.MAP_HUGETLB:
        raise SyscallError(Errno.ENOMEM, "no huge pages are reserved")
    return mapping.map_memory(task, addr, length, prot & 0xFFFF_FFFF, flags, file, offset)


@syscall(11, family="memory", i386=91, errors="EINVAL")
def sys_munmap(task: Task, addr: Start, length: Length) -> int:
    """Remove every mapping in a range; a range without one is no error."""
    mapping.unmap_memory(task.space, addr, length)
    return 0


@syscall(10, family="memory", i386=125, errors="EINVAL ENOMEM EACCES")
def sys_mprotect(task: Task, start: Start, length: Length, prot: Prot) -> int:
    """Change what a range of mapped pages allows."""
    mapping.protect_memory(task.space, start, length, prot)
    return 0


@syscall(12, family="memory", i386=45)
def sys_brk(task: Task, brk: Annotated[int, AddressType("the new end of the heap; 0 asks where it is")]) -> AddressResult:
    """Move the end of the heap and return where it is; if that can't be, it stays."""
    return mapping.set_break(task.space, brk)
