"""Inodes: what a file is, apart from its name and from who has it open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi import constants as c

if TYPE_CHECKING:
    from emulator.kernel.vfs.pages import FilePages


class Inode:
    """`mode` holds type and permissions; times are ns since 1970."""

    def __init__(self, number: int, mode: int, uid: int, gid: int, when: int, *, device: int = 0) -> None:
        self.number = number
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.atime = self.mtime = self.ctime = when
        self.links = 1
        self.device = device

    @property
    def type(self) -> int:
        return self.mode & c.S_IFMT

    @property
    def size(self) -> int:
        return 0

    @property
    def blocks(self) -> int:
        return 0

    @property
    def rdev(self) -> int:
        return 0


class RegularInode(Inode):
    def __init__(self, number: int, mode: int, uid: int, gid: int, when: int, pages: FilePages) -> None:
        super().__init__(number, c.S_IFREG | mode, uid, gid, when)
        self.pages = pages
        self.executing = 0
        """How many processes run it: it can't be opened for writing then (ETXTBSY)."""

    @property
    def size(self) -> int:
        return self.pages.size

    @property
    def blocks(self) -> int:
        return self.pages.blocks


class DirectoryInode(Inode):
    """`entries` in the order they were made; tmpfs lists the newest first."""

    def __init__(self, number: int, mode: int, uid: int, gid: int, when: int, parent: DirectoryInode | None) -> None:
        super().__init__(number, c.S_IFDIR | mode, uid, gid, when)
        self.entries: dict[bytes, Inode] = {}
        self.parent = parent or self
        self.links = 2

    @property
    def size(self) -> int:
        """tmpfs counts 20 bytes an entry, `.` and `..` included (mm/shmem.c, BOGO_DIRENT_SIZE)."""
        return 20 * (len(self.entries) + 2)


class SymlinkInode(Inode):
    def __init__(self, number: int, uid: int, gid: int, when: int, target: bytes) -> None:
        super().__init__(number, c.S_IFLNK | 0o777, uid, gid, when)
        self.target = target

    @property
    def size(self) -> int:
        return len(self.target)


class DeviceInode(Inode):
    def __init__(self, number: int, mode: int, when: int, major: int, minor: int) -> None:
        super().__init__(number, c.S_IFCHR | mode, 0, 0, when)
        self.major = major
        self.minor = minor

    @property
    def rdev(self) -> int:
        return self.major << 8 | self.minor


class PipeInode(Inode):
    def __init__(self, number: int, uid: int, gid: int, when: int) -> None:
        super().__init__(number, c.S_IFIFO | 0o600, uid, gid, when)
