"""The machine without service or sandbox: system calls a second, and user code against raw Unicorn without paging."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import unicorn
from unicorn import x86_const

from emulator.loader.assembler import assemble
from emulator.machine import Machine
from emulator.trace.run import AsmProgram, Limits, RunSpec

ROUNDS = 5
CALLS = 20_000
TEXT, DATA, STACK = 0x401000, 0x402000, 0x7FFF_0000_0000

SYSCALLS = f"""
_start: mov ebx, {CALLS}
again:  mov eax, 39
        syscall
        dec ebx
        jnz again
"""
LOOP = """
_start: mov ecx, 100000000
again:  dec ecx
        jnz again
"""
COPY = """
_start: mov r8d, 2000
again:  lea rsi, [rip + from]
        lea rdi, [rip + to]
        mov ecx, 4096
load:   mov rax, [rsi]
        mov [rdi], rax
        add rsi, 8
        add rdi, 8
        dec ecx
        jnz load
        dec r8d
        jnz again
"""
FIB = """
_start: mov edi, 27
        call fib
        jmp end
fib:    cmp edi, 2
        jb  small
        push rdi
        dec edi
        call fib
        pop rdi
        push rax
        lea edi, [rdi - 2]
        call fib
        pop rdx
        add rax, rdx
        ret
small:  mov eax, edi
        ret
"""
END = """
end:    xor edi, edi
        mov eax, 60
finish: syscall
        .bss
from:   .zero 32768
to:     .zero 32768
"""


class Speed(NamedTuple):
    seconds: float
    instructions: int


def measure() -> Iterator[tuple[str, str, str]]:
    """Yield (what, how fast, what to compare it with). Exact counting costs most where nothing else is done: in a tight loop."""
    seconds = _median(lambda: _modelled(SYSCALLS + END)).seconds
    yield "full ring 3 -> 0 -> 3 system calls a second, recorded", f"{CALLS / seconds:,.0f}", "floor 40,000"
    for name, source in (("a tight loop", LOOP), ("a 32 KiB copy", COPY), ("fib, calls and returns", FIB)):
        ours, raw = _median(lambda text=source: _modelled(text + END)), _median(lambda text=source: _raw(text + END))
        mips = ours.instructions / ours.seconds / 1e6
        plain = ours.instructions / raw.seconds / 1e6
        against = f"raw Unicorn {plain:,.0f}: {mips / plain:.2f} of it" + ("" if source is LOOP else ", floor 1.00")
        yield f"{name}, M instructions a second", f"{mips:,.0f}", against


def _median(once: Callable[[], Speed]) -> Speed:
    runs = [once() for _ in range(ROUNDS)]
    return Speed(statistics.median(run.seconds for run in runs), runs[0].instructions)


def _modelled(source: str) -> Speed:
    limits = Limits(instructions=1_000_000_000, wall_ms=600_000, events=10_000_000)
    machine = Machine(RunSpec(program=AsmProgram(source), limits=limits), lambda event: None)
    begin = time.process_time()
    machine.run()
    return Speed(time.process_time() - begin, machine.snapshot().n)


def _raw(source: str) -> Speed:
    """Run the same bytes on Unicorn alone: flat memory, everything executable, no hook."""
    assembly = assemble(source)
    uc = unicorn.Uc(unicorn.UC_ARCH_X86, unicorn.UC_MODE_64)
    uc.mem_map(0x400000, 0x100000)
    uc.mem_map(STACK - 0x100000, 0x100000)
    uc.mem_write(0x400000, assembly.elf[:0x2000])
    uc.reg_write(x86_const.UC_X86_REG_RSP, STACK - 0x100)
    begin = time.process_time()
    uc.emu_start(assembly.entry, assembly.symbols["finish"])
    return Speed(time.process_time() - begin, 0)
