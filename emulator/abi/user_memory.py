"""User memory as the kernel's callers and strace's renderer see it, and pointers that nobody has followed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from emulator.abi.constants import PATH_MAX
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError

if TYPE_CHECKING:
    from collections.abc import Sequence


class UserMemory(Protocol):
    """What a call may do with the memory of the task that made it."""

    def read(self, address: int, length: int) -> bytes:
        """copy_from_user. Raises SyscallError(EFAULT)."""

    def write(self, address: int, data: bytes) -> None:
        """copy_to_user, all or EFAULT (what came before the bad page is written, as Linux does)."""

    def peek(self, address: int, length: int) -> bytes | None:
        """What a tracer reads: nothing is paged in; None if any of it is not readable."""

    def peek_string(self, address: int, limit: int) -> tuple[bytes, bool] | None:
        """Up to `limit` bytes before a NUL, and whether there was one; None if memory ends before."""


class Call(NamedTuple):
    """One call as the renderer sees it. `result` is None on the way in; `failed` says that it is an errno."""

    memory: UserMemory
    raw: Sequence[int]
    result: int | None = None
    failed: bool = False
    before: Sequence[str] = ()
    """Behind the call: the texts its arguments had on the way in."""


class Pointer:
    """A user address that nobody has looked at yet."""

    __slots__ = ("address", "memory")

    def __init__(self, memory: UserMemory, address: int) -> None:
        self.memory = memory
        self.address = address

    def __bool__(self) -> bool:
        return self.address != 0

    def copy_in(self, length: int) -> bytes:
        """Raises SyscallError(EFAULT)."""
        return self.memory.read(self.address, length)

    def copy_out(self, data: bytes) -> None:
        """Raises SyscallError(EFAULT)."""
        self.memory.write(self.address, data)


class PathPointer(Pointer):
    __slots__ = ()

    def copy_in(self, length: int = PATH_MAX) -> bytes:
        """getname(9): the bytes before the NUL. Raises EFAULT, ENAMETOOLONG."""
        data = bytearray()
        address = self.address
        while len(data) < length:
            piece = self.memory.read(address, min(4096 - (address & 4095), length - len(data)))
            end = piece.find(b"\0")
            if end >= 0:
                return bytes(data + piece[:end])
            data += piece
            address += len(piece)
        raise SyscallError(Errno.ENAMETOOLONG, f"a path may have {PATH_MAX - 1} bytes and a NUL")
