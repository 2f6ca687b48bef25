"""From registers to a handler and back: number, arguments, events, errno (arch/x86/entry/syscall_64.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from emulator.abi.errno import MESSAGES, Errno
from emulator.abi.errors import SyscallError
from emulator.abi.syscall_table import UNKNOWN, Prototype
from emulator.abi.syscalls_i386 import PROTOTYPES as I386
from emulator.abi.syscalls_x86_64 import LAST_NAMED_BY_STRACE, NOT_IN_LINUX, X32_BIT
from emulator.abi.syscalls_x86_64 import PROTOTYPES as X86_64
from emulator.abi.user_memory import Call
from emulator.kernel.control import Block, TaskExit
from emulator.kernel.syscalls import FAMILIES
from emulator.kernel.syscalls.registry import TABLE, TABLE_I386, Argument, Declaration, undeclared
from emulator.trace.events import Arg, SyscallEnter, SyscallExit, Unmodelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emulator.abi.user_memory import UserMemory
    from emulator.kernel.task import Task

assert FAMILIES, "importing the families is what fills the tables"


class CompatView:
    """A 32-bit call as strace sees it: what lies above 4 GiB can't be an address of it."""

    def __init__(self, memory: UserMemory) -> None:
        self.read = memory.read
        self.write = memory.write
        self._memory = memory

    def peek(self, address: int, length: int) -> bytes | None:
        return self._memory.peek(address, length) if address >> 32 == 0 else None

    def peek_string(self, address: int, limit: int) -> tuple[bytes, bool] | None:
        return self._memory.peek_string(address, limit) if address >> 32 == 0 else None


MASK = 0xFFFF_FFFF_FFFF_FFFF
ENOSYS_TEXT = "-1 ENOSYS (Function not implemented)"
MAX_ERRNO = 4095
X32_COMMON = 512
"""Below this the x32 numbers mean what the 64-bit ones mean."""

Abi = Literal["x86_64", "i386"]


class Abandoned(Exception):
    """The call will never be done: the run is over."""


_bare: dict[tuple[str, int], Declaration] = {}


def signed_number(rax: int) -> int:
    """The kernel looks at the low 32 bits only, as a signed number."""
    low = rax & 0xFFFF_FFFF
    return low - (1 << 32) if low >> 31 else low


def bare_64(number: int) -> Declaration:
    """What is known of a 64-bit number that does not run here; an x32 number has the name of its 64-bit twin."""
    common = number & ~X32_BIT
    if number > 0 and number != common and common < X32_COMMON and common in X86_64:
        return TABLE.get(common) or _known("x86_64", common, X86_64)
    return _known("x86_64", number, X86_64)


def _known(abi: str, number: int, table: dict[int, Prototype]) -> Declaration:
    found = _bare.get((abi, number))
    if found is None:
        prototype = table.get(number)
        shape = prototype or UNKNOWN._replace(name=f"syscall_{number & MASK:#x}")
        if abi == "x86_64" and prototype is not None and number > LAST_NAMED_BY_STRACE:
            shape = UNKNOWN._replace(name=prototype.name)
        found = undeclared(number, shape)
        if prototype is not None:
            _bare[abi, number] = found
    return found


def run(task: Task, number: int, raw: Sequence[int], abi: Abi, wait: Callable[[Task, Block], None]) -> int:
    """Carry out one call and return what goes to RAX. Raises TaskExit, and what `wait` raises.

    `wait` is called when the call must wait, and returns once it makes sense to try again.
    """
    declaration = (TABLE if abi == "x86_64" else TABLE_I386).get(number)
    runs = declaration is not None
    if declaration is None:
        declaration = bare_64(number) if abi == "x86_64" else _known("i386", number, I386)
    recorder = task.world.recorder
    memory = task.memory
    shown: Sequence[tuple[int, Argument]] = ()
    texts: list[str] = []
    arguments: tuple[Arg, ...] = ()
    if declaration.arguments:
        seen: UserMemory = memory if abi == "x86_64" else CompatView(memory)
        call = Call(seen, raw)
        shown = declaration.shown(call)
        texts = [argument.type.show(raw[place], call) for place, argument in shown]
        arguments = tuple([Arg(argument.name, hex(raw[place]), text) for (place, argument), text in zip(shown, texts, strict=True)])
    elif declaration.describe is not None:
        texts = declaration.describe(task)
    recorder.emit(SyscallEnter, number, declaration.name, abi, arguments)
    task.syscall = declaration.name
    if not runs:
        _refuse(task, number, declaration, texts, abi)
        return -38
    width = MASK if abi == "x86_64" else 0xFFFF_FFFF
    values = [argument.type.decode(raw[place] & width, memory) for place, argument in enumerate(declaration.arguments)]
    handler = declaration.handler
    assert handler is not None
    errno, why = "", ""
    while True:
        try:
            result = handler(task, *values)
        except SyscallError as refusal:
            result, errno, why = -refusal.errno, refusal.errno.name, refusal.why
        except Block as block:
            wait(task, block)
            continue
        except TaskExit:
            recorder.emit(SyscallExit, number, declaration.name, tuple(texts), None, "?", None, "")
            raise
        break
    value = result & MASK
    if declaration.late:
        after = Call(seen, raw, value, bool(errno), texts)
        texts = [argument.type.show_late(raw[place], after) for place, argument in shown]
    if not errno and value > MASK - MAX_ERRNO:  # a handler that puts back an interrupted call's own result
        errno = Errno(-result & MASK).name if -result & MASK in MESSAGES else ""
    if errno:
        text = f"-1 {errno} ({MESSAGES[MASK + 1 - value]})"
    else:
        text = task.result_text or declaration.result.show(value)
        task.result_text = ""
    recorder.emit(SyscallExit, number, declaration.name, tuple(texts), hex(value), text, errno or None, why)
    task.syscall = None
    return result


def _refuse(task: Task, number: int, declaration: Declaration, texts: list[str], abi: str) -> None:
    """ENOSYS: with the badge if real Linux has the call and this model does not."""
    recorder = task.world.recorder
    known = number in (X86_64 if abi == "x86_64" else I386)
    if known and not (abi == "x86_64" and number in NOT_IN_LINUX):
        why = f"{declaration.name} is not modelled: Linux has it, this kernel answers ENOSYS"
        if declaration.name not in task.world.unmodelled:
            task.world.unmodelled.append(declaration.name)
        recorder.emit(Unmodelled, declaration.name, "ENOSYS")
    else:
        why = "Linux has no such system call"
    recorder.emit(SyscallExit, number, declaration.name, tuple(texts), hex(-38 & MASK), ENOSYS_TEXT, "ENOSYS", why)
    task.syscall = None
