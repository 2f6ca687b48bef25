"""Argument types that are addresses: paths, buffers, structures, numbers the kernel stores."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Annotated, Any

from emulator.abi.arguments import ArgumentType
from emulator.abi.constants import PATH_MAX
from emulator.abi.quoting import STRING_LIMIT, quote, quote_hex
from emulator.abi.user_memory import PathPointer, Pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emulator.abi.structs import Layout
    from emulator.abi.user_memory import Call, UserMemory


class AddressType(ArgumentType):
    """A user address as a number: never followed by the renderer."""

    c_type = "void *"

    def __init__(self, explanation: str = "an address") -> None:
        self.explanation = explanation

    def decode(self, value: int, memory: UserMemory) -> Any:
        return value

    def show(self, value: int, call: Call) -> str:
        return f"{value:#x}" if value else "NULL"


class PointerType(AddressType):
    def decode(self, value: int, memory: UserMemory) -> Any:
        return Pointer(memory, value)


class PathType(PointerType):
    c_type = "const char *"

    def __init__(self, explanation: str = "a path, ending in a NUL byte") -> None:
        super().__init__(explanation)

    def decode(self, value: int, memory: UserMemory) -> Any:
        return PathPointer(memory, value)

    def show(self, value: int, call: Call) -> str:
        found = call.memory.peek_string(value, PATH_MAX) if value else None
        if found is None:
            return super().show(value, call)
        text, ended = found
        return quote(text[: PATH_MAX - 1], cut=not ended)


class BytesType(PointerType):
    """A buffer the kernel reads, whose length another argument gives."""

    c_type = "const void *"

    def __init__(self, length: str, explanation: str = "where the bytes are") -> None:
        super().__init__(explanation)
        self.length_name = length
        self.at = 0

    def bind(self, names: Sequence[str]) -> None:
        self.at = names.index(self.length_name)

    def length(self, call: Call) -> int:
        return call.raw[self.at]

    def show(self, value: int, call: Call) -> str:
        return show_bytes(value, self.length(call), call.memory)


class OutBytesType(BytesType):
    """A buffer the kernel fills; its length afterwards is the call's result."""

    c_type = "void *"
    late = True

    def __init__(self, length: str, explanation: str = "where the bytes go", *, as_hex: bool = False) -> None:
        super().__init__(length, explanation)
        self.as_hex = as_hex

    def show(self, value: int, call: Call) -> str:
        return f"{value:#x}" if value else "NULL"

    def show_late(self, value: int, call: Call) -> str:
        if call.failed or call.result is None:
            return self.show(value, call)
        return show_bytes(value, call.result, call.memory, as_hex=self.as_hex)


class OutPathType(PointerType):
    """A buffer the kernel puts a path into."""

    c_type = "char *"
    late = True

    def show_late(self, value: int, call: Call) -> str:
        found = None if call.failed or not value else call.memory.peek_string(value, PATH_MAX)
        return self.show(value, call) if found is None else quote(found[0])


class StructType(PointerType):
    """A structure the kernel reads."""

    def __init__(self, layout: Layout, explanation: str) -> None:
        super().__init__(explanation)
        self.layout = layout
        self.c_type = f"const struct {layout.name} *"

    def show(self, value: int, call: Call) -> str:
        data = call.memory.peek(value, self.layout.size) if value else None
        return super().show(value, call) if data is None else self.layout.show(data)


class OutStructType(StructType):
    """A structure the kernel fills: its address if the call failed, else what is in it."""

    late = True

    def __init__(self, layout: Layout, explanation: str) -> None:
        super().__init__(layout, explanation)
        self.c_type = f"struct {layout.name} *"

    def show(self, value: int, call: Call) -> str:
        return f"{value:#x}" if value else "NULL"

    def show_late(self, value: int, call: Call) -> str:
        if call.failed or call.result is None:
            return self.show(value, call)
        return StructType.show(self, value, call)


class OutNumberType(PointerType):
    """A number the kernel stores: shown in brackets afterwards."""

    late = True

    def __init__(self, form: str, explanation: str, text: Callable[[int], str] = str) -> None:
        super().__init__(explanation)
        self.unpacker = struct.Struct("<" + form)
        self.text = text
        self.c_type = {"q": "long *", "Q": "unsigned long *", "i": "int *", "I": "unsigned int *"}[form]

    def show_late(self, value: int, call: Call) -> str:
        data = None if call.failed or call.result is None or not value else call.memory.peek(value, self.unpacker.size)
        return self.show(value, call) if data is None else f"[{self.text(*self.unpacker.unpack(data))}]"


def show_bytes(address: int, length: int, memory: UserMemory, *, as_hex: bool = False) -> str:
    """strace's printstrn: at most 32 bytes; the address if they can't be read."""
    if not address:
        return "NULL"
    data = memory.peek(address, min(length, STRING_LIMIT + 1)) if length else b""
    if data is None:
        return f"{address:#x}"
    return (quote_hex if as_hex else quote)(data[:STRING_LIMIT], cut=length > STRING_LIMIT)


Path = Annotated[PathPointer, PathType()]
Address = Annotated[int, AddressType()]
