"""Argument types of pipe, fcntl and ioctl, whose last argument depends on the command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from emulator.abi import constants as c
from emulator.abi import flags
from emulator.abi.arguments import HexLong
from emulator.abi.pointers import PointerType
from emulator.abi.xlat import Constants

if TYPE_CHECKING:
    from emulator.abi.user_memory import Call

FCNTL_COMMANDS: Final = Constants(
    "F_???",
    {
        **{f"F_{name}": number for number, name in enumerate(("DUPFD", "GETFD", "SETFD", "GETFL", "SETFL", "GETLK", "SETLK", "SETLKW"))},
        "F_SETOWN": 8,
        "F_GETOWN": 9,
        "F_SETSIG": 10,
        "F_GETSIG": 11,
        "F_SETOWN_EX": 15,
        "F_GETOWN_EX": 16,
        "F_OFD_GETLK": 36,
        "F_OFD_SETLK": 37,
        "F_OFD_SETLKW": 38,
        "F_SETLEASE": 1024,
        "F_GETLEASE": 1025,
        "F_NOTIFY": 1026,
        "F_DUPFD_CLOEXEC": 1030,
        "F_SETPIPE_SZ": 1031,
        "F_GETPIPE_SZ": 1032,
        "F_ADD_SEALS": 1033,
        "F_GET_SEALS": 1034,
    },
)
_WITHOUT_ARGUMENT: Final = frozenset({c.F_GETFD, c.F_GETFL, 9, 11, 1025, c.F_GETPIPE_SZ, 1034})
_DECIMAL: Final = frozenset({c.F_DUPFD, c.F_DUPFD_CLOEXEC, c.F_SETPIPE_SZ})
IOCTLS: Final = {0x5401: "TCGETS", 0x5413: "TIOCGWINSZ", 0x541B: "FIONREAD", 0x5421: "FIONBIO", 0x5450: "FIONCLEX", 0x5451: "FIOCLEX"}
_DIRECTIONS: Final = ("_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE")
FIONREAD, FIONBIO = 0x541B, 0x5421


class FcntlArgument(HexLong):
    def shown(self, call: Call) -> bool:
        return call.raw[1] & 0xFFFF_FFFF not in _WITHOUT_ARGUMENT

    def show(self, value: int, call: Call) -> str:
        command = call.raw[1] & 0xFFFF_FFFF
        if command == c.F_SETFL:
            return flags.show_open(value)
        if command == c.F_SETFD:
            return flags.FD.show(value & 0xFFFF_FFFF)
        return str(value & 0xFFFF_FFFF) if command in _DECIMAL else super().show(value, call)


def fcntl_result(command: int, value: int) -> str:
    """What F_GETFD and F_GETFL return: the number, and the flags behind it."""
    if command == c.F_GETFL:
        return f"{value:#x} (flags {flags.show_open(value)})"
    return f"{value:#x} (flags {flags.FD.show(value)})" if value else "0"


class OutPair(PointerType):
    """Two descriptors the kernel stores."""

    c_type = "int [2]"
    late = True

    def show_late(self, value: int, call: Call) -> str:
        data = None if call.failed or not value else call.memory.peek(value, 8)
        if data is None:
            return self.show(value, call)
        return f"[{int.from_bytes(data[:4], 'little', signed=True)}, {int.from_bytes(data[4:], 'little', signed=True)}]"


def show_ioctl(command: int) -> str:
    """A request: by name, or taken apart into direction, type, number and size."""
    name = IOCTLS.get(command)
    if name is not None:
        return name
    kind, number, size = command >> 8 & 0xFF, command & 0xFF, command >> 16 & 0x3FFF
    return f"_IOC({_DIRECTIONS[command >> 30]}, {kind:#x}, {number:#x}, {size:#x})".replace("0x0)", "0)")


class IoctlArgument(PointerType):
    c_type = "unsigned long"
    late = True

    def shown(self, call: Call) -> bool:
        return call.raw[1] & 0xFFFF_FFFF not in {0x5450, 0x5451}

    def show(self, value: int, call: Call) -> str:
        return self._number(value, call) if call.raw[1] & 0xFFFF_FFFF == FIONBIO else super().show(value, call)

    def show_late(self, value: int, call: Call) -> str:
        known = call.raw[1] & 0xFFFF_FFFF == FIONREAD and not call.failed
        return self._number(value, call) if known else self.show(value, call)

    def _number(self, value: int, call: Call) -> str:
        data = call.memory.peek(value, 4) if value else None
        return super().show(value, call) if data is None else f"[{int.from_bytes(data, 'little', signed=True)}]"
