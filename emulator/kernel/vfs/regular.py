"""Open regular files and directories of the tmpfs (mm/shmem.c, fs/libfs.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.constants import MAX_FILE_SIZE, O_APPEND, PAGE_SIZE, SEEK_DATA, SEEK_END, SEEK_HOLE
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.kernel.vfs.file import OpenFile, bad_buffer, new_position

if TYPE_CHECKING:
    from emulator.kernel.memory.iter import Source, UserIter
    from emulator.kernel.time.clock import Clock
    from emulator.kernel.vfs.inode import DirectoryInode, Inode, RegularInode
    from emulator.kernel.vfs.pages import PageSource

CHUNK = 16 * PAGE_SIZE


class RegularFile(OpenFile):
    seekable = True
    inode: RegularInode

    def __init__(self, inode: RegularInode, flags: int, path: str, clock: Clock) -> None:
        super().__init__(inode, flags, path)
        self.clock = clock

    def read(self, to: UserIter, offset: int) -> int:
        """A fault in the middle gives a short count."""
        done = 0
        while to.left:
            data = self.inode.pages.read(offset + done, min(CHUNK, to.left))
            if not data:
                break
            put = to.copy_to(data)
            done += put
            if put < len(data):
                if not done:
                    raise bad_buffer()
                break
        if done:
            self.inode.atime = self.clock.realtime
        return done

    def write(self, source: Source, offset: int) -> int:
        if self.flags & O_APPEND:
            offset = self.inode.size
        if source.left and offset >= MAX_FILE_SIZE:
            raise SyscallError(Errno.EFBIG, "no file can be longer than 2^63-1 bytes")
        room = MAX_FILE_SIZE - offset
        done = 0
        while source.left and done < room:
            wanted = min(CHUNK, source.left, room - done)
            data = source.copy_from(wanted)
            self.inode.pages.write(offset + done, data)
            done += len(data)
            if len(data) < wanted:
                if not done:
                    raise bad_buffer()
                break
        if done:
            self.inode.mtime = self.inode.ctime = self.clock.realtime
        if self.flags & O_APPEND:
            self.offset = offset
        return done

    def seek(self, offset: int, whence: int) -> int:
        size = self.inode.size
        if whence in {SEEK_DATA, SEEK_HOLE}:
            self.offset = self._data_or_hole(offset, size, data=whence == SEEK_DATA)
        else:
            self.offset = new_position(offset, whence, here=self.offset, end=size, limit=MAX_FILE_SIZE)
        return self.offset

    def _data_or_hole(self, offset: int, size: int, *, data: bool) -> int:
        """The next byte that is there, or that is not; the end of the file counts as a hole."""
        if not 0 <= offset < size:
            raise SyscallError(Errno.ENXIO, "the position is not inside the file")
        there = self.inode.pages.present()
        if data:
            pages = sorted(page for page in there if page >= offset // PAGE_SIZE)
            if not pages or pages[0] * PAGE_SIZE >= size:
                raise SyscallError(Errno.ENXIO, "there is no data behind the position")
            return max(offset, pages[0] * PAGE_SIZE)
        page = offset // PAGE_SIZE
        while page in there:
            page += 1
        return min(max(offset, page * PAGE_SIZE), size)

    def pages(self, length: int, *, shared: bool) -> PageSource:
        return self.inode.pages


class DirectoryFile(OpenFile):
    """Keeps its own cursor: a listing that has begun goes on over the names it began with."""

    inode: DirectoryInode

    def __init__(self, inode: DirectoryInode, flags: int, path: str) -> None:
        super().__init__(inode, flags, path)
        self._names: list[bytes] = []

    def listing(self) -> list[tuple[bytes, Inode | None]]:
        """`.`, `..`, then the newest first, as tmpfs lists them; None where a name has gone since."""
        directory = self.inode
        if not self.offset:
            self._names = list(reversed(directory.entries))
        rest = [(name, directory.entries.get(name)) for name in self._names]
        return [(b".", directory), (b"..", directory.parent), *rest]

    def read(self, to: UserIter, offset: int) -> int:
        raise SyscallError(Errno.EISDIR, f"{self.path} is a directory: getdents64(2) lists it")

    def seek(self, offset: int, whence: int) -> int:
        if whence == SEEK_END or whence > SEEK_END:
            raise SyscallError(Errno.EINVAL, "a directory knows SEEK_SET and SEEK_CUR only")
        self.offset = new_position(offset, whence, here=self.offset, end=0, limit=MAX_FILE_SIZE)
        return self.offset


class PathFile(OpenFile):
    """O_PATH: a place in the tree and nothing more. Reading and writing it are EBADF."""

    readable = False
    writable = False
