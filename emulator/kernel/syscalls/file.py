"""Opening files and handling descriptors."""

from __future__ import annotations

from typing import Annotated

from emulator.abi import constants as c
from emulator.abi import flags as names
from emulator.abi.arguments import DirFd, Fd, ModeIfCreating, ModeType, Named, OpenFlagsArg, SignedLong
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.pointers import Path
from emulator.kernel.syscalls.registry import ModeResult, syscall
from emulator.kernel.task import Task
from emulator.kernel.vfs import opening
from emulator.kernel.vfs.inode import DirectoryInode
from emulator.kernel.vfs.regular import PathFile

Mode = Annotated[int, ModeType()]


def base_directory(task: Task, dirfd: int, path: bytes) -> DirectoryInode:
    """Where a relative path begins. Raises EBADF, ENOTDIR; an absolute path needs no base."""
    if path.startswith(b"/"):
        return task.world.tree.root
    if dirfd == c.AT_FDCWD:
        return task.cwd
    inode = task.fds.get(dirfd).inode
    if path and not isinstance(inode, DirectoryInode):
        raise SyscallError(Errno.ENOTDIR, f"descriptor {dirfd} is not a directory, and the path is relative")
    return inode if isinstance(inode, DirectoryInode) else task.cwd


def _open(task: Task, dirfd: int, pathname: Path, flags: int, mode: int) -> int:
    flags = opening.effective_flags(flags)  # EINVAL
    path = pathname.copy_in()  # EFAULT, ENAMETOOLONG
    task.fds.next_free()  # EMFILE
    if not path:
        raise SyscallError(Errno.ENOENT, "the path is empty")
    base = base_directory(task, dirfd, path)  # EBADF, ENOTDIR
    file = opening.open_path(task, base, path, flags, mode)  # ENOENT, EACCES, ...
    return task.fds.install(file, cloexec=bool(flags & c.O_CLOEXEC))


@syscall(2, family="file", i386=5, errors="EINVAL EFAULT ENAMETOOLONG EMFILE ENOENT ENOTDIR EACCES EEXIST EISDIR ELOOP ETXTBSY")
def sys_open(task: Task, pathname: Path, flags: OpenFlagsArg, mode: ModeIfCreating) -> int:
    """Open a file and return the lowest free descriptor."""
    return _open(task, c.AT_FDCWD, pathname, flags, mode)


@syscall(
    257, family="file", man="openat(2)", i386=295, errors="EINVAL EFAULT ENAMETOOLONG EMFILE EBADF ENOTDIR ENOENT EACCES EEXIST EISDIR"
)
def sys_openat(task: Task, dirfd: DirFd, pathname: Path, flags: OpenFlagsArg, mode: ModeIfCreating) -> int:
    """Open a file relative to a directory and return the lowest free descriptor."""
    return _open(task, dirfd, pathname, flags, mode)


@syscall(85, family="file", man="open(2)", i386=8, errors="EFAULT ENAMETOOLONG EMFILE ENOENT ENOTDIR EACCES EISDIR ETXTBSY")
def sys_creat(task: Task, pathname: Path, mode: Mode) -> int:
    """Make a file, or empty it, and open it for writing."""
    return _open(task, c.AT_FDCWD, pathname, c.O_CREAT | c.O_WRONLY | c.O_TRUNC, mode)


@syscall(3, family="file", i386=6, errors="EBADF")
def sys_close(task: Task, fd: Fd) -> int:
    """Close a descriptor; its number is free again."""
    task.fds.close(fd)
    return 0


@syscall(8, family="file", errors="EBADF EINVAL ESPIPE ENXIO")
def sys_lseek(
    task: Task,
    fd: Fd,
    offset: Annotated[int, SignedLong("bytes to move by, or to")],
    whence: Annotated[int, Named(names.SEEK.show, "from where: SEEK_SET the start, SEEK_CUR here, SEEK_END the end")],
) -> int:
    """Move the position that the next read or write starts at, and return it."""
    file = task.fds.get(fd)  # EBADF
    if whence > c.SEEK_HOLE:
        raise SyscallError(Errno.EINVAL, "whence is none of SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE")
    if isinstance(file, PathFile):
        raise SyscallError(Errno.EBADF, "O_PATH: the descriptor is a place, not an open file")
    return file.seek(offset, whence)


@syscall(32, family="file", i386=41, errors="EBADF EMFILE")
def sys_dup(task: Task, fildes: Fd) -> int:
    """Make the lowest free descriptor mean the same open file."""
    return task.fds.install(task.fds.get(fildes))


@syscall(33, family="file", man="dup(2)", i386=63, errors="EBADF")
def sys_dup2(task: Task, oldfd: Fd, newfd: Fd) -> int:
    """Make a given descriptor mean the same open file, closing what it was."""
    if oldfd == newfd:
        task.fds.get(oldfd)
        return newfd
    return _dup_to(task, oldfd, newfd, cloexec=False)


@syscall(292, family="file", man="dup(2)", i386=330, errors="EINVAL EBADF")
def sys_dup3(task: Task, oldfd: Fd, newfd: Fd, flags: Annotated[int, Named(names.OPEN_BITS.show, "O_CLOEXEC, or 0")]) -> int:
    """Like dup2, with O_CLOEXEC if wanted; the two descriptors must differ."""
    if flags & ~c.O_CLOEXEC:
        raise SyscallError(Errno.EINVAL, "dup3 knows no flag but O_CLOEXEC")
    if oldfd == newfd:
        raise SyscallError(Errno.EINVAL, "dup3 wants two different descriptors")
    return _dup_to(task, oldfd, newfd, cloexec=bool(flags))


def _dup_to(task: Task, old: int, new: int, *, cloexec: bool) -> int:
    if not 0 <= new < task.fds.limit:
        raise SyscallError(Errno.EBADF, f"descriptor {new} is out of range (RLIMIT_NOFILE is {task.fds.limit})")
    file = task.fds.get(old)
    if new in task.fds.files:
        task.fds.close(new)
    task.fds.put(new, file, cloexec=cloexec)
    return new


@syscall(95, family="file", i386=60)
def sys_umask(task: Task, mask: Mode) -> ModeResult:
    """Set the permission bits that new files do not get, and return the old ones."""
    old, task.umask = task.umask, mask & 0o777
    return old
