"""execve: a new address space from an ELF file, its first stack, its first registers (fs/exec.c, fs/binfmt_elf.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.constants import PAGE_SIZE
from emulator.abi.errors import ProgramError
from emulator.kernel.memory.access import UserAccess
from emulator.kernel.memory.space import STACK_TOP, AddressSpace
from emulator.kernel.memory.vma import EXEC, READ, WRITE, Vma
from emulator.kernel.random import RandomStream
from emulator.loader import elf
from emulator.loader.image import Aux, StackImage, build_stack
from emulator.trace.events import TaskExec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator.kernel.task import Task
    from emulator.kernel.vfs.inode import RegularInode

USER_CS, USER_SS = 0x33, 0x2B
FIRST_RFLAGS = 0x202
STACK_EXPAND = 128 << 10
"""setup_arg_pages leaves this much room below the strings in the first stack area."""
PIE_BRK = 0x5555_5555_5000
"""Where the break of a position-independent program starts: two thirds of the user half, rounded up."""
HWCAP = 0x178B_FBFF
"""AT_HWCAP is CPUID(1).EDX."""
HWCAP2_FSGSBASE = 2
MINSIGSTKSZ = 2048


def execute(task: Task, path: str, program: RegularInode, argv: Sequence[bytes], envp: Sequence[bytes]) -> StackImage:
    """Replace the task's program. Raises ProgramError if the file is no executable of this machine."""
    data = program.pages.read(0, program.size)
    image = elf.read(data)
    if image.interpreter is not None:
        raise ProgramError(0, 0, f"the program asks for {image.interpreter}: dynamic linking is not modelled yet")
    world = task.world
    task.program = program
    program.executing += 1
    task.comm = path.rsplit("/", 1)[-1][:15]
    space = AddressSpace(world.cpu, world.frames, world.recorder)
    bias = _bias(image, space)
    stack = _stack(task, path, image, bias, argv, envp)
    world.recorder.emit(TaskExec, task.comm, path, hex(image.entry + bias), hex(stack.pointer))
    task.space = space
    task.memory = UserAccess(space)
    _load(task, image, bias, path, program)
    start = (stack.strings & -PAGE_SIZE) - STACK_EXPAND
    prot = READ | WRITE | (EXEC if image.executable_stack else 0)
    space.insert(Vma(start, STACK_TOP, prot, name="[stack]", grows_down=True))
    if task.memory.write_some(stack.pointer, stack.data) != len(stack.data):
        raise ProgramError(0, 0, "the arguments and the environment do not fit on the stack")
    world.cpu.set_base("fs", 0)
    world.cpu.set_base("gs", 0)
    _first_registers(task, image.entry + bias, stack.pointer)
    return stack


def _bias(image: elf.Executable, space: AddressSpace) -> int:
    if not image.position_independent:
        return 0
    low = min(segment.address for segment in image.segments) & -PAGE_SIZE
    high = max(segment.address + segment.memory_size for segment in image.segments)
    length = -(-(high - low) // PAGE_SIZE) * PAGE_SIZE
    place = space.place(length)
    if place is None:
        raise ProgramError(0, 0, "the program is larger than the address space")
    return place - low


def _stack(task: Task, path: str, image: elf.Executable, bias: int, argv: Sequence[bytes], envp: Sequence[bytes]) -> StackImage:
    who = task.credentials
    auxv: dict[int, int] = {
        Aux.MINSIGSTKSZ: MINSIGSTKSZ,
        Aux.HWCAP: HWCAP,
        Aux.PAGESZ: PAGE_SIZE,
        Aux.CLKTCK: 100,
        Aux.PHDR: image.header_address + bias if image.header_address else 0,
        Aux.PHENT: 56,
        Aux.PHNUM: image.header_count,
        Aux.BASE: 0,
        Aux.FLAGS: 0,
        Aux.ENTRY: image.entry + bias,
        Aux.UID: who.uid,
        Aux.EUID: who.euid,
        Aux.GID: who.gid,
        Aux.EGID: who.egid,
        Aux.SECURE: 0,
        Aux.HWCAP2: HWCAP2_FSGSBASE,
        Aux.RSEQ_FEATURE_SIZE: 28,
        Aux.RSEQ_ALIGN: 32,
    }
    random = RandomStream(task.world.spec.seed, f"at_random/{task.pid}").take(16)
    return build_stack(STACK_TOP, path.encode(), argv, envp, auxv, random)


def _load(task: Task, image: elf.Executable, bias: int, path: str, program: RegularInode) -> None:
    """Map every segment; what its memory has beyond its file is zero: the rest of the last page, then anonymous pages."""
    space = task.space
    end = 0
    for segment in image.segments:
        prot = (READ if segment.flags & elf.PF_R else 0) | (WRITE if segment.flags & elf.PF_W else 0)
        prot |= EXEC if segment.flags & elf.PF_X else 0
        first = segment.address + bias
        start = first & -PAGE_SIZE
        file_end = first + segment.file_size
        memory_end = first + segment.memory_size
        mapped = start
        if segment.file_size:
            mapped = -(-file_end // PAGE_SIZE) * PAGE_SIZE
            offset = segment.offset - (first - start)
            space.remove(start, mapped)
            space.insert(Vma(start, mapped, prot, source=program.pages, offset=offset, name=path))
            if segment.memory_size > segment.file_size and file_end % PAGE_SIZE and prot & WRITE:
                task.memory.write_some(file_end, bytes(mapped - file_end))
        top = -(-memory_end // PAGE_SIZE) * PAGE_SIZE
        if top > mapped:
            space.remove(mapped, top)
            space.insert(Vma(mapped, top, prot))
        end = max(end, top)
    space.brk_start = space.brk = PIE_BRK if image.position_independent else end


def _first_registers(task: Task, entry: int, stack: int) -> None:
    """start_thread: everything is zero but where to go, the stack, and IF."""
    regs = task.regs
    for slot in range(21):
        regs.words[regs.base + slot] = 0
    regs.rip, regs.cs, regs.rflags, regs.rsp, regs.ss = entry, USER_CS, FIRST_RFLAGS, stack, USER_SS
