"""Argument types of getdents64 and sendfile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.pointers import PointerType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator.abi.user_memory import Call


class OutEntries(PointerType):
    """Directory entries: strace counts them."""

    c_type = "struct linux_dirent64 *"
    late = True

    def show_late(self, value: int, call: Call) -> str:
        length = call.result or 0
        data = None if call.failed or not value else call.memory.peek(value, length)
        if data is None:
            return self.show(value, call)
        count = at = 0
        while at + 18 < len(data):
            at += max(int.from_bytes(data[at + 16 : at + 18], "little"), 19)
            count += 1
        return f"{value:#x} /* {count} entries */"


class InOutOffset(PointerType):
    """A position that is read, and written back if the call succeeds."""

    c_type = "off_t *"
    late = True

    at = 0

    def bind(self, names: Sequence[str]) -> None:
        self.at = names.index("offset")

    def show(self, value: int, call: Call) -> str:
        data = call.memory.peek(value, 8) if value else None
        return super().show(value, call) if data is None else f"[{int.from_bytes(data, 'little')}]"

    def show_late(self, value: int, call: Call) -> str:
        before = call.before[self.at]
        data = call.memory.peek(value, 8) if call.result and not call.failed and value else None
        return before if data is None else f"{before} => [{int.from_bytes(data, 'little')}]"
