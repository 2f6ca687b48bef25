"""The address space: mapping, unmapping, protecting, the heap's end."""

from __future__ import annotations

from typing import Annotated

from emulator.abi import constants as c
from emulator.abi import flags as names
from emulator.abi.arguments import HexLong, Named, SignedInt, UnsignedLong
from emulator.abi.constants import PAGE_SIZE
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.pointers import AddressType, PointerType
from emulator.abi.user_memory import Call, Pointer
from emulator.kernel.memory import mapping, remap
from emulator.kernel.syscalls.registry import AddressResult, syscall
from emulator.kernel.task import Task, not_modelled

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


class _NewAddress(AddressType):
    """mremap's fifth argument is there only with MREMAP_MAYMOVE and MREMAP_FIXED."""

    def shown(self, call: Call) -> bool:
        both = remap.MREMAP_MAYMOVE | remap.MREMAP_FIXED
        return call.raw[3] & both == both


@syscall(25, family="memory", errors="EINVAL EFAULT ENOMEM")
def sys_mremap(
    task: Task,
    addr: Start,
    old_len: Length,
    new_len: Length,
    flags: Annotated[int, Named(names.MREMAP.show, "MREMAP_MAYMOVE lets it move, MREMAP_FIXED says where to", 64)],
    new_addr: Annotated[int, _NewAddress("where to move to, with MREMAP_FIXED")],
) -> AddressResult:
    """Make a mapping larger or smaller, moving it if need be, and return where it is."""
    if flags & ~(remap.MREMAP_MAYMOVE | remap.MREMAP_FIXED | remap.MREMAP_DONTUNMAP):
        raise SyscallError(Errno.EINVAL, "flags has a bit that means nothing")
    if flags & remap.MREMAP_DONTUNMAP:
        raise not_modelled(task, "mremap MREMAP_DONTUNMAP", Errno.EINVAL)
    return remap.remap(task.space, addr, old_len, new_len, flags, new_addr)


@syscall(28, family="memory", i386=219, errors="EINVAL ENOMEM")
def sys_madvise(
    task: Task,
    start: Start,
    len_in: Length,
    behavior: Annotated[int, Named(names.MADV.show, "MADV_DONTNEED throws the contents away; most others are hints")],
) -> int:
    """Tell the kernel what the program will do with a range of memory."""
    if behavior not in remap.ADVICE:
        if behavior in {remap.MADV_REMOVE, remap.MADV_COLLAPSE}:
            raise not_modelled(task, f"madvise {names.MADV.show(behavior)}", Errno.EINVAL)
        raise SyscallError(Errno.EINVAL, "there is no such advice")
    remap.advise(task.space, start, len_in, behavior)
    return 0


class _Residence(PointerType):
    """mincore's vector: a byte for each page."""

    late = True

    def show_late(self, value: int, call: Call) -> str:
        pages = -(-call.raw[1] // PAGE_SIZE)
        data = None if call.failed or not value else call.memory.peek(value, min(pages, 32))
        if data is None:
            return self.show(value, call)
        return f"[{', '.join([str(byte & 1) for byte in data] + ['...'] * (pages > 32))}]"


@syscall(27, family="memory", i386=218, errors="EINVAL ENOMEM EFAULT")
def sys_mincore(task: Task, start: Start, length: Length, vec: Annotated[Pointer, _Residence("where a byte for each page goes")]) -> int:
    """Tell which pages of a range are in memory."""
    vec.copy_out(remap.residence(task.space, start, length))
    return 0


@syscall(26, family="memory", i386=144, errors="EINVAL ENOMEM")
def sys_msync(
    task: Task,
    start: Start,
    length: Length,
    flags: Annotated[int, Named(names.MS.show, "MS_SYNC or MS_ASYNC, and MS_INVALIDATE")],
) -> int:
    """Write a shared mapping's changes back to its file."""
    if flags & ~7 or flags & 5 == 5 or start % PAGE_SIZE:
        raise SyscallError(Errno.EINVAL, "msync wants a page-aligned address and one of MS_SYNC and MS_ASYNC")
    remap.synchronise(task.space, start, length)
    return 0
