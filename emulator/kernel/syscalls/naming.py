"""Names in directories: making, removing, moving; the working directory; links; lengths."""

from __future__ import annotations

from typing import Annotated

from emulator.abi import constants as c
from emulator.abi import flags as names
from emulator.abi.arguments import DirFd, Fd, Named, SignedInt, Size
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.pointers import OutBytesType, OutPathType, Path
from emulator.abi.user_memory import PathPointer, Pointer
from emulator.kernel.syscalls.file import Mode, base_directory
from emulator.kernel.syscalls.registry import syscall
from emulator.kernel.task import Task, not_modelled
from emulator.kernel.vfs import naming
from emulator.kernel.vfs.inode import DirectoryInode, Inode, RegularInode, SymlinkInode
from emulator.kernel.vfs.lookup import Walk, check_access, path_of
from emulator.kernel.vfs.regular import PathFile

BufferSize = Annotated[int, SignedInt("how many bytes fit")]
ERRORS = "EFAULT ENAMETOOLONG ENOENT ENOTDIR EACCES ELOOP"


def _find(task: Task, dirfd: int, path: bytes, *, follow: bool = True) -> Inode:
    if not path:
        raise SyscallError(Errno.ENOENT, "the path is empty")
    inode = Walk(task).to(base_directory(task, dirfd, path), path, follow=follow).inode
    assert inode is not None
    return inode


def _place(task: Task, dirfd: int, pathname: PathPointer) -> tuple[DirectoryInode, bytes]:
    """The base and the bytes of a path whose last name is meant. Raises EFAULT, ENAMETOOLONG, ENOENT, EBADF, ENOTDIR."""
    path = pathname.copy_in()
    if not path:
        raise SyscallError(Errno.ENOENT, "the path is empty")
    return base_directory(task, dirfd, path), path


@syscall(79, family="directory", errors="ENOENT ERANGE EFAULT")
def sys_getcwd(task: Task, buf: Annotated[Pointer, OutPathType("where the path goes")], size: Size) -> int:
    """Tell the path of the working directory, and return its length with the NUL."""
    if not task.cwd.links:
        raise SyscallError(Errno.ENOENT, "the working directory has been removed")
    path = path_of(task.cwd) + b"\0"
    if len(path) > size:
        raise SyscallError(Errno.ERANGE, f"the path needs {len(path)} bytes")
    buf.copy_out(path)
    return len(path)


def _enter(task: Task, inode: Inode) -> int:
    if not isinstance(inode, DirectoryInode):
        raise SyscallError(Errno.ENOTDIR, "it is not a directory")
    check_access(task, inode, c.X_OK)
    task.cwd = inode
    return 0


@syscall(80, family="directory", i386=12, errors=ERRORS)
def sys_chdir(task: Task, filename: Path) -> int:
    """Change the working directory, which relative paths begin at."""
    return _enter(task, _find(task, c.AT_FDCWD, filename.copy_in()))


@syscall(81, family="directory", man="chdir(2)", i386=133, errors="EBADF ENOTDIR EACCES")
def sys_fchdir(task: Task, fd: Fd) -> int:
    """Change the working directory to an open one."""
    return _enter(task, task.fds.get(fd).inode)


@syscall(83, family="directory", i386=39, errors=f"{ERRORS} EEXIST")
def sys_mkdir(task: Task, pathname: Path, mode: Mode) -> int:
    """Make a directory."""
    naming.make_directory(task, *_place(task, c.AT_FDCWD, pathname), mode)
    return 0


@syscall(258, family="directory", man="mkdir(2)", i386=296, errors=f"{ERRORS} EBADF EEXIST")
def sys_mkdirat(task: Task, dfd: DirFd, pathname: Path, mode: Mode) -> int:
    """Make a directory, relative to another."""
    naming.make_directory(task, *_place(task, dfd, pathname), mode)
    return 0


@syscall(84, family="directory", i386=40, errors=f"{ERRORS} EINVAL ENOTEMPTY EBUSY EPERM")
def sys_rmdir(task: Task, pathname: Path) -> int:
    """Remove an empty directory."""
    naming.remove_directory(task, *_place(task, c.AT_FDCWD, pathname))
    return 0


@syscall(87, family="directory", i386=10, errors=f"{ERRORS} EISDIR EPERM")
def sys_unlink(task: Task, pathname: Path) -> int:
    """Remove a name; the file goes with its last name and its last descriptor."""
    naming.remove_file(task, *_place(task, c.AT_FDCWD, pathname))
    return 0


@syscall(263, family="directory", man="unlink(2)", i386=301, errors=f"EINVAL {ERRORS} EBADF EISDIR ENOTEMPTY EBUSY EPERM")
def sys_unlinkat(task: Task, dfd: DirFd, pathname: Path, flag: Annotated[int, Named(names.AT.show, "AT_REMOVEDIR, or 0")]) -> int:
    """Remove a name, or with AT_REMOVEDIR an empty directory, relative to a directory."""
    if flag & ~c.AT_REMOVEDIR:
        raise SyscallError(Errno.EINVAL, "unlinkat knows AT_REMOVEDIR only")
    remove = naming.remove_directory if flag else naming.remove_file
    remove(task, *_place(task, dfd, pathname))
    return 0


def _rename(task: Task, old_fd: int, old: PathPointer, new_fd: int, new: PathPointer, flags: int) -> int:
    if flags & ~7 or (flags & naming.RENAME_EXCHANGE and flags & ~naming.RENAME_EXCHANGE):
        raise SyscallError(Errno.EINVAL, "flags has a bit that means nothing, or two that exclude each other")
    if flags & naming.RENAME_WHITEOUT:
        raise not_modelled(task, "renameat2 RENAME_WHITEOUT", Errno.EPERM)
    old_path, new_path = old.copy_in(), new.copy_in()
    if not old_path or not new_path:
        raise SyscallError(Errno.ENOENT, "a path is empty")
    source = naming.parent_of(task, base_directory(task, old_fd, old_path), old_path)
    target = naming.parent_of(task, base_directory(task, new_fd, new_path), new_path)
    naming.rename(task, source, target, flags)
    return 0


RENAME_ERRORS = f"EINVAL {ERRORS} EBUSY EEXIST EISDIR ENOTEMPTY EPERM"


@syscall(82, family="directory", i386=38, errors=RENAME_ERRORS)
def sys_rename(task: Task, oldname: Path, newname: Path) -> int:
    """Give a file another name, replacing what has it."""
    return _rename(task, c.AT_FDCWD, oldname, c.AT_FDCWD, newname, 0)


@syscall(264, family="directory", man="rename(2)", i386=302, errors=RENAME_ERRORS)
def sys_renameat(task: Task, olddfd: DirFd, oldname: Path, newdfd: DirFd, newname: Path) -> int:
    """Give a file another name, relative to directories."""
    return _rename(task, olddfd, oldname, newdfd, newname, 0)


@syscall(316, family="directory", man="rename(2)", i386=353, errors=RENAME_ERRORS)
def sys_renameat2(
    task: Task,
    olddfd: DirFd,
    oldname: Path,
    newdfd: DirFd,
    newname: Path,
    flags: Annotated[int, Named(names.RENAME.show, "RENAME_NOREPLACE keeps what is there, RENAME_EXCHANGE swaps the two")],
) -> int:
    """Give a file another name, with flags."""
    return _rename(task, olddfd, oldname, newdfd, newname, flags)


LinkText = Annotated[Pointer, OutBytesType("bufsiz", "where the link's text goes, without a NUL")]


def _readlink(task: Task, dirfd: int, pathname: PathPointer, buf: Pointer, size: int) -> int:
    if size <= 0:
        raise SyscallError(Errno.EINVAL, "the buffer has no room")
    inode = _find(task, dirfd, pathname.copy_in(), follow=False)
    if not isinstance(inode, SymlinkInode):
        raise SyscallError(Errno.EINVAL, "it is not a symbolic link")
    text = inode.target[:size]
    buf.copy_out(text)
    return len(text)


@syscall(89, family="directory", i386=85, errors=f"EINVAL {ERRORS}")
def sys_readlink(task: Task, path: Path, buf: LinkText, bufsiz: BufferSize) -> int:
    """Read where a symbolic link leads to."""
    return _readlink(task, c.AT_FDCWD, path, buf, bufsiz)


@syscall(267, family="directory", man="readlink(2)", i386=305, errors=f"EINVAL {ERRORS} EBADF")
def sys_readlinkat(task: Task, dfd: DirFd, path: Path, buf: LinkText, bufsiz: BufferSize) -> int:
    """Read where a symbolic link leads to, relative to a directory."""
    return _readlink(task, dfd, path, buf, bufsiz)


@syscall(88, family="directory", i386=83, errors=f"{ERRORS} EEXIST")
def sys_symlink(task: Task, oldname: Path, newname: Path) -> int:
    """Make a symbolic link: a name that leads to a path."""
    target = oldname.copy_in()
    if not target:
        raise SyscallError(Errno.ENOENT, "a link to nowhere")
    place = naming.new_name(task, *_place(task, c.AT_FDCWD, newname))
    creds, tree = task.credentials, task.world.tree
    naming.add(task, place, SymlinkInode(tree.next_number(), creds.fsuid, creds.fsgid, task.world.clock.realtime, target))
    return 0


@syscall(86, family="directory", i386=9, errors=f"{ERRORS} EEXIST EPERM")
def sys_link(task: Task, oldname: Path, newname: Path) -> int:
    """Give a file one more name."""
    inode = _find(task, c.AT_FDCWD, oldname.copy_in(), follow=False)
    place = naming.new_name(task, *_place(task, c.AT_FDCWD, newname))
    if isinstance(inode, DirectoryInode):
        raise SyscallError(Errno.EPERM, "a directory has one name")
    inode.links += 1
    inode.ctime = task.world.clock.realtime
    naming.add(task, place, inode)
    return 0


def _check_length(length: int) -> None:
    if length >> 63:
        raise SyscallError(Errno.EINVAL, "the length is negative")


@syscall(76, family="file", errors=f"EINVAL {ERRORS} EISDIR ETXTBSY")
def sys_truncate(task: Task, path: Path, length: Size) -> int:
    """Set the length of a file; what is added is zero."""
    _check_length(length)
    inode = _find(task, c.AT_FDCWD, path.copy_in())
    if isinstance(inode, DirectoryInode):
        raise SyscallError(Errno.EISDIR, "it is a directory")
    if not isinstance(inode, RegularInode):
        raise SyscallError(Errno.EINVAL, "only a regular file has a length to set")
    check_access(task, inode, c.W_OK)
    if inode.executing:
        raise SyscallError(Errno.ETXTBSY, "the file is a program that is running")
    naming.set_size(task, inode, length)
    return 0


@syscall(77, family="file", man="truncate(2)", errors="EINVAL EBADF")
def sys_ftruncate(task: Task, fd: Fd, length: Size) -> int:
    """Set the length of an open file."""
    _check_length(length)
    file = task.fds.get(fd)
    if isinstance(file, PathFile):
        raise SyscallError(Errno.EBADF, "O_PATH: the descriptor is a place, not an open file")
    if not isinstance(file.inode, RegularInode) or not file.writable:
        raise SyscallError(Errno.EINVAL, "it is no regular file open for writing")
    naming.set_size(task, file.inode, length)
    return 0
