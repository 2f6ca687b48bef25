"""struct iov_iter: user buffers that a read fills or a write empties, with Linux's rules for a fault in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from emulator.abi.constants import MAX_RW_COUNT, TASK_SIZE
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError

if TYPE_CHECKING:
    from emulator.kernel.memory.access import UserAccess


def check_range(address: int, length: int) -> None:
    """access_ok: the range must end in the user half. Raises SyscallError(EFAULT)."""
    if address + length > TASK_SIZE:
        raise SyscallError(Errno.EFAULT, f"{length} bytes at {address:#x} do not lie in the user's half of the address space")


class Source(Protocol):
    """What a write takes its bytes from. `left` bytes remain."""

    left: int

    def copy_from(self, length: int) -> bytes:
        """Take up to `length` bytes; fewer where memory ends."""

    def skip(self, length: int) -> None:
        """Count bytes as taken without touching them."""


class KernelIter:
    """Bytes the kernel has already."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.left = len(data)

    def copy_from(self, length: int) -> bytes:
        at = len(self.data) - self.left
        piece = self.data[at : at + length]
        self.left -= len(piece)
        return piece

    def skip(self, length: int) -> None:
        self.left -= min(length, self.left)


class UserIter:
    """Segments of user memory, used up from the front. `left` bytes remain."""

    def __init__(self, memory: UserAccess, segments: list[tuple[int, int]]) -> None:
        self.memory = memory
        self.segments = segments
        self.left = sum(length for _, length in segments)
        self._index = 0
        self._at = 0

    @classmethod
    def of_buffer(cls, memory: UserAccess, address: int, length: int) -> UserIter:
        """One buffer. Raises EFAULT for a range outside the user half, EINVAL for a length that is negative as ssize_t."""
        check_range(address, length)
        if length >> 63:
            raise SyscallError(Errno.EINVAL, "the length is negative")
        return cls(memory, [(address, min(length, MAX_RW_COUNT))])

    def copy_from(self, length: int) -> bytes:
        """Take up to `length` bytes out of user memory; fewer where memory ends."""
        pieces = []
        length = min(length, self.left)
        while length:
            address, count = self._window(length)
            if count:
                piece = self.memory.read_some(address, count)
                pieces.append(piece)
                self._advance(len(piece))
                length -= len(piece)
                if len(piece) < count:
                    break
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def copy_to(self, data: bytes) -> int:
        """Put `data` into user memory; return how much of it fitted before a bad page."""
        done = 0
        while done < len(data) and self.left:
            address, count = self._window(len(data) - done)
            if count:
                put = self.memory.write_some(address, data[done : done + count])
                self._advance(put)
                done += put
                if put < count:
                    break
        return done

    def skip(self, length: int) -> None:
        """Count bytes as moved without touching them."""
        length = min(length, self.left)
        while length:
            _, count = self._window(length)
            self._advance(count)
            length -= count

    def _window(self, length: int) -> tuple[int, int]:
        """Where the next bytes are, at most `length`; steps over finished segments."""
        while self._at == self.segments[self._index][1]:
            self._index += 1
            self._at = 0
        address, size = self.segments[self._index]
        return address + self._at, min(length, size - self._at)

    def _advance(self, count: int) -> None:
        self._at += count
        self.left -= count
