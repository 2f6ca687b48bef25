"""The descriptor table of a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.trace.events import Fd

if TYPE_CHECKING:
    from emulator.kernel.vfs.file import OpenFile
    from emulator.trace.recorder import Recorder


class FdTable:
    """Small numbers for open files. `cloexec` holds the descriptors with FD_CLOEXEC."""

    def __init__(self, recorder: Recorder, limit: int = 1024) -> None:
        self.recorder = recorder
        self.limit = limit
        self.files: dict[int, OpenFile] = {}
        self.cloexec: set[int] = set()

    def get(self, fd: int) -> OpenFile:
        """Raises SyscallError(EBADF)."""
        file = self.files.get(fd)
        if file is None:
            raise SyscallError(Errno.EBADF, f"descriptor {fd} is not open")
        return file

    def install(self, file: OpenFile, *, cloexec: bool = False, lowest: int = 0) -> int:
        """Give `file` the lowest free number from `lowest` on. Raises SyscallError(EMFILE)."""
        fd = self.next_free(lowest)
        self.put(fd, file, cloexec=cloexec)
        return fd

    def next_free(self, lowest: int = 0) -> int:
        fd = lowest
        while fd in self.files:
            fd += 1
        if fd >= self.limit:
            raise SyscallError(Errno.EMFILE, f"all {self.limit} descriptors of the process are in use (RLIMIT_NOFILE)")
        return fd

    def put(self, fd: int, file: OpenFile, *, cloexec: bool = False) -> None:
        """Make `fd` mean `file`; what it meant before must be closed already."""
        self.files[fd] = file
        file.users += 1
        if cloexec:
            self.cloexec.add(fd)
        self.recorder.emit(Fd, fd, file.state())

    def close(self, fd: int) -> None:
        """Raises SyscallError(EBADF)."""
        file = self.get(fd)
        del self.files[fd]
        self.cloexec.discard(fd)
        file.users -= 1
        self.recorder.emit(Fd, fd, None)
        if not file.users:
            file.closed()

    def set_cloexec(self, fd: int, *, on: bool) -> None:
        """FD_CLOEXEC belongs to the number, not to the open file."""
        if on:
            self.cloexec.add(fd)
        else:
            self.cloexec.discard(fd)

    def tell(self, fd: int) -> None:
        """The open file behind `fd` has changed: say so for every number that means it."""
        file = self.files[fd]
        for number, other in sorted(self.files.items()):
            if other is file:
                self.recorder.emit(Fd, number, file.state())
