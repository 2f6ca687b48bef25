"""Moving bytes through descriptors."""

from __future__ import annotations

from typing import Annotated

from emulator.abi.arguments import Fd, Size
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.pointers import BytesType, OutBytesType
from emulator.abi.user_memory import Pointer
from emulator.kernel.memory.iter import UserIter
from emulator.kernel.syscalls.registry import syscall
from emulator.kernel.task import Task
from emulator.kernel.vfs.file import OpenFile

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
