"""From a CPU exception to the signal Linux sends for it (arch/x86/kernel/traps.c, arch/x86/mm/fault.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.constants import TASK_SIZE
from emulator.abi.siginfo import SigInfo
from emulator.abi.signals import Signal
from emulator.cpu.paging import is_canonical
from emulator.kernel.memory.fault import handle_fault

if TYPE_CHECKING:
    from emulator.cpu.paging import Access
    from emulator.kernel.task import Task

DE, DB, BP, OF, BR, UD, NM, DF, NP, SS, GP, PF, MF, AC, XF = 0, 1, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 16, 17, 19


ICEBP = b"\xf1"
"""INT1: the one way to a #DB besides single stepping, as there are no debug registers to set."""
_KERNEL_SIGNALS: dict[int, Signal] = {NP: Signal.SIGBUS, SS: Signal.SIGBUS}
"""Sent by force_sig: si_code is SI_KERNEL and there is no address. All others are SIGSEGV: OF, BR, GP."""


def signal_for(task: Task, vector: int, error_code: int, address: int) -> SigInfo | None:
    """Return what is sent for an exception of ring 3, or None if the kernel mended its cause (a page came in)."""
    rip = task.regs.rip
    if vector == PF:
        return _page_fault(task, error_code, address)
    task.signals.trap, task.signals.error = vector, error_code
    if vector == DE:
        return SigInfo(Signal.SIGFPE, "FPE_INTDIV", rip)
    if vector == UD:
        return SigInfo(Signal.SIGILL, "ILL_ILLOPN", rip)
    if vector == BP:
        return SigInfo(Signal.SIGTRAP, "SI_KERNEL", 0)
    if vector == DB:
        return SigInfo(Signal.SIGTRAP, "TRAP_BRKPT" if task.memory.peek(rip - 1, 1) == ICEBP else "TRAP_TRACE", rip)
    if vector == AC:
        return SigInfo(Signal.SIGBUS, "BUS_ADRALN", 0)
    if vector in {MF, XF}:
        return SigInfo(Signal.SIGFPE, "FPE_FLTINV", rip)
    return SigInfo(_KERNEL_SIGNALS.get(vector, Signal.SIGSEGV), "SI_KERNEL", 0)


def _page_fault(task: Task, error_code: int, address: int) -> SigInfo | None:
    access: Access = "execute" if error_code & 16 else "write" if error_code & 2 else "read"
    if not is_canonical(address):  # the CPU says #GP; an engine that says #PF is put right here
        task.signals.trap, task.signals.error = GP, 0
        return SigInfo(Signal.SIGSEGV, "SI_KERNEL", 0)
    refusal = handle_fault(task.space, address, access)
    if refusal is None:
        return None
    task.signals.trap, task.signals.cr2 = PF, address
    # what is mapped in the kernel's half is not told: every fault there says that the page is present
    task.signals.error = error_code | (1 if address >= TASK_SIZE else 0)
    return SigInfo(Signal[refusal.signal], refusal.code, address)
