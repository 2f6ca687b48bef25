"""Tells the recorder what the CPU does: `regs`, `ring`, `kernel.entry`, `fault`, `page.walk`.

The rule of this file: a `regs` delta says what running code did to its own registers, a `ring` event what a transition did;
together they always make the CPU's registers as they are. `known` is what has been told so far: it changes behind the event,
which may be the one that the budget does not allow.
Events carry the number of user instructions completed when the state they describe is reached.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from emulator.cpu import descriptors, exceptions, overlay, transitions
from emulator.cpu.paging import NX, P, Step, U, W, is_canonical
from emulator.cpu.pt_regs import FIELDS
from emulator.trace import events as ev
from emulator.trace.recorder import Recorder

NAMES = (
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
    "rip", "rflags", "cs", "ss", "fs_base", "gs_base",
)  # fmt: skip
"""The registers of a state in the order of the overlay."""
RIP, RFLAGS, CS, SS, FS_BASE, GS_BASE = range(16, 22)

_FRAME_RAX = FIELDS.index("rax")
_CS0, _SS0 = hex(descriptors.KERNEL_CS), hex(descriptors.KERNEL_SS)


def registers(words: memoryview, flags: int) -> list[int]:
    """Return the registers of a saved state in the order of NAMES."""
    return [
        *words[: overlay.RIP + 1].tolist(),
        flags,
        words[overlay.CS] & 0xFFFF,
        words[overlay.SS] & 0xFFFF,
        words[overlay.FS_BASE],
        words[overlay.GS_BASE],
    ]


class FaultFacts(NamedTuple):
    """What there is to say about an exception besides what delivery did."""

    address: int | None
    handler: str
    instruction: str
    why: str
    walk: tuple[Step, ...]
    access: str


class Narrator:
    """`clock` gives virtual ns for a number of retired instructions."""

    def __init__(self, recorder: Recorder, clock: Callable[[int], int], entry_symbols: dict[str, int]) -> None:
        self.recorder = recorder
        self.clock = clock
        self.known = [-1] * len(NAMES)
        self._task = 0
        self._known_of: dict[int, list[int]] = {}
        self._entry_frame = [-1] * len(FIELDS)
        self._kernel_ss = descriptors.KERNEL_SS
        """SS in ring 0, whoever's turn it is: SYSCALL loads one, the way through a gate leaves none."""
        self._sysretq = entry_symbols["sysretq_instruction"]
        self._iretq = entry_symbols["iretq_instruction"]

    def switch(self, task: int) -> None:
        """From now on the CPU's registers are told as those of another task, whatever number it is known by."""
        self._known_of[self._task] = self.known
        self._task = task
        self.known = self._known_of.get(task, [-1] * len(NAMES))
        self._entry_frame = [-1] * len(FIELDS)

    def progress(self, now: list[int], retired: int) -> None:
        """Running code has brought its registers to `now`."""
        recorder = self.recorder
        recorder.n = retired
        recorder.t = self.clock(retired)
        self._tell(now)

    def syscall(self, retired: int, next_rip: int, masked_flags: int, entry: int) -> None:
        """SYSCALL was executed from what is known; it completes the instruction, so it counts."""
        recorder, known = self.recorder, self.known
        recorder.n = retired
        recorder.t = self.clock(retired)
        rip, flags = known[RIP], known[RFLAGS]
        target = hex(entry)
        changed = {"rcx": hex(next_rip), "r11": hex(flags), "rip": target, "rflags": hex(masked_flags), "cs": _CS0, "ss": _SS0}
        recorder.emit(ev.Ring, 3, 0, "syscall", hex(rip), target, changed)
        known[overlay.RCX], known[overlay.R11], known[RIP], known[RFLAGS] = next_rip, flags, entry, masked_flags
        known[CS] = descriptors.KERNEL_CS
        known[SS] = self._kernel_ss = descriptors.KERNEL_SS

    def delivered(self, done: exceptions.Delivery, retired: int, flags: int, facts: FaultFacts | None, via: str) -> None:
        """The CPU delivered an exception or INT n through the IDT, from what is known. `flags`: RFLAGS after it."""
        recorder, known = self.recorder, self.known
        recorder.n = retired
        recorder.t = self.clock(retired)
        rip = known[RIP]
        if facts is not None:
            if facts.walk or facts.address is not None:
                self._walk(facts)
            frame = tuple(
                ev.StackWord(hex(done.stack - 8 * number), name, hex(value))
                for number, name, value in zip(range(1, 7), exceptions.FRAME_NAMES, done.pushed, strict=False)
            )
            recorder.emit(
                ev.Fault, done.vector, exceptions.NAMES.get(done.vector, f"vector {done.vector}"), done.error_code or 0, hex(rip),
                None if facts.address is None else hex(facts.address), done.cpl, facts.handler, facts.instruction, frame, facts.why,
            )  # fmt: skip
        rsp = done.stack - 8 * len(done.pushed)
        target = hex(done.gate.offset)
        changed = {"rsp": hex(rsp), "rip": target, "rflags": hex(flags), "cs": _CS0}
        if done.cpl:
            changed["ss"] = "0x0"
            known[SS] = self._kernel_ss = 0
            recorder.emit(ev.Ring, done.cpl, 0, via, hex(rip), target, changed)
        else:
            recorder.emit(ev.Regs, changed)
        known[overlay.RSP] = rsp
        known[RIP], known[RFLAGS], known[CS] = done.gate.offset, flags, descriptors.KERNEL_CS

    def _walk(self, facts: FaultFacts) -> None:
        assert facts.address is not None
        levels = tuple(
            ev.PageLevel(s.level, s.position, hex(s.entry), bool(s.entry & P), bool(s.entry & W), bool(s.entry & U), bool(s.entry & NX))
            for s in facts.walk
        )
        if not is_canonical(facts.address):
            result = "non-canonical"
        elif not levels[-1].present:
            result = "not-present"
        else:
            result = "protection"
        self.recorder.emit(ev.PageWalk, hex(facts.address), facts.access, levels, result)

    def kernel_entry(self, symbol: str, stack: int, instructions: int, now: list[int]) -> None:
        """The entry code has come to its hypercall; `now` are its registers there."""
        self.recorder.emit(ev.KernelEntry, symbol, hex(stack), instructions)
        self._tell(now)

    def syscall_entry(self, stack: int, instructions: int, hypercall: int, per_cpu: int, frame: list[int]) -> None:
        """The same for entry_SYSCALL_64, which changes three registers and no more. `frame` is what it pushed."""
        recorder, known = self.recorder, self.known
        top = hex(stack)
        recorder.emit(ev.KernelEntry, "entry_SYSCALL_64", top, instructions)
        recorder.emit(ev.Regs, {"rsp": top, "rip": hex(hypercall), "gs_base": hex(per_cpu)})
        known[overlay.RSP], known[RIP], known[GS_BASE] = stack, hypercall, per_cpu
        self._entry_frame = frame

    def leaves(self, frame: list[int], frame_address: int, *, sysret: bool, fs_base: int, gs_base: int) -> None:
        """The entry code will now restore the registers from `frame` and leave for ring 3: tell both, before it happens."""
        r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, _, rip, cs, rflags, rsp, ss = frame
        if sysret:
            via, at, flags = "sysretq", self._sysretq, transitions.SYSRET_PATH_FLAGS
            before_rsp, after_flags = rsp, r11 & transitions.SYSRET_FLAGS | 2
        else:
            via, at, flags = "iretq", self._iretq, transitions.IRET_PATH_FLAGS
            before_rsp, after_flags = frame_address + 128, rflags
        recorder, known, entry_frame = self.recorder, self.known, self._entry_frame
        entry_frame[_FRAME_RAX] = rax
        if sysret and frame == entry_frame and fs_base == known[FS_BASE]:
            # The kernel changed nothing but RAX: the registers that SYSCALL left are as they were.
            recorder.emit(ev.Regs, {"rax": hex(rax), "rsp": hex(rsp), "rip": hex(at), "rflags": hex(flags), "gs_base": hex(gs_base)})
            known[overlay.RAX], known[overlay.RSP], known[RIP], known[RFLAGS], known[GS_BASE] = rax, rsp, at, flags, gs_base
            now = known
        else:
            now = [
                rax, rcx, rdx, rbx, before_rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15,
                at, flags, descriptors.KERNEL_CS, self._kernel_ss, fs_base, gs_base,
            ]  # fmt: skip
            self._tell(now)
        target = hex(rip)
        changed = {"rip": target, "rflags": hex(after_flags), "cs": hex(cs), "ss": hex(ss)}
        if not sysret:
            changed["rsp"] = hex(rsp)
        recorder.emit(ev.Ring, 0, cs & 3, via, hex(at), target, changed)
        now[overlay.RSP] = rsp
        now[RIP], now[RFLAGS], now[CS], now[SS] = rip, after_flags, cs, ss

    def _tell(self, now: list[int]) -> None:
        changes = {name: hex(value) for name, value, old in zip(NAMES, now, self.known, strict=True) if value != old}
        if changes:
            self.recorder.emit(ev.Regs, changes)
        self.known = now
