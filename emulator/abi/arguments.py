"""Types of system call arguments: how a register becomes a value, and how strace shows it before and after the call.

A declaration `fd: Fd` says both. Scalars are decoded at once; pointers (emulator.abi.pointers) are lazy, so that a bad
address is noticed where Linux notices it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from emulator.abi import flags
from emulator.abi.constants import AT_FDCWD, O_CREAT, O_TMPFILE
from emulator.abi.syscall_table import show_bare

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emulator.abi.user_memory import Call, UserMemory


class ArgumentType:
    """Base: an unsigned 64-bit number. `late` types have their final text only after the call."""

    late: bool = False
    c_type: str = "unsigned long"
    explanation: str = ""

    def bind(self, names: Sequence[str]) -> None:
        """Learn where the other arguments are that this one's text depends on."""

    def shown(self, call: Call) -> bool:
        return True

    def decode(self, value: int, memory: UserMemory) -> Any:
        return value

    def show(self, value: int, call: Call) -> str:
        return str(value)

    def show_late(self, value: int, call: Call) -> str:
        return self.show(value, call)


class Bare(ArgumentType):
    """An argument of a call that has no declaration: all that is known is how strace prints the register."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def show(self, value: int, call: Call) -> str:
        return show_bare(self.kind, value)


class SignedInt(ArgumentType):
    """A C int: the upper half of the register is not looked at."""

    c_type = "int"

    def __init__(self, explanation: str = "a 32-bit number") -> None:
        self.explanation = explanation

    def decode(self, value: int, memory: UserMemory) -> int:
        value &= 0xFFFF_FFFF
        return value - (1 << 32) if value >> 31 else value

    def show(self, value: int, call: Call) -> str:
        return str(self.decode(value, call.memory))


class UnsignedInt(SignedInt):
    c_type = "unsigned int"

    def decode(self, value: int, memory: UserMemory) -> int:
        return value & 0xFFFF_FFFF


class SignedLong(ArgumentType):
    c_type = "long"

    def __init__(self, explanation: str = "a signed 64-bit number") -> None:
        self.explanation = explanation

    def decode(self, value: int, memory: UserMemory) -> int:
        return value - (1 << 64) if value >> 63 else value

    def show(self, value: int, call: Call) -> str:
        return str(value - (1 << 64) if value >> 63 else value)


class UnsignedLong(ArgumentType):
    def __init__(self, explanation: str = "an unsigned 64-bit number") -> None:
        self.explanation = explanation


class HexLong(UnsignedLong):
    """Shown in hex, 0 as 0."""

    def show(self, value: int, call: Call) -> str:
        return f"{value:#x}" if value else "0"


class HexInt(UnsignedInt):
    """32 bits shown in hex, 0 as 0."""

    def show(self, value: int, call: Call) -> str:
        number = self.decode(value, call.memory)
        return f"{number:#x}" if number else "0"


class FileDescriptor(SignedInt):
    def __init__(self) -> None:
        super().__init__("a file descriptor: the number open(2) gave")


class DirectoryDescriptor(SignedInt):
    def __init__(self) -> None:
        super().__init__("a directory's descriptor, or AT_FDCWD (-100) for the working directory; not used for an absolute path")

    def show(self, value: int, call: Call) -> str:
        number = self.decode(value, call.memory)
        return "AT_FDCWD" if number == AT_FDCWD else str(number)


class Named(ArgumentType):
    """A number whose text a table gives: flags or one of several constants. `bits` of the register count."""

    c_type = "int"

    def __init__(self, table: Callable[[int], str], explanation: str, bits: int = 32, *, signed: bool = False) -> None:
        self.table = table
        self.explanation = explanation
        self.mask = (1 << bits) - 1
        self.sign = 1 << (bits - 1) if signed else 0
        if bits == 64:
            self.c_type = "unsigned long"

    def decode(self, value: int, memory: UserMemory) -> int:
        value &= self.mask
        return value - (self.mask + 1) if value & self.sign else value

    def show(self, value: int, call: Call) -> str:
        return self.table(value & self.mask)


class ModeIfCreatingType(ArgumentType):
    """open(2)'s mode: only there if the flags create a file."""

    c_type = "mode_t"
    explanation = "permission bits of the file if one is made; the umask is taken off"

    def __init__(self, flags_name: str = "flags") -> None:
        self.flags_name = flags_name
        self.at = 0

    def bind(self, names: Sequence[str]) -> None:
        self.at = names.index(self.flags_name)

    def shown(self, call: Call) -> bool:
        given = call.raw[self.at]
        return bool(given & O_CREAT) or given & O_TMPFILE == O_TMPFILE

    def decode(self, value: int, memory: UserMemory) -> int:
        return value & 0xFFFF

    def show(self, value: int, call: Call) -> str:
        return flags.show_mode(value & 0xFFFF)


class ModeType(ModeIfCreatingType):
    explanation = "permission bits"

    def bind(self, names: Sequence[str]) -> None:
        """Nothing to find."""

    def shown(self, call: Call) -> bool:
        return True


Fd = Annotated[int, FileDescriptor()]
DirFd = Annotated[int, DirectoryDescriptor()]
Size = Annotated[int, UnsignedLong("a number of bytes")]
OpenFlagsArg = Annotated[int, Named(flags.show_open, "how to open: one of O_RDONLY, O_WRONLY, O_RDWR, and any of the other O_ flags", 32)]
ModeIfCreating = Annotated[int, ModeIfCreatingType()]
