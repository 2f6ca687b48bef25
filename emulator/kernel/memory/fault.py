"""Demand paging: what do_user_addr_fault and handle_mm_fault decide (arch/x86/mm/fault.c, mm/memory.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from emulator.abi.constants import PAGE_SIZE, TASK_SIZE
from emulator.kernel.memory.space import STACK_GUARD_GAP, AddressSpace
from emulator.kernel.memory.vma import EXEC, READ, WRITE, Vma
from emulator.trace.events import Map, PageIn

if TYPE_CHECKING:
    from emulator.cpu.paging import Access

PageKind = Literal["zero", "file", "stack", "cow", "shared"]


class Refusal(NamedTuple):
    """Why there is no page: the signal and its code."""

    signal: Literal["SIGSEGV", "SIGBUS"]
    code: str
    why: str


def handle_fault(space: AddressSpace, address: int, access: Access) -> Refusal | None:
    """Provide the page behind `address` for `access` by the user, or say why not. Raises BudgetExceeded("memory")."""
    if address >= TASK_SIZE:
        return Refusal("SIGSEGV", "SEGV_MAPERR", f"{address:#x} is not in the user's half of the address space")
    area = space.find(address)
    if area is None:
        area = _grow_stack(space, address)
        if area is None:
            return Refusal("SIGSEGV", "SEGV_MAPERR", f"nothing is mapped at {address:#x}")
    if not _allowed(area, access):
        return Refusal("SIGSEGV", "SEGV_ACCERR", f"the mapping at {address:#x} ({area.rights()}) does not allow to {access}")
    page = address & -PAGE_SIZE
    try:
        kind = _provide(space, area, page, write=access == "write")
    except _BehindEndOfFile:
        return Refusal("SIGBUS", "BUS_ADRERR", f"{address:#x} is mapped, but the file ends before it")
    if kind is not None and space.recorder.depth >= 1:
        prot = area.rights()[:3]
        space.recorder.emit(PageIn, hex(page), hex(space.resident[page]), kind, prot)
    return None


def _allowed(area: Vma, access: Access) -> bool:
    """access_error: x86 can't write or execute without reading, so any right at all lets a read through."""
    if access == "write":
        return bool(area.prot & WRITE)
    if access == "execute":
        return bool(area.prot & EXEC)
    return bool(area.prot & (READ | WRITE | EXEC))


def _grow_stack(space: AddressSpace, address: int) -> Vma | None:
    """expand_stack: an access below a stack makes it larger, as far as RLIMIT_STACK and the guard gap let it."""
    area = space.next_from(address)
    if area is None or not area.grows_down:
        return None
    start = address & -PAGE_SIZE
    if area.end - start > space.stack_limit:
        return None
    at = space.areas.index(area)
    below = space.areas[at - 1] if at else None
    if below is not None and below.prot & (READ | WRITE | EXEC) and start - below.end < STACK_GUARD_GAP:
        return None
    old = area.start
    space.extend_down(area, start)
    space.recorder.emit(Map, hex(start), hex(old), area.part(start, old).mapping())
    return area


class _BehindEndOfFile(Exception):
    pass


def _provide(space: AddressSpace, area: Vma, page: int, *, write: bool) -> PageKind | None:
    """Enter the right frame; None if the entry only had to be written anew (another right, same frame)."""
    frames = space.frames
    resident = space.resident.get(page)
    if resident is not None:
        if not write or area.shared or (frames.users[resident] == 1 and resident != frames.zero):
            space.enter(page, resident, area)
            return None
        space.enter(page, frames.new() if resident == frames.zero else frames.copy(resident), area)
        return "cow"
    if area.source is not None:
        cached = area.source.frame((area.offset + page - area.start) // PAGE_SIZE)
        if cached is None:
            raise _BehindEndOfFile
        if write and not area.shared:
            space.enter(page, frames.copy(cached), area)
            return "cow"
        frames.share(cached)
        space.enter(page, cached, area)
        return "shared" if area.shared else "file"
    if write:
        space.enter(page, frames.new(), area)
    else:
        frames.share(frames.zero)
        space.enter(page, frames.zero, area)
    return "stack" if area.grows_down else "zero"
