"""Arrays of buffers as arguments: struct iovec for readv and writev."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emulator.abi.pointers import PointerType, show_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator.abi.user_memory import Call

SHOWN = 32
"""strace prints so many elements of an array."""
IOVEC = struct.Struct("<QQ")


class VectorType(PointerType):
    """Buffers the kernel reads."""

    c_type = "const struct iovec *"

    def __init__(self, count: str, explanation: str = "an array of addresses and lengths") -> None:
        super().__init__(explanation)
        self.count_name = count
        self.at = 0

    def bind(self, names: Sequence[str]) -> None:
        self.at = names.index(self.count_name)

    def show(self, value: int, call: Call) -> str:
        return self._show(value, call, None)

    def _show(self, value: int, call: Call, budget: int | None) -> str:
        """`budget`: how many bytes of all buffers together hold something; None for all."""
        count = call.raw[self.at]
        if not value or count * IOVEC.size >= 1 << 64:
            return super().show(value, call)
        if not count:
            return "[]"
        parts: list[str] = []
        for place in range(min(count, SHOWN)):
            data = call.memory.peek(value + place * IOVEC.size, IOVEC.size)
            if data is None:
                if not parts:
                    return super().show(value, call)
                parts.append(f"... /* {value + place * IOVEC.size:#x} */")
                return f"[{', '.join(parts)}]"
            base, length = IOVEC.unpack(data)
            filled = length if budget is None else min(length, budget)
            budget = None if budget is None else budget - filled
            parts.append(f"{{iov_base={show_bytes(base, filled, call.memory)}, iov_len={length}}}")
        if count > SHOWN:
            parts.append("...")
        return f"[{', '.join(parts)}]"


class OutVectorType(VectorType):
    """Buffers the kernel fills: afterwards each shows what it got."""

    late = True

    def show(self, value: int, call: Call) -> str:
        return PointerType.show(self, value, call)

    def show_late(self, value: int, call: Call) -> str:
        if call.failed or call.result is None:
            return self.show(value, call)
        return self._show(value, call, call.result)
