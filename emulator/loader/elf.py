"""An ELF executable as execve(2) reads it: the header and the program headers, nothing else (gabi ch. 4, 5; fs/binfmt_elf.c)."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from emulator.abi.constants import PAGE_SIZE, TASK_SIZE
from emulator.abi.errors import ProgramError

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_PHDR, PT_GNU_STACK = 1, 2, 3, 6, 0x6474_E551
PF_X, PF_W, PF_R = 1, 2, 4
ET_EXEC, ET_DYN = 2, 3
EM_X86_64: Final = 62
MAX_SEGMENTS: Final = 64
"""Far more than any linker makes; Linux takes a 64 KiB table."""
MAX_FILE: Final = 16 << 20

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")


class Segment(NamedTuple):
    """One program header. `flags` of PF_R, PF_W, PF_X."""

    type: int
    flags: int
    offset: int
    address: int
    file_size: int
    memory_size: int


class Executable(NamedTuple):
    entry: int
    position_independent: bool
    header_address: int
    """Where the program headers are once loaded (AT_PHDR), before any bias; 0 if no segment holds them."""
    header_count: int
    segments: tuple[Segment, ...]
    """The PT_LOADs in file order."""
    interpreter: str | None
    executable_stack: bool


def read(data: bytes) -> Executable:
    """Read the headers of `data`. Raises ProgramError where Linux answers ENOEXEC or kills the process in execve."""
    if len(data) > MAX_FILE:
        raise _refusal(f"the file has {len(data)} bytes; at most {MAX_FILE} are loaded")
    if len(data) < _HEADER.size or data[:4] != b"\x7fELF":
        raise _refusal("the file does not begin with an ELF header")
    ident, kind, machine, _, entry, table, _, _, _, entry_size, count, *_ = _HEADER.unpack_from(data)
    if ident[4] != 2 or ident[5] != 1 or machine != EM_X86_64:
        raise _refusal("the file is not for 64-bit x86")
    if kind not in {ET_EXEC, ET_DYN}:
        raise _refusal("the file is not an executable: it has to be linked first")
    if entry_size != _PROGRAM_HEADER.size or not 1 <= count <= MAX_SEGMENTS or table + count * entry_size > len(data):
        raise _refusal("the file's program headers are damaged")
    headers = []
    for index in range(count):
        type_, flags, offset, address, _, file_size, memory_size, _ = _PROGRAM_HEADER.unpack_from(data, table + index * entry_size)
        headers.append(Segment(type_, flags, offset, address, file_size, memory_size))
    loads = tuple(header for header in headers if header.type == PT_LOAD)
    for load in loads:
        _check(load, len(data))
    if not loads:
        raise _refusal("the file has nothing to load: no PT_LOAD segment")
    stack = next((header for header in headers if header.type == PT_GNU_STACK), None)
    return Executable(
        entry=entry,
        position_independent=kind == ET_DYN,
        header_address=next((load.address + table - load.offset for load in loads if _holds(load, table)), 0),
        header_count=count,
        segments=loads,
        interpreter=_interpreter(headers, data),
        executable_stack=stack is not None and bool(stack.flags & PF_X),
    )


def _holds(load: Segment, offset: int) -> bool:
    return load.offset <= offset < load.offset + load.file_size


def _check(load: Segment, size: int) -> None:
    """The checks of load_elf_binary, and that the pages of the file exist (Linux would answer a touch with SIGBUS)."""
    end = load.address + load.memory_size
    if load.file_size > load.memory_size or end > TASK_SIZE or load.address >= TASK_SIZE:
        raise _refusal(f"the segment at {load.address:#x} does not fit into the user's half of the address space")
    if (load.address - load.offset) % PAGE_SIZE:
        raise _refusal(f"the segment at {load.address:#x} is not aligned with its place in the file")
    if load.offset + load.file_size > size:
        raise _refusal(f"the segment at {load.address:#x} reaches behind the end of the file")


def _interpreter(headers: list[Segment], data: bytes) -> str | None:
    for header in headers:
        if header.type == PT_INTERP:
            text = data[header.offset : header.offset + min(header.file_size, PAGE_SIZE)]
            if not 2 <= len(text) == header.file_size or text[-1]:
                raise _refusal("the name of the program interpreter is damaged")
            return text[:-1].decode("utf-8", "surrogateescape")
    return None


def _refusal(why: str) -> ProgramError:
    return ProgramError(0, 0, why)
