"""One declaration per system call feeds dispatch, strace, the catalog and the reference pages.

    @syscall(257, family="file", man="openat(2)")
    def sys_openat(task: Task, dirfd: DirFd, pathname: Path, flags: OpenFlagsArg, mode: ModeIfCreating) -> int:
        \"\"\"Open a file relative to a directory and return the lowest free descriptor.\"\"\"

The annotations are the argument types of `emulator.abi.arguments`; the first docstring line is interface text.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Annotated, NamedTuple, get_args, get_type_hints

from emulator.abi.arguments import ArgumentType, Bare
from emulator.abi.dates import iso_date
from emulator.abi.syscalls_i386 import PROTOTYPES as I386
from emulator.abi.syscalls_x86_64 import PROTOTYPES as X86_64

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emulator.abi.syscall_table import Prototype
    from emulator.abi.user_memory import Call
    from emulator.kernel.task import Task


class Argument(NamedTuple):
    name: str
    type: ArgumentType


class Result:
    """How strace prints a successful result."""

    def __init__(self, form: str = "d") -> None:
        self.form = form

    def show(self, value: int) -> str:
        """Return the text of `value` (0..2**64-1)."""
        if self.form == "x":
            return f"{value:#x}" if value else "0"
        if self.form == "t":
            return f"{value} ({iso_date(value)})"
        if self.form == "o":
            return f"{value:03o}" if value < 0o100 else f"0{value:o}"
        return str(value)


DECIMAL = Result()
AddressResult = Annotated[int, Result("x")]
ModeResult = Annotated[int, Result("o")]


class Declaration:
    """A system call as declared. `handler` is None for one that real Linux has and this model does not."""

    __slots__ = (
        "always_shown",
        "arguments",
        "describe",
        "errors",
        "family",
        "handler",
        "late",
        "man",
        "name",
        "number",
        "result",
        "returns",
        "summary",
    )

    def __init__(self, number: int, name: str, arguments: Sequence[Argument], *, handler: Callable[..., int] | None = None) -> None:
        self.number = number
        self.name = name
        self.arguments = tuple(Argument(argument.name, copy(argument.type)) for argument in arguments)  # bound to this call
        self.handler = handler
        self.result = DECIMAL
        self.family = ""
        self.man = f"{name}(2)"
        self.summary = ""
        self.errors: tuple[str, ...] = ()
        self.returns = True
        self.describe: Callable[[Task], list[str]] | None = None
        names = [argument.name for argument in self.arguments]
        for argument in self.arguments:
            argument.type.bind(names)
        self.late = any(argument.type.late for argument in self.arguments)
        plain = ArgumentType.shown
        self.always_shown = all(type(argument.type).shown is plain for argument in self.arguments)

    def shown(self, call: Call) -> list[tuple[int, Argument]]:
        """The arguments that are part of this call, with their places."""
        if self.always_shown:
            return list(enumerate(self.arguments))
        return [(place, argument) for place, argument in enumerate(self.arguments) if argument.type.shown(call)]


TABLE: dict[int, Declaration] = {}
"""By x86-64 number: every declared call."""
TABLE_I386: dict[int, Declaration] = {}
"""By i386 number: those declared calls that are the same through int 0x80."""


def syscall(
    number: int,
    *,
    family: str,
    man: str = "",
    i386: int | None = None,
    errors: str = "",
    returns: bool = True,
    describe: Callable[[Task], list[str]] | None = None,
) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Declare the handler `sys_NAME` of call `number`. `errors` lists the names of what it may refuse with.

    `describe` gives strace's text for a call whose arguments are not in registers.
    """

    def declare(handler: Callable[..., int]) -> Callable[..., int]:
        name = handler.__name__.removeprefix("sys_")
        if X86_64[number].name != name or number in TABLE:
            msg = f"system call {number} is {X86_64[number].name}, declared as {name} or twice"
            raise ValueError(msg)
        hints = get_type_hints(handler, include_extras=True)
        result = hints.pop("return")
        hints.pop("task")
        declaration = Declaration(number, name, [Argument(key, _type_of(hint)) for key, hint in hints.items()], handler=handler)
        declaration.family = family
        declaration.man = man or f"{name}(2)"
        declaration.summary = (handler.__doc__ or "").split("\n", 1)[0]
        declaration.errors = tuple(errors.split())
        declaration.returns = returns
        declaration.describe = describe
        declaration.result = next((extra for extra in get_args(result) if isinstance(extra, Result)), DECIMAL)
        TABLE[number] = declaration
        if i386 is not None:
            if I386[i386].name != name:
                msg = f"i386 call {i386} is {I386[i386].name}, not {name}"
                raise ValueError(msg)
            TABLE_I386[i386] = declaration
        return handler

    return declare


def _type_of(hint: object) -> ArgumentType:
    for extra in get_args(hint):
        if isinstance(extra, ArgumentType):
            return extra
    msg = f"{hint} names no argument type"
    raise TypeError(msg)


def undeclared(number: int, prototype: Prototype) -> Declaration:
    """A call of which only the prototype is known."""
    return Declaration(number, prototype.name, [Argument(p.name, Bare(p.kind)) for p in prototype.parameters])
