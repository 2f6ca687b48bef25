"""Instruction lines, made in one order for ever: mnemonics times operand shapes, right ones and wrong ones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random

from tests.emulator.loader.assembler.shapes import (
    ADDRESSES,
    ALU,
    ANYTHING,
    BIT_COUNTS,
    CC,
    IMMEDIATES,
    MMX,
    PLAIN,
    R8,
    R16,
    R32,
    R64,
    REGISTERS,
    SHIFTS,
    SIZE,
    SSE,
    SSE_IMMEDIATE,
    STRINGS,
    SYSTEM_MEMORY,
    UNARY,
    VECTOR_MOVES,
    X87,
    X87_MEMORY,
    XMM,
)


def _memory(rng: Random, bits: int | None) -> str:
    address = rng.choice(ADDRESSES)
    if bits is None:
        return address
    word = SIZE[bits]
    return f"{word.upper() if rng.random() < 0.1 else word} ptr {address}"


def _integer(rng: Random) -> Iterator[str]:
    for mnemonic, bits in product((*ALU, "mov", "test", "xchg", "xadd", "cmpxchg"), (8, 16, 32, 64)):
        registers = REGISTERS[bits]
        for a, b in product(registers, registers):
            yield f"{mnemonic} {a}, {b}"
        for address in ADDRESSES:
            yield f"{mnemonic} {rng.choice(registers)}, {SIZE[bits]} ptr {address}"
            yield f"{mnemonic} {address}, {rng.choice(registers)}"
            yield f"{mnemonic} {SIZE[bits]} ptr {address}, {rng.choice(IMMEDIATES)}"
        for value in IMMEDIATES:
            yield f"{mnemonic} {registers[0]}, {value}"
            yield f"{mnemonic} {rng.choice(registers[1:])}, {value}"
            yield f"{mnemonic} {_memory(rng, bits)}, {value}"
            yield f"{mnemonic} {_memory(rng, None)}, {value}"
        yield f"{mnemonic} {registers[0]}, {REGISTERS[16 if bits != 16 else 32][1]}"
        yield f"lock {mnemonic} {_memory(rng, bits)}, {rng.choice(registers)}"
    for mnemonic, bits in product(UNARY, (8, 16, 32, 64)):
        for register in REGISTERS[bits]:
            yield f"{mnemonic} {register}"
        for _ in range(8):
            yield f"{mnemonic} {_memory(rng, bits)}"
        yield f"{mnemonic} {_memory(rng, None)}"
        yield f"lock {mnemonic} {_memory(rng, bits)}"
    for mnemonic, bits in product(SHIFTS, (8, 16, 32, 64)):
        for count in ("1", "cl", "3", "31", "63", "64", "255", "256", "-1", "0"):
            yield f"{mnemonic} {rng.choice(REGISTERS[bits])}, {count}"
            yield f"{mnemonic} {_memory(rng, bits)}, {count}"
        yield f"{mnemonic} {rng.choice(REGISTERS[bits])}"
        yield f"{mnemonic} {_memory(rng, None)}, 1"
        yield f"{mnemonic} eax, bl"


def _multiply_and_bits(rng: Random) -> Iterator[str]:
    for bits in (16, 32, 64):
        registers = REGISTERS[bits]
        for _ in range(12):
            yield f"imul {rng.choice(registers)}, {rng.choice(registers)}"
            yield f"imul {rng.choice(registers)}, {_memory(rng, bits)}"
            yield f"imul {rng.choice(registers)}, {rng.choice(registers)}, {rng.choice(IMMEDIATES)}"
            yield f"imul {rng.choice(registers)}, {_memory(rng, None)}, {rng.choice(IMMEDIATES)}"
            yield f"imul {rng.choice(registers)}, {rng.choice(IMMEDIATES)}"
        for mnemonic in ("bt", "bts", "btr", "btc"):
            for _ in range(5):
                yield f"{mnemonic} {rng.choice(registers)}, {rng.choice(registers)}"
                yield f"{mnemonic} {_memory(rng, bits)}, {rng.choice(registers)}"
                yield f"{mnemonic} {rng.choice(registers)}, {rng.choice(IMMEDIATES)}"
                yield f"{mnemonic} {_memory(rng, bits)}, {rng.choice(('0', '7', '63'))}"
                yield f"{mnemonic} {_memory(rng, None)}, 1"
        for mnemonic in BIT_COUNTS:
            for _ in range(5):
                yield f"{mnemonic} {rng.choice(registers)}, {rng.choice(registers)}"
                yield f"{mnemonic} {rng.choice(registers)}, {_memory(rng, bits)}"
                yield f"{mnemonic} {rng.choice(registers)}, {rng.choice(registers)}, {rng.choice(registers)}"
                yield f"{mnemonic} {rng.choice(registers)}, {_memory(rng, bits)}, {rng.choice(registers)}"
                yield f"{mnemonic} {rng.choice(registers)}, {rng.choice(registers)}, 5"
        for mnemonic in ("shld", "shrd"):
            for _ in range(6):
                yield f"{mnemonic} {rng.choice(registers)}, {rng.choice(registers)}, {rng.choice(('1', '5', 'cl', '300'))}"
                yield f"{mnemonic} {_memory(rng, rng.choice((bits, None)))}, {rng.choice(registers)}, {rng.choice(('1', 'cl'))}"
        for register in registers:
            yield f"bswap {register}"
            yield f"rdrand {register}"
            yield f"rdseed {register}"
            yield f"nop {register}"
        for address in ADDRESSES:
            yield f"lea {rng.choice(registers)}, {address}"
            yield f"nop {SIZE[bits]} ptr {address}"
            yield f"movnti {_memory(rng, bits)}, {rng.choice(registers)}"
    for target, source in product((16, 32, 64), (8, 16, 32, 64)):
        for mnemonic in ("movzx", "movsx", "movsxd", "crc32"):
            for _ in range(6):
                yield f"{mnemonic} {rng.choice(REGISTERS[target])}, {rng.choice(REGISTERS[source])}"
                yield f"{mnemonic} {rng.choice(REGISTERS[target])}, {_memory(rng, source)}"
            yield f"{mnemonic} {rng.choice(REGISTERS[target])}, {_memory(rng, None)}"


def _conditions(rng: Random) -> Iterator[str]:
    for cc in CC:
        for register in rng.sample(R8, 5):
            yield f"set{cc} {register}"
        yield f"set{cc} {_memory(rng, 8)}"
        yield f"set{cc} {_memory(rng, None)}"
        yield f"set{cc} eax"
        for bits in (16, 32, 64):
            yield f"cmov{cc} {rng.choice(REGISTERS[bits])}, {rng.choice(REGISTERS[bits])}"
            yield f"cmov{cc} {rng.choice(REGISTERS[bits])}, {_memory(rng, bits)}"
            yield f"cmov{cc} {rng.choice(REGISTERS[bits])}, {_memory(rng, None)}"


def _stack_and_control(rng: Random) -> Iterator[str]:
    for register in (*R64, *R32, *R16, *R8, "fs", "gs", "es", "cs", "ds", "ss", "cr0", "xmm0"):
        for mnemonic in ("push", "pop", "call", "jmp", "pushq", "popq"):
            yield f"{mnemonic} {register}"
    for mnemonic in ("push", "pop", "call", "jmp"):
        for address in ADDRESSES:
            yield f"{mnemonic} {address}"
            yield f"{mnemonic} qword ptr {address}"
            yield f"{mnemonic} {rng.choice(('word', 'dword', 'byte'))} ptr {address}"
    for value in IMMEDIATES:
        yield f"push {value}"
        yield f"pushq {value}"
        yield f"pushw {value}"
        yield f"ret {value}"
        yield f"int {value}"
        yield f"enter {value}, 0"
        yield f"enter 16, {value}"
        yield f"in al, {value}"
        yield f"out {value}, eax"
        yield f"movabs rax, {value}"
        yield f"movabs {rng.choice(R64)}, {value}"
        yield f"lret {value}"
    for accumulator in ("al", "ax", "eax", "rax", "bl"):
        yield f"in {accumulator}, dx"
        yield f"out dx, {accumulator}"
        yield f"in {accumulator}, 0x60"
        yield f"out 0x80, {accumulator}"
        for address in ("[0x1122334455667788]", "[0x10]", "[0x80000000]", "[0xffffffff80000000]", "fs:[0x1122334455667788]", "[rax]"):
            yield f"movabs {accumulator}, {address}"
            yield f"movabs {address}, {accumulator}"
            yield f"mov {accumulator}, {address}"
            yield f"mov {address}, {accumulator}"


def _system(rng: Random) -> Iterator[str]:
    for number, register in product(range(16), ("rax", "r9", "eax")):
        yield f"mov cr{number}, {register}"
        yield f"mov {register}, cr{number}"
        yield f"mov dr{number}, {register}"
        yield f"mov {register}, dr{number}"
    for segment, register in product(
        ("es", "cs", "ss", "ds", "fs", "gs"), ("ax", "eax", "rax", "r9w", "r9d", "r9", "al", "[rbx]", "word ptr [rbx]", "dword ptr [rbx]")
    ):
        yield f"mov {segment}, {register}"
        yield f"mov {register}, {segment}"
    for mnemonic in ("sldt", "str", "smsw", "lldt", "ltr", "lmsw", "verr", "verw", "rdfsbase", "wrfsbase", "rdgsbase", "wrgsbase", "rdpid"):
        for operand in ("ax", "eax", "rax", "r9w", "r9d", "r9", "[rbx]", "word ptr [rbx]", "dword ptr [rbx]", "al"):
            yield f"{mnemonic} {operand}"
    for mnemonic, (a, b) in product(
        ("lar", "lsl"), product(("ax", "eax", "rax", "r9d"), ("bx", "ebx", "rbx", "r10w", "[rbx]", "word ptr [rbx]", "dword ptr [rbx]"))
    ):
        yield f"{mnemonic} {a}, {b}"
    for mnemonic in SYSTEM_MEMORY:
        for _ in range(6):
            yield f"{mnemonic} {_memory(rng, None)}"
        for word in ("byte", "word", "dword", "fword", "qword", "tbyte", "xmmword"):
            yield f"{mnemonic} {word} ptr [rbx]"


def _vectors(rng: Random) -> Iterator[str]:
    for mnemonic in SSE:
        for _ in range(5):
            yield f"{mnemonic} {rng.choice(XMM)}, {rng.choice(XMM)}"
            yield f"{mnemonic} {rng.choice(XMM)}, {_memory(rng, None)}"
        for bits in (32, 64, 128):
            yield f"{mnemonic} {rng.choice(XMM)}, {_memory(rng, bits)}"
        yield f"{mnemonic} {_memory(rng, None)}, {rng.choice(XMM)}"
        yield f"{mnemonic} {rng.choice(MMX)}, {rng.choice(MMX)}"
        yield f"{mnemonic} {rng.choice(MMX)}, {_memory(rng, None)}"
        yield f"{mnemonic} {rng.choice(XMM)}, eax"
    for mnemonic in SSE_IMMEDIATE:
        for value in ("0", "7", "255", "256", "-1"):
            yield f"{mnemonic} {rng.choice(XMM)}, {rng.choice(XMM)}, {value}"
            yield f"{mnemonic} {rng.choice(XMM)}, {_memory(rng, rng.choice((None, 128)))}, {value}"
    for mnemonic in VECTOR_MOVES:
        for a, b in product(
            ("xmm1", "xmm9", "eax", "r9d", "rax", "r9", "mm1", "[rbx]", "dword ptr [rbx]", "qword ptr [rbx]", "xmmword ptr [rbx]"), repeat=2
        ):
            yield f"{mnemonic} {a}, {b}"
    for mnemonic in ("pextrb", "pextrw", "pextrd", "pextrq", "pinsrb", "pinsrw", "pinsrd", "pinsrq", "extractps"):
        for a, b in product(("xmm1", "eax", "rax", "r9d", "[rbx]", "byte ptr [rbx]", "dword ptr [rbx]", "mm1"), repeat=2):
            yield f"{mnemonic} {a}, {b}, 1"
    for mnemonic in ("psllw", "pslld", "psllq", "psrld", "psrad", "pslldq", "psrldq"):
        for a, b in product(("xmm1", "xmm9", "mm2"), ("xmm2", "mm3", "5", "[rbx]", "xmmword ptr [rbx]", "256")):
            yield f"{mnemonic} {a}, {b}"


def _loose(rng: Random) -> Iterator[str]:
    """Any mnemonic with any operands: mostly wrong, to see who refuses what."""
    while True:
        count = rng.choice((0, 1, 2, 2, 2, 3))
        operands = []
        for _ in range(count):
            kind = rng.random()
            if kind < 0.5:
                operands.append(rng.choice(REGISTERS[rng.choice((8, 16, 32, 64))] + XMM[:1] + ("fs", "st(1)", "cr3")))
            elif kind < 0.75:
                operands.append(_memory(rng, rng.choice((None, 8, 16, 32, 64, 128))))
            else:
                operands.append(rng.choice(IMMEDIATES))
        yield f"{rng.choice(ANYTHING)} {', '.join(operands)}".strip()


def lines(count: int) -> list[str]:
    """`count` distinct lines; the same ones, in the same order, every time."""
    rng = Random(20_000)
    found: dict[str, None] = {}
    for source in (_integer, _multiply_and_bits, _conditions, _stack_and_control, _system, _vectors):
        found.update(dict.fromkeys(source(rng)))
    found.update(dict.fromkeys((*PLAIN, *X87, *STRINGS)))
    for mnemonic, sizes in X87_MEMORY:
        for bits in (*sizes, 8, None):
            found.update(dict.fromkeys(f"{mnemonic} {_memory(rng, bits)}" for _ in range(3)))
    everything = list(found)
    rng.shuffle(everything)
    loose = _loose(rng)
    seen = set(everything)
    while len(everything) < count:
        line = next(loose)
        if line not in seen:
            seen.add(line)
            everything.append(line)
    return everything[:count]
