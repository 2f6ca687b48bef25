"""Making, removing and moving names (fs/namei.c), with Linux's checks in Linux's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi import constants as c
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.kernel.vfs.inode import DirectoryInode, Inode, RegularInode
from emulator.kernel.vfs.lookup import Place, Walk, check_access

if TYPE_CHECKING:
    from emulator.kernel.task import Task

RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT = 1, 2, 4
_SPECIAL = (b".", b"..")


def parent_of(task: Task, base: DirectoryInode, path: bytes) -> Place:
    """filename_parentat: the directory a path's last name lies in, and what has that name now, links not followed."""
    bare = path.rstrip(b"/")
    if path and not bare:
        return Place(task.world.tree.root, b"/", task.world.tree.root, slash=True)
    place = Walk(task).to(base, bare, follow=False, parent=True)
    return place._replace(slash=path.endswith(b"/"))


def new_name(task: Task, base: DirectoryInode, path: bytes, *, directory: bool = False) -> Place:
    """filename_create and may_create: a place where nothing is yet. Raises EEXIST, ENOENT, EACCES."""
    place = parent_of(task, base, path)
    if place.inode is not None:
        raise SyscallError(Errno.EEXIST, "the name is taken")
    if place.slash and not directory:
        raise SyscallError(Errno.ENOENT, "the path ends in a slash, and no directory is made")
    may_create(task, place.directory)
    return place


def may_create(task: Task, directory: DirectoryInode) -> None:
    if not directory.links:
        raise SyscallError(Errno.ENOENT, "the directory has been removed")
    check_access(task, directory, c.W_OK | c.X_OK)


def may_delete(task: Task, directory: DirectoryInode, victim: Inode, *, as_directory: bool) -> None:
    """Raises EACCES, EPERM, ENOTDIR, EISDIR, EBUSY."""
    check_access(task, directory, c.W_OK | c.X_OK)
    uid = task.credentials.fsuid
    if directory.mode & c.S_ISVTX and uid not in {0, victim.uid, directory.uid}:
        raise SyscallError(Errno.EPERM, "in a sticky directory only the owner may remove a file")
    is_directory = isinstance(victim, DirectoryInode)
    if as_directory and not is_directory:
        raise SyscallError(Errno.ENOTDIR, "it is not a directory")
    if not as_directory and is_directory:
        raise SyscallError(Errno.EISDIR, "it is a directory")


def add(task: Task, place: Place, inode: Inode) -> None:
    """Give an inode the name."""
    place.directory.entries[place.name] = inode
    touch(task, place.directory)


def touch(task: Task, *inodes: Inode) -> None:
    """Their contents have changed."""
    for inode in inodes:
        inode.mtime = inode.ctime = task.world.clock.realtime


def make_directory(task: Task, base: DirectoryInode, path: bytes, mode: int) -> None:
    place = new_name(task, base, path, directory=True)
    creds, tree = task.credentials, task.world.tree
    new = DirectoryInode(
        tree.next_number(), mode & 0o1777 & ~task.umask, creds.fsuid, creds.fsgid, task.world.clock.realtime, place.directory
    )
    place.directory.links += 1
    add(task, place, new)


def remove_directory(task: Task, base: DirectoryInode, path: bytes) -> None:
    place = parent_of(task, base, path)
    if place.name == b"/":
        raise SyscallError(Errno.EBUSY, "the root directory is in use")
    if place.name in _SPECIAL:
        raise SyscallError(Errno.EINVAL if place.name == b"." else Errno.ENOTEMPTY, "the path ends in . or ..")
    if place.inode is None:
        raise SyscallError(Errno.ENOENT, "there is no such directory")
    may_delete(task, place.directory, place.inode, as_directory=True)
    assert isinstance(place.inode, DirectoryInode)
    _discard_directory(task, place, place.inode)


def _discard_directory(task: Task, place: Place, victim: DirectoryInode) -> None:
    if victim is task.world.tree.mounted:
        raise SyscallError(Errno.EBUSY, "a file system is mounted there")
    if victim.entries:
        raise SyscallError(Errno.ENOTEMPTY, "the directory is not empty")
    del place.directory.entries[place.name]
    place.directory.links -= 1
    victim.links = 0
    touch(task, place.directory)


def remove_file(task: Task, base: DirectoryInode, path: bytes) -> None:
    place = parent_of(task, base, path)
    if place.name in {*_SPECIAL, b"/"}:
        raise SyscallError(Errno.EISDIR, "it is a directory")
    if place.inode is None:
        raise SyscallError(Errno.ENOENT, "there is no such file")
    if place.slash:
        is_directory = isinstance(place.inode, DirectoryInode)
        raise SyscallError(Errno.EISDIR if is_directory else Errno.ENOTDIR, "the path ends in a slash")
    may_delete(task, place.directory, place.inode, as_directory=False)
    del place.directory.entries[place.name]
    place.inode.links -= 1
    place.inode.ctime = task.world.clock.realtime
    touch(task, place.directory)


def rename(task: Task, old: Place, new: Place, flags: int) -> None:
    """do_renameat2 behind the two walks. Raises EBUSY, ENOENT, EEXIST, ENOTDIR, EISDIR, EINVAL, ENOTEMPTY, EACCES, EPERM."""
    exchange = bool(flags & RENAME_EXCHANGE)
    if old.name in {*_SPECIAL, b"/"}:
        raise SyscallError(Errno.EBUSY, "the path ends in . or ..")
    if new.name in {*_SPECIAL, b"/"}:
        raise SyscallError(Errno.EEXIST if flags & RENAME_NOREPLACE else Errno.EBUSY, "the new path ends in . or ..")
    source, target = old.inode, new.inode
    if source is None or (exchange and target is None):
        raise SyscallError(Errno.ENOENT, "there is no such file")
    if flags & RENAME_NOREPLACE and target is not None:
        raise SyscallError(Errno.EEXIST, "RENAME_NOREPLACE: the new name is taken")
    is_directory = isinstance(source, DirectoryInode)
    if exchange and new.slash and not isinstance(target, DirectoryInode):
        raise SyscallError(Errno.ENOTDIR, "the path ends in a slash")
    if not is_directory and (old.slash or (new.slash and not exchange)):
        raise SyscallError(Errno.ENOTDIR, "the path ends in a slash")
    if _contains(source, new.directory):
        raise SyscallError(Errno.EINVAL, "a directory can't be moved into itself")
    if target is not None and _contains(target, old.directory):
        raise SyscallError(Errno.EINVAL if exchange else Errno.ENOTEMPTY, "the new name is a directory above the old one")
    if source is target:
        return
    may_delete(task, old.directory, source, as_directory=is_directory)
    if target is None:
        may_create(task, new.directory)
    else:
        may_delete(task, new.directory, target, as_directory=isinstance(target, DirectoryInode) if exchange else is_directory)
    if is_directory and old.directory is not new.directory:
        check_access(task, source, c.W_OK)
    if exchange:
        assert target is not None
        _put(old, target)
        _put(new, source)
    else:
        if isinstance(target, DirectoryInode):
            _discard_directory(task, new, target)
        elif target is not None:
            target.links -= 1
        del old.directory.entries[old.name]
        new.directory.entries.pop(new.name, None)
        _put(new, source)
        if is_directory and old.directory is not new.directory:
            old.directory.links -= 1
            new.directory.links += 1
    touch(task, old.directory, new.directory)
    source.ctime = task.world.clock.realtime


def _put(place: Place, inode: Inode) -> None:
    place.directory.entries[place.name] = inode
    if isinstance(inode, DirectoryInode):
        inode.parent = place.directory


def _contains(above: Inode, below: DirectoryInode) -> bool:
    """Whether `below` is `above` or lies under it."""
    while below is not above:
        if below.parent is below:
            return False
        below = below.parent
    return True


def set_size(task: Task, inode: RegularInode, size: int) -> None:
    """Change a file's length; pages of mappings behind the new end are gone (unmap_mapping_range)."""
    inode.pages.truncate(size)
    task.space.drop_source(inode.pages, -(-size // c.PAGE_SIZE))
    touch(task, inode)
