"""open(2) from flags to an open file (fs/open.c build_open_flags, fs/namei.c path_openat)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi import constants as c
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.kernel.vfs.devices import open_device
from emulator.kernel.vfs.inode import DeviceInode, DirectoryInode, RegularInode, SymlinkInode
from emulator.kernel.vfs.lookup import Place, Walk, check_access, path_of
from emulator.kernel.vfs.naming import set_size
from emulator.kernel.vfs.regular import DirectoryFile, PathFile, RegularFile

if TYPE_CHECKING:
    from emulator.kernel.task import Task
    from emulator.kernel.vfs.file import OpenFile
    from emulator.kernel.vfs.inode import Inode

_ACCESS = (c.R_OK, c.W_OK, c.R_OK | c.W_OK, c.R_OK | c.W_OK)
"""What each access mode asks of the permissions (ACC_MODE)."""
_GONE_AFTER_OPEN = c.O_CREAT | c.O_EXCL | c.O_NOCTTY | c.O_TRUNC | c.O_CLOEXEC
_KNOWN = (
    c.O_ACCMODE | c.O_CREAT | c.O_EXCL | c.O_NOCTTY | c.O_TRUNC | c.O_APPEND | c.O_NONBLOCK | c.O_SYNC | c.FASYNC | c.O_DIRECT
    | c.O_LARGEFILE | c.O_DIRECTORY | c.O_NOFOLLOW | c.O_NOATIME | c.O_CLOEXEC | c.O_PATH | c.O_TMPFILE
)  # fmt: skip
_TMPFILE_BIT = c.O_TMPFILE & ~c.O_DIRECTORY


def effective_flags(flags: int) -> int:
    """Drop what open(2) ignores and refuse what can't go together. Raises SyscallError(EINVAL)."""
    flags = (flags & _KNOWN) | c.O_LARGEFILE
    if flags & (c.O_DIRECTORY | c.O_CREAT) == c.O_DIRECTORY | c.O_CREAT:
        raise SyscallError(Errno.EINVAL, "O_CREAT makes files, not directories")
    if flags & _TMPFILE_BIT:
        if not flags & c.O_DIRECTORY:
            raise SyscallError(Errno.EINVAL, "O_TMPFILE includes O_DIRECTORY")
        if flags & c.O_ACCMODE == c.O_RDONLY:
            raise SyscallError(Errno.EINVAL, "a nameless file that is not written is of no use")
    if flags & c.O_PATH:
        flags &= c.O_DIRECTORY | c.O_NOFOLLOW | c.O_PATH | c.O_CLOEXEC
    return flags


def open_path(task: Task, base: DirectoryInode, path: bytes, flags: int, mode: int) -> OpenFile:
    """Open `path` with effective flags. Raises ENOENT, ENOTDIR, EACCES, EEXIST, EISDIR, ELOOP, ETXTBSY, ENXIO..."""
    wanted = _ACCESS[flags & c.O_ACCMODE] | (c.W_OK if flags & c.O_TRUNC else 0)
    creating = bool(flags & c.O_CREAT)
    follow = not flags & c.O_NOFOLLOW and not (creating and flags & c.O_EXCL)
    if flags & _TMPFILE_BIT:
        return _nameless(task, base, path, flags, mode)
    if creating and path.endswith(b"/") and path.strip(b"/"):
        Walk(task).to(base, path.rstrip(b"/"), follow=False, parent=True)  # the walk's own refusals come first
        raise SyscallError(Errno.EISDIR, "O_CREAT on a path that ends in a slash")
    place = Walk(task).to(base, path, follow=follow, parent=creating)
    created = False
    if place.inode is None:
        inode: Inode = _create(task, place, mode)
        created = True
    else:
        inode = place.inode
    if not created:
        _check_existing(task, inode, flags, wanted, creating=creating)
    if flags & c.O_PATH:
        return PathFile(inode, flags & ~c.O_CLOEXEC, _name(place))
    if isinstance(inode, RegularInode):
        if wanted & c.W_OK and inode.executing and not created:
            raise SyscallError(Errno.ETXTBSY, "the file is a program that is running")
        if flags & c.O_TRUNC and not created:
            set_size(task, inode, 0)
        return RegularFile(inode, flags & ~_GONE_AFTER_OPEN, _name(place), task.world.clock)
    if isinstance(inode, DirectoryInode):
        return DirectoryFile(inode, flags & ~_GONE_AFTER_OPEN, _name(place))
    assert isinstance(inode, DeviceInode)
    return open_device(task.world, inode, flags & ~_GONE_AFTER_OPEN, _name(place))


def _create(task: Task, place: Place, mode: int) -> RegularInode:
    check_access(task, place.directory, c.W_OK | c.X_OK)
    now = task.world.clock.realtime
    if not place.directory.links:
        raise SyscallError(Errno.ENOENT, "the directory has been removed")
    tree = task.world.tree
    inode = tree.new_file(mode & 0o7777 & ~task.umask, task.credentials.fsuid, task.credentials.fsgid, now)
    place.directory.entries[place.name] = inode
    place.directory.mtime = place.directory.ctime = now
    return inode


def _nameless(task: Task, base: DirectoryInode, path: bytes, flags: int, mode: int) -> OpenFile:
    place = Walk(task).to(base, path, follow=not flags & c.O_NOFOLLOW)
    if not isinstance(place.inode, DirectoryInode):
        raise SyscallError(Errno.ENOTDIR, "O_TMPFILE wants the directory the file shall lie in")
    check_access(task, place.inode, c.W_OK | c.X_OK)
    creds = task.credentials
    inode = task.world.tree.new_file(mode & 0o7777 & ~task.umask, creds.fsuid, creds.fsgid, task.world.clock.realtime)
    inode.links = 0
    path_text = f"{path_of(place.inode).decode('utf-8', 'replace').rstrip('/')}/#{inode.number} (deleted)"
    return RegularFile(inode, flags & ~_GONE_AFTER_OPEN, path_text, task.world.clock)


def _check_existing(task: Task, inode: Inode, flags: int, wanted: int, *, creating: bool) -> None:
    """do_open and may_open: refusals for something that is there, in their order."""
    if creating and flags & c.O_EXCL:
        raise SyscallError(Errno.EEXIST, "O_EXCL: the file is there already")
    directory = isinstance(inode, DirectoryInode)
    if creating and directory:
        raise SyscallError(Errno.EISDIR, "it is a directory")
    if flags & c.O_PATH:
        if flags & c.O_DIRECTORY and not directory:
            raise SyscallError(Errno.ENOTDIR, "O_DIRECTORY: it is not a directory")
        return
    if isinstance(inode, SymlinkInode) and not flags & c.O_DIRECTORY:
        raise SyscallError(Errno.ELOOP, "it is a symbolic link, and O_NOFOLLOW forbids to follow it")
    if flags & c.O_DIRECTORY and not directory:
        raise SyscallError(Errno.ENOTDIR, "O_DIRECTORY: it is not a directory")
    if directory and wanted & c.W_OK:
        raise SyscallError(Errno.EISDIR, "a directory can't be opened for writing")
    check_access(task, inode, wanted)
    if flags & c.O_NOATIME and task.credentials.fsuid not in {0, inode.uid}:
        raise SyscallError(Errno.EPERM, "O_NOATIME is for the file's owner")


def _name(place: Place) -> str:
    """The path that the open file shows."""
    directory = path_of(place.directory).rstrip(b"/")
    path = directory or b"/" if place.name in {b".", b".."} else directory + b"/" + place.name
    return path.decode("utf-8", "replace")
