"""Open file descriptions: what a descriptor points to. The base refuses everything, as a file without that operation does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.constants import O_CLOEXEC, SEEK_CUR, SEEK_END, SEEK_SET
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.flags import show_open
from emulator.trace.state import FdState

if TYPE_CHECKING:
    from emulator.kernel.memory.iter import Source, UserIter
    from emulator.kernel.vfs.inode import Inode
    from emulator.kernel.vfs.pages import PageSource


class OpenFile:
    """struct file: an inode, how it was opened, and where reading goes on. `path` is what strace -y and /proc show."""

    seekable = False
    """Reading and writing move `offset`."""
    positioned = True
    """pread and pwrite work (FMODE_PREAD)."""

    def __init__(self, inode: Inode, flags: int, path: str) -> None:
        self.inode = inode
        self.flags = flags
        self.path = path
        self.offset = 0
        self.users = 0

    @property
    def readable(self) -> bool:
        """An access mode of 3 gives neither right (OPEN_FMODE)."""
        return bool(self.flags + 1 & 1)

    @property
    def writable(self) -> bool:
        return bool(self.flags + 1 & 2)

    def state(self) -> FdState:
        return FdState(path=self.path, flags=show_open(self.flags & ~O_CLOEXEC))

    def read(self, to: UserIter, offset: int) -> int:
        """Fill `to` from byte `offset` on; return the count, 0 at the end. Raises SyscallError, Block."""
        raise SyscallError(Errno.EINVAL, f"{self.path} can't be read")

    def write(self, source: Source, offset: int) -> int:
        """Take bytes from `source`, putting them at `offset`; return the count. Raises SyscallError, Block."""
        raise SyscallError(Errno.EINVAL, f"{self.path} can't be written")

    def seek(self, offset: int, whence: int) -> int:
        """lseek(2). Raises SyscallError."""
        raise SyscallError(Errno.ESPIPE, f"{self.path} has no position to move")

    def pages(self, length: int, *, shared: bool) -> PageSource | None:
        """What mmap maps; None for anonymous memory. Raises SyscallError(ENODEV)."""
        raise SyscallError(Errno.ENODEV, f"{self.path} can't be mapped")

    def closed(self) -> None:
        """The last descriptor is gone."""


def bad_buffer() -> SyscallError:
    """The refusal when not even one byte could be moved."""
    return SyscallError(Errno.EFAULT, "the program's buffer can't be accessed")


def new_position(offset: int, whence: int, *, here: int, end: int, limit: int) -> int:
    """Return where a seek by (`offset`, `whence`) ends up. Raises SyscallError(EINVAL)."""
    base = {SEEK_SET: 0, SEEK_CUR: here, SEEK_END: end}.get(whence)
    if base is None:
        raise SyscallError(Errno.EINVAL, "whence is none of SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE")
    if not 0 <= base + offset <= limit:
        raise SyscallError(Errno.EINVAL, "the position would be before the start of the file")
    return base + offset
