"""The event schema: the one language between the CPU, the kernel model, recordings, strace text, the CLI and the browser.

*Facts* tell the story; *deltas* (`regs`, `mem`, `map`, `fd`) change the state that `emulator.trace.timeline` folds;
a `keyframe` holds all of it.
Every 64-bit value is a hex string ("0x1f"): JavaScript's numbers end at 2**53. Bytes are base64 in JSON.
Events between `syscall.enter` and `syscall.exit` of a task belong to that call.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from emulator.trace.run import Exit, LimitName
from emulator.trace.state import FdState, Hex, Mapping, State

SCHEMA_VERSION = 1

Cpl = Literal[0, 1, 2, 3]
Gate = Literal["start", "syscall", "sysretq", "iretq", "exception", "interrupt", "int80", "sysenter"]


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", gc=False):
    """The envelope. `seq` counts 1, 2, 3.. in a run; `t` virtual ns since its start; `n` user-mode instructions retired before it."""

    seq: int
    t: int
    n: int
    tid: int


class Keyframe(Event, frozen=True, tag="keyframe"):
    state: State


class Regs(Event, frozen=True, tag="regs"):
    """Delta: what the running code did to its own registers since the last event that told."""

    regs: dict[str, Hex]


class Ring(Event, frozen=True, tag="ring"):
    """The CPU changed ring. `regs` holds exactly what the transition itself changed (SDM: SYSCALL, SYSRET, IRET, 6.12)."""

    cpl_from: Cpl
    cpl_to: Cpl
    via: Gate
    rip_from: Hex
    rip_to: Hex
    regs: dict[str, Hex]


class StackWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    address: Hex
    name: str
    value: Hex


class KernelEntry(Event, frozen=True, tag="kernel.entry"):
    """The ring-0 entry code has built pt_regs on the kernel stack and calls into the kernel."""

    symbol: str
    stack: Hex
    """RSP at the top of the finished frame."""
    instructions: int
    """Ring-0 instructions the entry code took to get here."""


class Fault(Event, frozen=True, tag="fault"):
    """The CPU raised an exception. `frame` is what it pushed on the kernel stack, highest address first."""

    vector: int
    name: str
    error_code: int
    rip: Hex
    address: Hex | None
    cpl: Cpl
    handler: str
    instruction: str
    frame: tuple[StackWord, ...]
    why: str


class PageLevel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Literal["PML4", "PDPT", "PD", "PT"]
    index: int
    entry: Hex
    present: bool
    writable: bool
    user: bool
    no_execute: bool


class PageWalk(Event, frozen=True, tag="page.walk"):
    """What the MMU met on its way through the four levels for an access that faulted."""

    address: Hex
    access: Literal["read", "write", "execute"]
    levels: tuple[PageLevel, ...]
    result: Literal["mapped", "not-present", "protection", "non-canonical"]


class PageIn(Event, frozen=True, tag="page.in"):
    """The kernel answered a #PF by providing a page; the instruction is then retried."""

    address: Hex
    frame: Hex
    kind: Literal["zero", "file", "stack", "cow", "shared"]
    prot: str


class Msr(Event, frozen=True, tag="msr"):
    index: Hex
    name: str
    value: Hex
    op: Literal["read", "write"]


class Arg(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One system call argument: the register's value and, decoded, its text as strace shows it."""

    name: str
    value: Hex
    text: str


class SyscallEnter(Event, frozen=True, tag="syscall.enter"):
    number: int
    name: str
    abi: Literal["x86_64", "i386"]
    args: tuple[Arg, ...]
    """Text of what is known on the way in; an argument the kernel will fill is shown by its address."""


class SyscallExit(Event, frozen=True, tag="syscall.exit"):
    """`result` is what is put in RAX (None: the call does not return); `text` is what strace shows behind `=`."""

    number: int
    name: str
    args: tuple[str, ...]
    """Final text of every argument, outputs included: strace's line is `name(`args`) = `text."""
    result: Hex | None
    text: str
    errno: str | None
    why: str
    """For the learner: why the kernel refused; empty on success."""


class Unmodelled(Event, frozen=True, tag="unmodelled"):
    """The program asked for something real Linux has and this model does not; it was told -ENOSYS (or what `answer` says)."""

    what: str
    answer: str


class SignalSend(Event, frozen=True, tag="signal.send"):
    signo: int
    name: str
    target: int
    info: str


class SignalDeliver(Event, frozen=True, tag="signal.deliver"):
    """strace's line is `--- name info ---`; `info` is the siginfo in strace's form, braces included."""

    signo: int
    name: str
    info: str
    action: Literal["terminate", "core", "ignore", "stop", "continue", "handler"]


class TaskStart(Event, frozen=True, tag="task.start"):
    pid: int
    ppid: int
    comm: str


class TaskExec(Event, frozen=True, tag="task.exec"):
    comm: str
    path: str
    entry: Hex
    stack: Hex


class TaskExit(Event, frozen=True, tag="task.exit"):
    exit: Exit
    core_dumped: bool


class Output(Event, frozen=True, tag="output"):
    fd: int
    data: bytes


class Mem(Event, frozen=True, tag="mem"):
    """Delta: the kernel wrote user memory (copy_to_user)."""

    address: Hex
    data: bytes


class Map(Event, frozen=True, tag="map"):
    """Delta of the address space: [start, end) becomes `mapping`, or nothing (None)."""

    start: Hex
    end: Hex
    mapping: Mapping | None


class Fd(Event, frozen=True, tag="fd"):
    """Delta of the descriptor table: `fd` is `file`, or closed (None)."""

    fd: int
    file: FdState | None


class Stop(Event, frozen=True, tag="stop"):
    """The last event of a run: nothing runs any more."""

    reason: Literal["exited", "signaled", "limit", "deadlock"]
    limit: LimitName | None
    message: str


AnyEvent = (
    Keyframe | Regs | Ring | KernelEntry | Fault | PageWalk | PageIn | Msr | SyscallEnter | SyscallExit | Unmodelled | SignalSend
    | SignalDeliver | TaskStart | TaskExec | TaskExit | Output | Mem | Map | Fd | Stop
)  # fmt: skip
"""The tagged union that is decoded at every border."""
