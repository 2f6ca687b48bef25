"""The kernel's own accesses to user memory: copy_from_user, copy_to_user, strncpy_from_user, and a tracer's look.

Each goes through the page tables as the user's own access would, and pages in on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.constants import PAGE_SIZE, TASK_SIZE
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.cpu.paging import FRAME, P, W
from emulator.kernel.memory.fault import handle_fault
from emulator.kernel.memory.vma import EXEC, READ
from emulator.trace.events import Mem

if TYPE_CHECKING:
    from emulator.kernel.memory.space import AddressSpace


class UserAccess:
    """Implements emulator.abi.user_memory.UserMemory on one address space."""

    def __init__(self, space: AddressSpace) -> None:
        self.space = space
        self.ram = space.cpu.ram
        self.bytes = space.cpu.ram.bytes
        self.records = space.recorder.depth >= 2

    def _frame_to_read(self, page: int) -> int | None:
        """Frame of a user page, paged in if need be; None where the user could not read."""
        frame = self.space.readable.get(page)
        if frame is None:
            entry = self.space.tables.entry(page) if page < TASK_SIZE else 0
            if not entry & P:
                if handle_fault(self.space, page, "read") is not None:
                    return None
                entry = self.space.tables.entry(page)
            frame = self.space.readable[page] = entry & FRAME
        return frame

    def _frame_to_write(self, page: int) -> int | None:
        frame = self.space.writable.get(page)
        if frame is None:
            entry = self.space.tables.entry(page) if page < TASK_SIZE else 0
            if not entry & P or not entry & W:
                if handle_fault(self.space, page, "write") is not None:
                    return None
                entry = self.space.tables.entry(page)
            self.space.mark_dirty(page)
            frame = self.space.writable[page] = entry & FRAME
        return frame

    def read_some(self, address: int, length: int) -> bytes:
        """Up to `length` bytes, fewer if memory ends; empty if there is nothing to read at `address`."""
        at = address & (PAGE_SIZE - 1)
        if at + length <= PAGE_SIZE:
            frame = self._frame_to_read(address - at)
            return b"" if frame is None else self.bytes[frame + at : frame + at + length]
        pieces = []
        while length > 0:
            at = address & (PAGE_SIZE - 1)
            frame = self._frame_to_read(address - at)
            if frame is None:
                break
            count = min(PAGE_SIZE - at, length)
            pieces.append(self.bytes[frame + at : frame + at + count])
            address += count
            length -= count
        return b"".join(pieces)

    def read(self, address: int, length: int) -> bytes:
        """copy_from_user, all of it. Raises SyscallError(EFAULT)."""
        data = self.read_some(address, length) if length else b""
        if len(data) != length:
            raise SyscallError(Errno.EFAULT, f"the program may not read {length} bytes at {address:#x}")
        return data

    def write_some(self, address: int, data: bytes) -> int:
        """Write as much of `data` as memory takes, from its start; return the count."""
        done, total = 0, len(data)
        while done < total:
            at = (address + done) & (PAGE_SIZE - 1)
            frame = self._frame_to_write(address + done - at)
            if frame is None:
                break
            count = min(PAGE_SIZE - at, total - done)
            self.bytes[frame + at : frame + at + count] = data[done : done + count]
            self.space.cpu.code_written(frame + at, count)
            done += count
        if done and self.records:
            self.space.recorder.emit(Mem, hex(address), data[:done])
        return done

    def write(self, address: int, data: bytes) -> None:
        """copy_to_user: what came before a bad page is written all the same. Raises SyscallError(EFAULT)."""
        if self.write_some(address, data) != len(data):
            raise SyscallError(Errno.EFAULT, f"the program may not write {len(data)} bytes at {address:#x}")

    def writable_bytes(self, address: int, length: int) -> int:
        """fault_in_writeable: how many of `length` bytes from `address` can be written."""
        done = 0
        while done < length:
            at = (address + done) & (PAGE_SIZE - 1)
            if self._frame_to_write(address + done - at) is None:
                break
            done = min(done + PAGE_SIZE - at, length)
        return done

    def peek(self, address: int, length: int) -> bytes | None:
        """process_vm_readv by a tracer: all or None; needs VM_READ, and nothing changes by looking."""
        pieces = []
        while length > 0:
            at = address & (PAGE_SIZE - 1)
            count = min(PAGE_SIZE - at, length)
            piece = self._peek_page(address - at, at, count)
            if piece is None:
                return None
            pieces.append(piece)
            address += count
            length -= count
        return b"".join(pieces)

    def _peek_page(self, page: int, at: int, count: int) -> bytes | None:
        frame = self.space.readable.get(page) or self.space.writable.get(page)
        if frame is None:
            area = self.space.find(page)
            if area is None or not area.prot & (READ | EXEC):
                return None
            frame = self.space.resident.get(page)
            if frame is None:
                if area.source is None:
                    return bytes(count)
                data = area.source.read(area.offset + page - area.start + at, count)
                return data.ljust(count, b"\0") if data else None
        return self.bytes[frame + at : frame + at + count]

    def peek_string(self, address: int, limit: int) -> tuple[bytes, bool] | None:
        """strace's umovestr: bytes before the NUL, and whether one came within `limit`; None if memory ends before."""
        data = bytearray()
        while len(data) < limit:
            piece = self.peek(address, min(PAGE_SIZE - (address & (PAGE_SIZE - 1)), limit - len(data)))
            if piece is None:
                return None
            end = piece.find(b"\0")
            if end >= 0:
                return bytes(data + piece[:end]), True
            data += piece
            address += len(piece)
        return bytes(data), False
