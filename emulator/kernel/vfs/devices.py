"""The character devices of mem(4) and random(4) (drivers/char/mem.c, random.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.constants import PAGE_SIZE
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.kernel.vfs.file import OpenFile, bad_buffer
from emulator.kernel.vfs.pages import SharedPages

if TYPE_CHECKING:
    from emulator.kernel.memory.frames import Frames
    from emulator.kernel.memory.iter import Source, UserIter
    from emulator.kernel.random import RandomStream
    from emulator.kernel.vfs.inode import DeviceInode
    from emulator.kernel.vfs.pages import PageSource
    from emulator.kernel.world import World

RANDOM_BLOCK = 64
"""get_random_bytes_user hands out ChaCha blocks."""


def fill_with_random(stream: RandomStream, to: UserIter) -> int:
    """Block by block until memory ends. Raises EFAULT if nothing fitted."""
    done = 0
    while to.left:
        block = stream.take(min(RANDOM_BLOCK, to.left))
        put = to.copy_to(block)
        done += put
        if put < len(block):
            break
    if not done and to.left:
        raise bad_buffer()
    return done


class NullDevice(OpenFile):
    """Takes everything without looking at it; is always at its end."""

    def read(self, to: UserIter, offset: int) -> int:
        return 0

    def write(self, source: Source, offset: int) -> int:
        count = source.left
        source.skip(count)
        return count

    def seek(self, offset: int, whence: int) -> int:
        """null_lseek: the position is always 0."""
        return 0


class ZeroDevice(NullDevice):
    def __init__(self, inode: DeviceInode, flags: int, path: str, frames: Frames) -> None:
        super().__init__(inode, flags, path)
        self.frames = frames

    def read(self, to: UserIter, offset: int) -> int:
        done = 0
        while to.left:
            wanted = min(PAGE_SIZE, to.left)
            put = to.copy_to(bytes(wanted))
            done += put
            if put < wanted:
                if not done:
                    raise bad_buffer()
                break
        return done

    def pages(self, length: int, *, shared: bool) -> PageSource | None:
        """/dev/zero is where anonymous memory once came from."""
        return SharedPages(self.frames, length) if shared else None


class FullDevice(ZeroDevice):
    def write(self, source: Source, offset: int) -> int:
        raise SyscallError(Errno.ENOSPC, "/dev/full is always full")

    def pages(self, length: int, *, shared: bool) -> PageSource | None:
        return OpenFile.pages(self, length, shared=shared)


class RandomDevice(OpenFile):
    def __init__(self, inode: DeviceInode, flags: int, path: str, stream: RandomStream) -> None:
        super().__init__(inode, flags, path)
        self.stream = stream

    def read(self, to: UserIter, offset: int) -> int:
        return fill_with_random(self.stream, to)

    def write(self, source: Source, offset: int) -> int:
        """What is written would be mixed into the pool; a run's random bytes come from its seed alone."""
        done = 0
        while source.left:
            wanted = min(RANDOM_BLOCK, source.left)
            piece = source.copy_from(wanted)
            done += len(piece)
            if len(piece) < wanted:
                if not done:
                    raise bad_buffer()
                break
        return done

    def seek(self, offset: int, whence: int) -> int:
        """noop_llseek."""
        return 0


def open_device(world: World, inode: DeviceInode, flags: int, path: str) -> OpenFile:
    """Open a character device. Raises SyscallError(ENXIO) where no driver is behind the number."""
    if inode.major == 1:
        if inode.minor == 3:
            return NullDevice(inode, flags, path)
        if inode.minor == 5:
            return ZeroDevice(inode, flags, path, world.frames)
        if inode.minor == 7:
            return FullDevice(inode, flags, path, world.frames)
        if inode.minor in {8, 9}:
            return RandomDevice(inode, flags, path, world.random)
    raise SyscallError(Errno.ENXIO, f"there is no device {inode.major}:{inode.minor}")
