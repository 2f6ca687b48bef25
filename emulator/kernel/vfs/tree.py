"""The in-memory file system: one tmpfs. Names are bytes; the tree is made of inodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from emulator.kernel.vfs.inode import DirectoryInode, Inode, RegularInode, SymlinkInode
from emulator.kernel.vfs.pages import FilePages

if TYPE_CHECKING:
    from emulator.kernel.memory.frames import Frames
    from emulator.kernel.vfs.pages import Quota

_Node = TypeVar("_Node", bound=Inode)


class Tree:
    """Makes inodes and hands out their numbers. `now` is the time new files get, ns since 1970."""

    def __init__(self, frames: Frames, quota: Quota, now: int) -> None:
        self.frames = frames
        self.quota = quota
        self.now = now
        self._last = 0
        self.root = DirectoryInode(self.next_number(), 0o755, 0, 0, now, None)
        self.program: RegularInode
        self.mounted: DirectoryInode | None = None
        """/proc: another file system's place, which can't be removed."""

    def next_number(self) -> int:
        self._last += 1
        return self._last

    def add_directory(self, parent: DirectoryInode, name: bytes, mode: int, uid: int = 0) -> DirectoryInode:
        directory = DirectoryInode(self.next_number(), mode, uid, uid, self.now, parent)
        parent.links += 1
        return self._add(parent, name, directory)

    def add_file(self, parent: DirectoryInode, name: bytes, mode: int, data: bytes = b"", uid: int = 0) -> RegularInode:
        pages = FilePages(self.frames, self.quota, data)
        return self._add(parent, name, RegularInode(self.next_number(), mode, uid, uid, self.now, pages))

    def new_file(self, mode: int, uid: int, gid: int, when: int) -> RegularInode:
        """Return an empty file that has no name yet."""
        return RegularInode(self.next_number(), mode, uid, gid, when, FilePages(self.frames, self.quota))

    def add_symlink(self, parent: DirectoryInode, name: bytes, target: bytes, uid: int = 0) -> SymlinkInode:
        return self._add(parent, name, SymlinkInode(self.next_number(), uid, uid, self.now, target))

    @staticmethod
    def _add(parent: DirectoryInode, name: bytes, inode: _Node) -> _Node:
        parent.entries[name] = inode
        return inode

    def directory(self, path: str) -> DirectoryInode:
        """Return the directory at an absolute path without links; the root if there is none."""
        here = self.root
        for part in path.split("/"):
            below = here.entries.get(part.encode("utf-8", "surrogateescape"))
            if isinstance(below, DirectoryInode):
                here = below
        return here
