"""Listing directories, and copying from file to file inside the kernel."""

from __future__ import annotations

import struct
from typing import Annotated

from emulator.abi import constants as c
from emulator.abi.arguments import Fd, Size, UnsignedInt
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.listing_arguments import InOutOffset, OutEntries
from emulator.abi.user_memory import Pointer
from emulator.kernel.memory.iter import KernelIter
from emulator.kernel.syscalls.registry import syscall
from emulator.kernel.task import Task
from emulator.kernel.vfs.inode import DirectoryInode, Inode
from emulator.kernel.vfs.regular import DirectoryFile, PathFile, RegularFile

_TYPES = {c.S_IFIFO: 1, c.S_IFCHR: 2, c.S_IFDIR: 4, c.S_IFREG: 8, c.S_IFLNK: 10}
"""DT_ numbers."""
_HEAD = struct.Struct("<QqHB")
CHUNK = 65536


def _entry(name: bytes, inode: Inode, after: int) -> bytes:
    """struct linux_dirent64: inode, position behind it, length, type, name; a multiple of 8 bytes."""
    length = (_HEAD.size + len(name) + 1 + 7) & -8
    return (_HEAD.pack(inode.number, after, length, _TYPES[inode.type]) + name).ljust(length, b"\0")


@syscall(217, family="directory", man="getdents(2)", i386=220, errors="EBADF ENOTDIR ENOENT EINVAL EFAULT")
def sys_getdents64(
    task: Task,
    fd: Fd,
    dirent: Annotated[Pointer, OutEntries("where the entries go, one behind the other")],
    count: Annotated[int, UnsignedInt("how many bytes fit")],
) -> int:
    """List a directory: return how many bytes of entries came, 0 at the end."""
    file = task.fds.get(fd)
    if isinstance(file, PathFile):
        raise SyscallError(Errno.EBADF, "O_PATH: the descriptor is a place, not an open file")
    inode = file.inode
    if not isinstance(file, DirectoryFile) or not isinstance(inode, DirectoryInode):
        raise SyscallError(Errno.ENOTDIR, "the descriptor is not a directory")
    if not inode.links:
        raise SyscallError(Errno.ENOENT, "the directory has been removed")
    done = 0
    for position, (name, found) in enumerate(file.listing()):
        if position < file.offset or found is None:
            continue
        entry = _entry(name, found, position + 1)
        if done + len(entry) > count:
            if not done:
                raise SyscallError(Errno.EINVAL, "the buffer has no room for one entry")
            break
        task.memory.write(dirent.address + done, entry)
        done += len(entry)
        file.offset = position + 1
    return done


@syscall(40, family="io", errors="EFAULT EBADF ESPIPE EINVAL")
def sys_sendfile(
    task: Task, out_fd: Fd, in_fd: Fd, offset: Annotated[Pointer, InOutOffset("where to start, and where it ended; may be 0")], count: Size
) -> int:
    """Copy bytes from one descriptor to another without passing through the program."""
    given = struct.unpack("<q", offset.copy_in(8))[0] if offset else None  # EFAULT
    source, target = task.fds.get(in_fd), None  # EBADF
    if not source.readable:
        raise SyscallError(Errno.EBADF, f"descriptor {in_fd} is not open for reading")
    if given is not None and not source.positioned:
        raise SyscallError(Errno.ESPIPE, "a pipe has no positions")
    position = source.offset if given is None else given
    if position < 0 or count >> 63:
        raise SyscallError(Errno.EINVAL, "the position or the count is negative")
    target = task.fds.get(out_fd)
    if not target.writable:
        raise SyscallError(Errno.EBADF, f"descriptor {out_fd} is not open for writing")
    if target.flags & c.O_APPEND or not isinstance(source, RegularFile):
        raise SyscallError(Errno.EINVAL, "the source must be a file with pages, and the target not open for appending")
    left, moved = min(count, c.MAX_RW_COUNT), 0
    while left:
        data = source.inode.pages.read(position + moved, min(CHUNK, left))
        if not data:
            break
        written = target.write(KernelIter(data), target.offset)
        target.offset += written if target.seekable else 0
        moved += written
        left -= written
        if written < len(data):
            break
    if given is None:
        source.offset = position + moved
    else:
        offset.copy_out(struct.pack("<q", position + moved))
    return moved
