"""Argument types of the calls about users and groups."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emulator.abi.arguments import UnsignedInt
from emulator.abi.pointers import PointerType

if TYPE_CHECKING:
    from emulator.abi.user_memory import Call

SHOWN = 32


class IdType(UnsignedInt):
    """uid_t: the number that stands for none is shown as -1."""

    c_type = "uid_t"

    def show(self, value: int, call: Call) -> str:
        number = self.decode(value, call.memory)
        return "-1" if number == 0xFFFF_FFFF else str(number)


class GroupList(PointerType):
    """An array of group numbers: as many as the first argument says on the way in, as the result says on the way out."""

    c_type = "gid_t *"

    def __init__(self, explanation: str, *, given: bool = False) -> None:
        super().__init__(explanation)
        self.given = given
        self.late = not given

    def show(self, value: int, call: Call) -> str:
        return self._list(value, call, call.raw[0] & 0xFFFF_FFFF) if self.given else super().show(value, call)

    def show_late(self, value: int, call: Call) -> str:
        if self.given or call.failed or not call.raw[0] & 0xFFFF_FFFF:
            return self.show(value, call)
        return self._list(value, call, call.result or 0)

    def _list(self, value: int, call: Call, count: int) -> str:
        if not value or not count:
            return "[]" if value else "NULL"
        data = call.memory.peek(value, 4 * min(count, SHOWN))
        if data is None:
            return super().show(value, call)
        numbers = [str(number) for (number,) in struct.iter_unpack("<I", data)]
        return f"[{', '.join(numbers + ['...'] * (count > SHOWN))}]"
