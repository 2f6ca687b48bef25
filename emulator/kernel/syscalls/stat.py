"""What a file is, and whether one may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from emulator.abi import constants as c
from emulator.abi import flags as names
from emulator.abi.arguments import DirFd, Fd, Named
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.pointers import OutStructType, Path
from emulator.abi.structs import STAT
from emulator.abi.user_memory import Pointer
from emulator.kernel.syscalls.file import base_directory
from emulator.kernel.syscalls.registry import syscall
from emulator.kernel.task import Task
from emulator.kernel.time.clock import NS
from emulator.kernel.vfs.inode import PipeInode
from emulator.kernel.vfs.lookup import Walk, may_access

if TYPE_CHECKING:
    from emulator.kernel.vfs.inode import Inode

StatBuffer = Annotated[Pointer, OutStructType(STAT, "where the file's properties go")]
AccessMode = Annotated[int, Named(names.ACCESS.show, "what is asked: F_OK it exists, R_OK, W_OK, X_OK")]

TMPFS_DEVICE, PIPEFS_DEVICE = 0x2A, 0xE
"""Numbers without a device behind them: each file system in memory has its own."""


def pack_stat(inode: Inode) -> bytes:
    """cp_new_stat."""
    times = {}
    for name, value in (("atime", inode.atime), ("mtime", inode.mtime), ("ctime", inode.ctime)):
        times[f"st_{name}"], times[f"st_{name}_nsec"] = divmod(value, NS)
    return STAT.pack(
        st_dev=PIPEFS_DEVICE if isinstance(inode, PipeInode) else TMPFS_DEVICE,
        st_ino=inode.number,
        st_nlink=inode.links,
        st_mode=inode.mode,
        st_uid=inode.uid,
        st_gid=inode.gid,
        st_rdev=inode.rdev,
        st_size=inode.size,
        st_blksize=4096,
        st_blocks=inode.blocks,
        **times,
    )


def _at(task: Task, dirfd: int, path: bytes, flags: int) -> Inode:
    """The file a (dirfd, path, AT_ flags) triple means. Raises what the walk raises, EBADF, ENOENT."""
    if not path and flags & c.AT_EMPTY_PATH:
        return task.cwd if dirfd == c.AT_FDCWD else task.fds.get(dirfd).inode
    if not path:
        raise SyscallError(Errno.ENOENT, "the path is empty")
    base = base_directory(task, dirfd, path)
    inode = Walk(task).to(base, path, follow=not flags & c.AT_SYMLINK_NOFOLLOW).inode
    assert inode is not None
    return inode


@syscall(4, family="stat", errors="EFAULT ENAMETOOLONG ENOENT ENOTDIR EACCES ELOOP")
def sys_stat(task: Task, filename: Path, statbuf: StatBuffer) -> int:
    """Tell a file's type, mode, owner, size and times, following links."""
    statbuf.copy_out(pack_stat(_at(task, c.AT_FDCWD, filename.copy_in(), 0)))
    return 0


@syscall(6, family="stat", man="stat(2)", errors="EFAULT ENAMETOOLONG ENOENT ENOTDIR EACCES ELOOP")
def sys_lstat(task: Task, filename: Path, statbuf: StatBuffer) -> int:
    """Like stat, but about a symbolic link itself."""
    statbuf.copy_out(pack_stat(_at(task, c.AT_FDCWD, filename.copy_in(), c.AT_SYMLINK_NOFOLLOW)))
    return 0


@syscall(5, family="stat", man="stat(2)", errors="EBADF EFAULT")
def sys_fstat(task: Task, fd: Fd, statbuf: StatBuffer) -> int:
    """Tell the properties of an open file."""
    statbuf.copy_out(pack_stat(task.fds.get(fd).inode))
    return 0


@syscall(262, family="stat", man="stat(2)", errors="EINVAL EFAULT ENAMETOOLONG EBADF ENOENT ENOTDIR EACCES ELOOP")
def sys_newfstatat(
    task: Task,
    dfd: DirFd,
    filename: Path,
    statbuf: StatBuffer,
    flag: Annotated[int, Named(names.AT.show, "AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, AT_NO_AUTOMOUNT, or 0")],
) -> int:
    """Tell the properties of a file found relative to a directory."""
    path = b"" if flag & c.AT_EMPTY_PATH and not filename else filename.copy_in()
    if flag & ~(c.AT_SYMLINK_NOFOLLOW | c.AT_NO_AUTOMOUNT | c.AT_EMPTY_PATH | c.AT_STATX_SYNC_TYPE):
        raise SyscallError(Errno.EINVAL, "flag has a bit that means nothing here")
    statbuf.copy_out(pack_stat(_at(task, dfd, path, flag)))
    return 0


def _access(task: Task, dirfd: int, pathname: Path, mode: int, flags: int) -> int:
    if mode & ~7:
        raise SyscallError(Errno.EINVAL, "mode has a bit that is none of R_OK, W_OK, X_OK")
    if flags & ~(c.AT_EACCESS | c.AT_SYMLINK_NOFOLLOW | c.AT_EMPTY_PATH):
        raise SyscallError(Errno.EINVAL, "flags has a bit that means nothing here")
    inode = _at(task, dirfd, pathname.copy_in(), flags)
    if not may_access(task, inode, mode, real=not flags & c.AT_EACCESS):
        raise SyscallError(Errno.EACCES, f"mode {inode.mode & 0o7777:o} and owner {inode.uid} do not let this user do that")
    return 0


@syscall(21, family="stat", i386=33, errors="EINVAL EFAULT ENAMETOOLONG ENOENT ENOTDIR EACCES ELOOP")
def sys_access(task: Task, filename: Path, mode: AccessMode) -> int:
    """Ask whether the real user may use a file."""
    return _access(task, c.AT_FDCWD, filename, mode, 0)


@syscall(269, family="stat", man="access(2)", i386=307, errors="EINVAL EFAULT ENAMETOOLONG EBADF ENOENT ENOTDIR EACCES ELOOP")
def sys_faccessat(task: Task, dfd: DirFd, filename: Path, mode: AccessMode) -> int:
    """Ask whether the real user may use a file found relative to a directory."""
    return _access(task, dfd, filename, mode, 0)


@syscall(439, family="stat", man="access(2)", i386=439, errors="EINVAL EFAULT ENAMETOOLONG EBADF ENOENT ENOTDIR EACCES ELOOP")
def sys_faccessat2(
    task: Task,
    dfd: DirFd,
    filename: Path,
    mode: AccessMode,
    flags: Annotated[int, Named(names.FACCESS_AT.show, "AT_EACCESS asks for the effective user; AT_SYMLINK_NOFOLLOW")],
) -> int:
    """Like faccessat, with flags."""
    return _access(task, dfd, filename, mode, flags)
