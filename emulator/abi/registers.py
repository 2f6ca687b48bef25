"""What each register is for, in one sentence: by the CPU, by the System V calling convention, and by Linux's system calls."""

from __future__ import annotations

from typing import Final

_GENERAL: Final = {
    "rax": "The accumulator: the number of a system call goes in, its result or -errno comes out; functions return in it.",
    "rbx": "A general register that a function must give back as it found it; base register of old addressing.",
    "rcx": "The counter of loops, shifts and REP; `syscall` overwrites it with the address to return to.",
    "rdx": "Third argument of calls and functions; the upper half of products and dividends.",
    "rsi": "Second argument of calls and functions; where string instructions read.",
    "rdi": "First argument of calls and functions; where string instructions write.",
    "rbp": "A general register that a function must give back; by custom it holds the frame of the function.",
    "rsp": "The stack pointer: where push writes next below, where pop and ret read.",
    "r8": "Fifth argument of calls and functions.",
    "r9": "Sixth argument of calls and functions.",
    "r10": "Fourth argument of system calls, because `syscall` itself uses rcx.",
    "r11": "A general register; `syscall` overwrites it with rflags.",
    "r12": "A general register that a function must give back.",
    "r13": "A general register that a function must give back.",
    "r14": "A general register that a function must give back.",
    "r15": "A general register that a function must give back.",
}
_PARTS: Final = {
    "a": ("eax", "ax", "ah", "al"),
    "b": ("ebx", "bx", "bh", "bl"),
    "c": ("ecx", "cx", "ch", "cl"),
    "d": ("edx", "dx", "dh", "dl"),
}
_SPECIAL: Final = {
    "rip": "The instruction pointer: address of the next instruction.",
    "rflags": "Flags of the last result (CF, ZF, SF, OF, PF, AF) and of the CPU's mode (IF, DF, TF, AC, IOPL).",
    "cs": "Code segment: its two lowest bits are the ring, 0x33 is 64-bit user code, 0x10 the kernel.",
    "ss": "Stack segment: 0x2b in ring 3.",
    "ds": "Data segment: unused in 64-bit code.",
    "es": "Extra data segment: unused in 64-bit code.",
    "fs": "Segment whose base is the thread's own memory (thread-local storage), set by arch_prctl(2).",
    "gs": "Segment whose base the kernel uses for its per-CPU area; `swapgs` exchanges it with the user's.",
    "fs_base": "Base address that fs: is relative to.",
    "gs_base": "Base address that gs: is relative to.",
}


def _summaries() -> dict[str, str]:
    table = dict(_GENERAL)
    for letter, (double, word, high, low) in _PARTS.items():
        whole = f"r{letter}x"
        table[double] = f"The low 32 bits of {whole}; writing it clears the upper half."
        table[word] = f"The low 16 bits of {whole}."
        table[high] = f"Bits 8 to 15 of {whole}."
        table[low] = f"The low 8 bits of {whole}."
    for name in ("si", "di", "bp", "sp"):
        table[f"e{name}"] = f"The low 32 bits of r{name}; writing it clears the upper half."
        table[name] = f"The low 16 bits of r{name}."
        table[f"{name}l"] = f"The low 8 bits of r{name}."
    for number in range(8, 16):
        table[f"r{number}d"] = f"The low 32 bits of r{number}; writing it clears the upper half."
        table[f"r{number}w"] = f"The low 16 bits of r{number}."
        table[f"r{number}b"] = f"The low 8 bits of r{number}."
    table.update(_SPECIAL)
    for number in range(16):
        table[f"xmm{number}"] = f"128-bit vector register {number}; floating-point arguments come in xmm0 to xmm7."
    return table


SUMMARIES: Final[dict[str, str]] = _summaries()
"""Register name -> one sentence."""
