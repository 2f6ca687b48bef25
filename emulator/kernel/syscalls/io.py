"""Moving bytes through descriptors."""

from __future__ import annotations

import struct
from typing import Annotated

from emulator.abi.arguments import Fd, SignedLong, Size, UnsignedLong
from emulator.abi.constants import IOV_MAX, MAX_RW_COUNT
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.pointers import BytesType, OutBytesType
from emulator.abi.user_memory import Pointer
from emulator.abi.vectors import OutVectorType, VectorType
from emulator.kernel.memory.iter import UserIter, check_range
from emulator.kernel.syscalls.registry import syscall
from emulator.kernel.task import Task
from emulator.kernel.vfs.file import OpenFile

Position = Annotated[int, SignedLong("the byte to start at")]
Count = Annotated[int, UnsignedLong("how many buffers, at most 1024")]
InBytes = Annotated[Pointer, BytesType("count")]
OutBytes = Annotated[Pointer, OutBytesType("count")]


def _readable(task: Task, fd: int) -> OpenFile:
    file = task.fds.get(fd)
    if not file.readable:
        raise SyscallError(Errno.EBADF, f"descriptor {fd} is not open for reading")
    return file


def _writable(task: Task, fd: int) -> OpenFile:
    file = task.fds.get(fd)
    if not file.writable:
        raise SyscallError(Errno.EBADF, f"descriptor {fd} is not open for writing")
    return file


@syscall(0, family="io", i386=3, errors="EBADF EFAULT EINVAL EISDIR")
def sys_read(task: Task, fd: Fd, buf: OutBytes, count: Size) -> int:
    """Read up to `count` bytes from a descriptor; 0 is the end of the file."""
    file = _readable(task, fd)  # EBADF
    to = UserIter.of_buffer(task.memory, buf.address, count)  # EFAULT, EINVAL
    moved = file.read(to, file.offset)
    file.offset += moved if file.seekable else 0
    return moved


@syscall(1, family="io", i386=4, errors="EBADF EFAULT EINVAL ENOSPC EPIPE")
def sys_write(task: Task, fd: Fd, buf: InBytes, count: Size) -> int:
    """Write up to `count` bytes to a descriptor and return how many it took."""
    file = _writable(task, fd)  # EBADF
    source = UserIter.of_buffer(task.memory, buf.address, count)  # EFAULT, EINVAL
    moved = file.write(source, file.offset)
    file.offset += moved if file.seekable else 0
    return moved


@syscall(17, family="io", man="pread(2)", errors="EINVAL EBADF ESPIPE EFAULT EISDIR")
def sys_pread64(task: Task, fd: Fd, buf: OutBytes, count: Size, pos: Position) -> int:
    """Read from a position of its own; the descriptor's position stays."""
    file = _positioned(task, fd, pos)
    if not file.readable:
        raise SyscallError(Errno.EBADF, f"descriptor {fd} is not open for reading")
    return file.read(UserIter.of_buffer(task.memory, buf.address, count), pos)


@syscall(18, family="io", man="pread(2)", errors="EINVAL EBADF ESPIPE EFAULT")
def sys_pwrite64(task: Task, fd: Fd, buf: InBytes, count: Size, pos: Position) -> int:
    """Write at a position of its own; the descriptor's position stays."""
    file = _positioned(task, fd, pos)
    if not file.writable:
        raise SyscallError(Errno.EBADF, f"descriptor {fd} is not open for writing")
    here = file.offset
    moved = file.write(UserIter.of_buffer(task.memory, buf.address, count), pos)
    file.offset = here
    return moved


def _positioned(task: Task, fd: int, pos: int) -> OpenFile:
    if pos < 0:
        raise SyscallError(Errno.EINVAL, "the position is negative")
    file = task.fds.get(fd)
    if not file.positioned:
        raise SyscallError(Errno.ESPIPE, "a pipe has no positions")
    return file


@syscall(19, family="io", man="readv(2)", errors="EBADF EINVAL EFAULT EISDIR")
def sys_readv(task: Task, fd: Fd, vec: Annotated[Pointer, OutVectorType("vlen")], vlen: Count) -> int:
    """Read into several buffers, one after the other."""
    file = _readable(task, fd)  # EBADF
    to = _vector(task, vec, vlen)  # EINVAL, EFAULT
    if not to.left:
        return 0
    moved = file.read(to, file.offset)
    file.offset += moved if file.seekable else 0
    return moved


@syscall(20, family="io", man="readv(2)", errors="EBADF EINVAL EFAULT ENOSPC")
def sys_writev(task: Task, fd: Fd, vec: Annotated[Pointer, VectorType("vlen")], vlen: Count) -> int:
    """Write out of several buffers, one after the other."""
    file = _writable(task, fd)  # EBADF
    source = _vector(task, vec, vlen)  # EINVAL, EFAULT
    if not source.left:
        return 0
    moved = file.write(source, file.offset)
    file.offset += moved if file.seekable else 0
    return moved


def _vector(task: Task, vec: Pointer, count: int) -> UserIter:
    """import_iovec: lengths are checked as they are read, ranges behind that; in all at most MAX_RW_COUNT bytes."""
    if count > IOV_MAX:
        raise SyscallError(Errno.EINVAL, f"more than {IOV_MAX} buffers")
    segments = []
    for place in range(count):
        base, length = struct.unpack("<QQ", task.memory.read(vec.address + 16 * place, 16))
        if length >> 63:
            raise SyscallError(Errno.EINVAL, "a length is negative")
        segments.append((base, length))
    left = MAX_RW_COUNT
    cut = []
    for base, length in segments:
        check_range(base, length)
        cut.append((base, min(length, left)))
        left -= cut[-1][1]
    return UserIter(task.memory, cut)
