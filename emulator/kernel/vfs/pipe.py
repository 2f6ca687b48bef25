"""Pipes: a ring of pages between two open files (fs/pipe.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.constants import O_DIRECT, O_NONBLOCK, O_RDONLY, O_WRONLY, PAGE_SIZE
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.kernel.control import Block
from emulator.kernel.vfs.file import OpenFile, bad_buffer

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.kernel.memory.iter import Source, UserIter
    from emulator.kernel.vfs.inode import PipeInode

DEFAULT_SLOTS = 16
MAX_SIZE = 1 << 20
"""fs.pipe-max-size."""


class Pipe:
    """What both ends share. A slot holds at most a page; a short one takes more of the next write."""

    def __init__(self, inode: PipeInode) -> None:
        self.inode = inode
        self.slots: list[bytearray] = []
        self.packets: list[bool] = []
        self.capacity = DEFAULT_SLOTS
        self.readers = 1
        self.writers = 1

    @property
    def held(self) -> int:
        """FIONREAD: bytes that wait."""
        return sum(map(len, self.slots))

    def resize(self, size: int, *, privileged: bool) -> int:
        """F_SETPIPE_SZ: round up to a power of two of pages. Raises EINVAL, EPERM, EBUSY."""
        if size > 1 << 31 or not size:
            raise SyscallError(Errno.EINVAL, "that is no size for a pipe")
        pages = 1 << (-(-size // PAGE_SIZE) - 1).bit_length()
        if pages > self.capacity and pages * PAGE_SIZE > MAX_SIZE and not privileged:
            raise SyscallError(Errno.EPERM, f"more than {MAX_SIZE} bytes are for root")
        if pages < len(self.slots):
            raise SyscallError(Errno.EBUSY, "the pipe holds more than would fit")
        self.capacity = pages
        return pages * PAGE_SIZE


class PipeReader(OpenFile):
    positioned = False

    def __init__(self, pipe: Pipe, flags: int) -> None:
        super().__init__(pipe.inode, O_RDONLY | flags, f"pipe:[{pipe.inode.number}]")
        self.pipe = pipe

    def read(self, to: UserIter, offset: int) -> int:
        pipe, done = self.pipe, 0
        if not to.left:
            return 0
        while to.left and pipe.slots:
            slot = pipe.slots[0]
            count = min(len(slot), to.left)
            if to.copy_to(bytes(slot[:count])) < count:
                if not done:
                    raise bad_buffer()
                return done
            done += count
            packet = pipe.packets[0]
            if packet or count == len(slot):
                del pipe.slots[0], pipe.packets[0]
            else:
                del slot[:count]
            if packet:
                return done
        if done or not pipe.writers:
            return done
        if self.flags & O_NONBLOCK:
            raise SyscallError(Errno.EAGAIN, "the pipe is empty, and O_NONBLOCK forbids to wait")
        raise Block(why="it waits for bytes in a pipe that nobody else can write to")

    def closed(self) -> None:
        self.pipe.readers -= 1


class PipeWriter(OpenFile):
    positioned = False

    def __init__(self, pipe: Pipe, flags: int, broken: Callable[[], None]) -> None:
        """`broken` sends SIGPIPE to who writes."""
        super().__init__(pipe.inode, O_WRONLY | flags, f"pipe:[{pipe.inode.number}]")
        self.pipe = pipe
        self.broken = broken

    def write(self, source: Source, offset: int) -> int:
        pipe, done = self.pipe, 0
        if not source.left:
            return 0
        if not pipe.readers:
            self.broken()
            raise SyscallError(Errno.EPIPE, "nobody can read the pipe any more")
        odd = source.left % PAGE_SIZE
        if odd and pipe.slots and not pipe.packets[-1] and len(pipe.slots[-1]) + odd <= PAGE_SIZE:
            piece = source.copy_from(odd)
            if len(piece) < odd:
                raise bad_buffer()
            pipe.slots[-1] += piece
            done += odd
        while source.left:
            if len(pipe.slots) >= pipe.capacity:
                if self.flags & O_NONBLOCK:
                    if done:
                        return done
                    raise SyscallError(Errno.EAGAIN, "the pipe is full, and O_NONBLOCK forbids to wait")
                raise Block(why="it waits for room in a pipe that nobody else can read from")
            wanted = min(PAGE_SIZE, source.left)
            piece = source.copy_from(wanted)
            if len(piece) < wanted:
                if not done:
                    raise bad_buffer()
                break
            pipe.slots.append(bytearray(piece))
            pipe.packets.append(bool(self.flags & O_DIRECT))
            done += wanted
        return done

    def closed(self) -> None:
        self.pipe.writers -= 1
