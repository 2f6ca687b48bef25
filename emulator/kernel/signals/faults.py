"""From a CPU exception to the signal Linux sends for it (arch/x86/kernel/traps.c, arch/x86/mm/fault.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from emulator.abi.constants import TASK_SIZE
from emulator.abi.signals import Signal, show_fault_info, show_kernel_info
from emulator.cpu.paging import is_canonical
from emulator.kernel.memory.fault import handle_fault

if TYPE_CHECKING:
    from emulator.cpu.paging import Access
    from emulator.kernel.task import Task

DE, DB, BP, OF, BR, UD, NM, DF, NP, SS, GP, PF, MF, AC, XF = 0, 1, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 16, 17, 19


class FaultSignal(NamedTuple):
    """What is sent: the signal, strace's siginfo, and a sentence for the learner."""

    signal: Signal
    info: str
    why: str


_ERRORS: dict[int, tuple[Signal, str]] = {
    OF: (Signal.SIGSEGV, "INTO trapped"),
    BR: (Signal.SIGSEGV, "BOUND found its operand out of range"),
    NP: (Signal.SIGBUS, "a segment is not present"),
    SS: (Signal.SIGBUS, "the stack pointer is no canonical address, or the stack segment is bad"),
    GP: (Signal.SIGSEGV, "ring 3 may not do this, or the address is not canonical"),
}
"""Sent by force_sig: si_code is SI_KERNEL and there is no address."""


def signal_for(task: Task, vector: int, error_code: int, address: int) -> FaultSignal | None:
    """Return the signal for an exception of ring 3, or None if the kernel mended its cause (a page came in)."""
    rip = task.regs.rip
    if vector == PF:
        return _page_fault(task, error_code, address)
    if vector == DE:
        return FaultSignal(Signal.SIGFPE, show_fault_info(Signal.SIGFPE, "FPE_INTDIV", rip), "division by zero, or a quotient too large")
    if vector == UD:
        return FaultSignal(Signal.SIGILL, show_fault_info(Signal.SIGILL, "ILL_ILLOPN", rip), "the CPU has no such instruction")
    if vector == BP:
        return FaultSignal(Signal.SIGTRAP, show_kernel_info(Signal.SIGTRAP), "INT3: a breakpoint and no debugger")
    if vector == DB:
        return FaultSignal(Signal.SIGTRAP, show_fault_info(Signal.SIGTRAP, "TRAP_TRACE", rip), "single step and no debugger")
    if vector == AC:
        return FaultSignal(
            Signal.SIGBUS, show_fault_info(Signal.SIGBUS, "BUS_ADRALN", 0), "an address is not aligned, and EFLAGS.AC is set"
        )
    if vector in {MF, XF}:
        return FaultSignal(Signal.SIGFPE, show_fault_info(Signal.SIGFPE, "FPE_FLTINV", rip), "a floating-point exception is not masked")
    signal, why = _ERRORS.get(vector, (Signal.SIGSEGV, f"exception {vector}"))
    return FaultSignal(signal, show_fault_info(signal, "SI_KERNEL", 0), why)


def _page_fault(task: Task, error_code: int, address: int) -> FaultSignal | None:
    access: Access = "execute" if error_code & 16 else "write" if error_code & 2 else "read"
    if address >= TASK_SIZE:
        if not is_canonical(address):  # the CPU says #GP; an engine that says #PF is put right here
            return FaultSignal(Signal.SIGSEGV, show_fault_info(Signal.SIGSEGV, "SI_KERNEL", 0), f"{address:#x} is not canonical")
        why = f"{address:#x} belongs to the kernel: its pages are for ring 0 only"
        return FaultSignal(Signal.SIGSEGV, show_fault_info(Signal.SIGSEGV, "SEGV_MAPERR", address), why)
    refusal = handle_fault(task.space, address, access)
    if refusal is None:
        return None
    signal = Signal[refusal.signal]
    return FaultSignal(signal, show_fault_info(signal, refusal.code, address), refusal.why)
