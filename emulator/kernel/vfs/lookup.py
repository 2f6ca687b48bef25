"""Walking a path (fs/namei.c): components, links, permissions, in Linux's order of refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from emulator.abi.constants import NAME_MAX, R_OK, W_OK, X_OK
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.kernel.task import not_modelled
from emulator.kernel.vfs.inode import DirectoryInode, Inode, SymlinkInode

if TYPE_CHECKING:
    from emulator.kernel.task import Task

MAX_LINKS = 40


class Place(NamedTuple):
    """The end of a walk: the directory, the last name in it, and what is there (None: nothing yet).

    `name` is "." where the path ends in `.`, `..` or `/`; then `inode` is the directory itself.
    """

    directory: DirectoryInode
    name: bytes
    inode: Inode | None
    slash: bool
    """The path has a slash behind the last name: only a directory is meant."""


class _Who(NamedTuple):
    uid: int
    gid: int
    groups: tuple[int, ...]


def check_access(task: Task, inode: Inode, wanted: int, *, real: bool = False) -> None:
    """inode_permission: `wanted` of R_OK, W_OK, X_OK for the effective (or real) user. Raises SyscallError(EACCES)."""
    if not may_access(task, inode, wanted, real=real):
        raise SyscallError(Errno.EACCES, f"the file's mode {inode.mode & 0o7777:o} and owner {inode.uid} do not let this user do that")


def may_access(task: Task, inode: Inode, wanted: int, *, real: bool = False) -> bool:
    creds = task.credentials
    who = _Who(creds.uid, creds.gid, creds.groups) if real else _Who(creds.fsuid, creds.fsgid, creds.groups)
    if who.uid == 0:
        executable = isinstance(inode, DirectoryInode) or bool(inode.mode & 0o111)
        return executable or not wanted & X_OK
    if inode.uid == who.uid:
        bits = inode.mode >> 6
    elif inode.gid == who.gid or inode.gid in who.groups:
        bits = inode.mode >> 3
    else:
        bits = inode.mode
    return bits & wanted & (R_OK | W_OK | X_OK) == wanted


class Walk:
    """One path walk of a task. Counts the links it follows."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.links = 0

    def to(self, base: DirectoryInode, path: bytes, *, follow: bool, parent: bool = False) -> Place:
        """Walk `path` from `base` and return where it ends. `parent`: the last name need not exist.

        Raises ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG.
        """
        if not path:
            raise SyscallError(Errno.ENOENT, "the path is empty")
        here = self.task.world.tree.root if path.startswith(b"/") else base
        parts = [part for part in path.split(b"/") if part]
        slash = path.endswith(b"/")
        if not parts:
            return Place(here, b".", here, slash=False)
        for part in parts[:-1]:
            here = self._enter(here, part)
        return self._last(here, parts[-1], slash=slash, follow=follow, parent=parent)

    def _enter(self, here: DirectoryInode, part: bytes) -> DirectoryInode:
        """Go through one component that is not the last: it must be a directory, or a link to one."""
        found = self._step(here, part)
        if isinstance(found, SymlinkInode):
            found = self._follow(here, found).inode
        if found is None:
            raise SyscallError(Errno.ENOENT, f"{_text(part)} does not exist")
        if not isinstance(found, DirectoryInode):
            raise SyscallError(Errno.ENOTDIR, f"{_text(part)} is not a directory")
        return found

    def _step(self, here: DirectoryInode, part: bytes) -> Inode | None:
        if not may_access(self.task, here, X_OK):
            raise SyscallError(Errno.EACCES, f"a directory on the way to {_text(part)} may not be searched")
        if part == b".":
            return here
        if part == b"..":
            return here.parent
        if len(part) > NAME_MAX:
            raise SyscallError(Errno.ENAMETOOLONG, f"a name may have {NAME_MAX} bytes")
        found = here.entries.get(part)
        if found is None and self._in_proc(here):
            not_modelled(self.task, f"{path_of(here).decode()}/{_text(part)}", Errno.ENOENT)
        return found

    def _in_proc(self, here: DirectoryInode) -> bool:
        """Most of /proc is not made up: what is not there may well be there on Linux."""
        mounted = self.task.world.tree.mounted
        return mounted is not None and (here is mounted or here.parent is mounted)

    def _follow(self, here: DirectoryInode, link: SymlinkInode) -> Place:
        self.links += 1
        if self.links > MAX_LINKS:
            raise SyscallError(Errno.ELOOP, f"more than {MAX_LINKS} links in one path")
        return self.to(here, link.target, follow=True)

    def _last(self, here: DirectoryInode, part: bytes, *, slash: bool, follow: bool, parent: bool) -> Place:
        found = self._step(here, part)
        if part in {b".", b".."}:
            assert isinstance(found, DirectoryInode)
            return Place(found, b"." if part == b"." else b"..", found, slash=False)
        if isinstance(found, SymlinkInode) and (follow or slash):
            self.links += 1
            if self.links > MAX_LINKS:
                raise SyscallError(Errno.ELOOP, f"more than {MAX_LINKS} links in one path")
            place = self.to(here, found.target, follow=True, parent=parent)
            here, part, found = place.directory, place.name, place.inode
            slash = slash or place.slash
        if found is None and not parent:
            raise SyscallError(Errno.ENOENT, f"{_text(part)} does not exist")
        if slash and found is not None and not isinstance(found, DirectoryInode):
            raise SyscallError(Errno.ENOTDIR, f"{_text(part)} is not a directory, and the path ends in a slash")
        return Place(here, part, found, slash)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")


def path_of(directory: DirectoryInode) -> bytes:
    """The absolute path of a directory that is in the tree (d_path)."""
    parts = []
    while directory.parent is not directory:
        above = directory.parent
        parts.append(next((name for name, inode in above.entries.items() if inode is directory), b"(deleted)"))
        directory = above
    return b"/" + b"/".join(reversed(parts))
