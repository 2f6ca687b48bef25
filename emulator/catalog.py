"""The system calls, registers and error numbers as data, for the editor, the API and the reference pages.

Everything about a modelled call comes from its one declaration in emulator.kernel.syscalls.
"""

from __future__ import annotations

from functools import cache

import msgspec

from emulator.abi.errno import MESSAGES, Errno
from emulator.abi.registers import SUMMARIES
from emulator.abi.syscalls_x86_64 import NOT_IN_LINUX, PROTOTYPES
from emulator.kernel.syscalls import FAMILIES
from emulator.kernel.syscalls.registry import TABLE, undeclared

assert FAMILIES, "importing the families is what fills the table"

_C_TYPES = {"d": "int", "u": "unsigned int", "U": "unsigned long", "p": "void *", "x": "int", "h": "unsigned long", "o": "mode_t"}


class Argument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    type: str
    """The C type the manual gives it."""
    explanation: str


class SystemCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`errors` are the names of what the model may refuse with, in the order Linux checks."""

    number: int
    name: str
    summary: str
    family: str
    man: str
    args: tuple[Argument, ...]
    errors: tuple[str, ...]
    modelled: bool


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    summary: str


class ErrorNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    number: int
    text: str


class Catalog(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    syscalls: tuple[SystemCall, ...]
    registers: tuple[Register, ...]
    errnos: tuple[ErrorNumber, ...]


@cache
def catalog() -> Catalog:
    """Return the whole table, by number. Built once; the parts are immutable."""
    return Catalog(
        syscalls=tuple(_system_call(number) for number in sorted(PROTOTYPES)),
        registers=tuple(Register(name, summary) for name, summary in SUMMARIES.items()),
        errnos=tuple(ErrorNumber(errno.name, int(errno), MESSAGES[errno]) for errno in Errno),
    )


def _system_call(number: int) -> SystemCall:
    declared = TABLE.get(number)
    if declared is not None:
        arguments = tuple(Argument(a.name, a.type.c_type, a.type.explanation) for a in declared.arguments)
        return SystemCall(number, declared.name, declared.summary, declared.family, declared.man, arguments, declared.errors, modelled=True)
    prototype = PROTOTYPES[number]
    arguments = tuple(Argument(p.name, _C_TYPES[p.kind], "") for p in prototype.parameters)
    if number in NOT_IN_LINUX:
        summary = "Has a number, but Linux answers ENOSYS: the call is gone, was never made, or is configured out."
    else:
        summary = "Linux has this call; the model answers ENOSYS and says so."
    bare = undeclared(number, prototype)
    return SystemCall(number, bare.name, summary, "", bare.man, arguments, ("ENOSYS",), modelled=False)
