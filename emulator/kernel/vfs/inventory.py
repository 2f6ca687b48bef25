"""The files a run has left, for whoever compares them with what Linux left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.kernel.vfs.inode import DirectoryInode, RegularInode, SymlinkInode
from emulator.trace.survey import DATA_KEPT, FileAfter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.kernel.vfs.inode import Inode
    from emulator.kernel.vfs.tree import Tree

MAX_FILES = 4096
_TOTAL_DATA = 4 << 20


def inventory(tree: Tree, root: str = "/home") -> dict[str, FileAfter]:
    """Return everything below `root`, by path; contents up to DATA_KEPT bytes each, as long as there is room for them in all."""
    found: dict[str, FileAfter] = {}
    room = _TOTAL_DATA
    for path, inode in _walk(tree.directory(root), root):
        if len(found) == MAX_FILES:
            break
        found[path] = one = _describe(inode, room)
        room -= len(one.data or b"")
    return found


def _walk(directory: DirectoryInode, path: str) -> Iterator[tuple[str, Inode]]:
    for name, inode in sorted(directory.entries.items()):
        below = f"{path}/{name.decode('utf-8', 'backslashreplace')}"
        yield below, inode
        if isinstance(inode, DirectoryInode):
            yield from _walk(inode, below)


def _describe(inode: Inode, room: int) -> FileAfter:
    match inode:
        case RegularInode():
            return FileAfter(inode.mode, inode.size, inode.pages.read(0, min(DATA_KEPT, room)))
        case SymlinkInode():
            return FileAfter(inode.mode, symlink=inode.target.decode("utf-8", "backslashreplace"))
        case _:
            return FileAfter(inode.mode)
