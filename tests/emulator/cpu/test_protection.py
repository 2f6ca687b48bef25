"""Ring 3 has no way out but the gates: every privileged instruction, every vector, every selector, every kernel address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from iced_x86 import Code, Decoder, DecoderOptions, Mnemonic, OpKind

from emulator.cpu import layout, overlay
from emulator.cpu.paging import U
from emulator.trace import events as ev

SLOT = 32
PREFIXES = [b"", b"\x66", b"\xf2", b"\xf3", b"\x48", b"\x66\x48", b"\xf3\x48"]
MODRM_OPCODES = [
    b"\x0f\x00",
    b"\x0f\x01",
    b"\x0f\x20",
    b"\x0f\x21",
    b"\x0f\x22",
    b"\x0f\x23",
    b"\x0f\xae",
    b"\x0f\xc7",
    b"\x0f\x18",
    b"\x0f\x0d",
]


def forms() -> Iterator[bytes]:
    """Yield the start of every encoding worth decoding: the one-byte, 0F, 0F38 and 0F3A maps, all of ModRM where it chooses."""
    for prefix in PREFIXES:
        for opcode in range(256):
            yield prefix + bytes([opcode])
            for modrm in (0x05, 0x44, 0x84, 0xC0, 0xC8, 0xD0, 0xD8, 0xE0, 0xE8, 0xF0, 0xF8):
                yield prefix + b"\x0f" + bytes([opcode, modrm])
                yield prefix + b"\x0f\x38" + bytes([opcode, modrm])
                yield prefix + b"\x0f\x3a" + bytes([opcode, modrm])
        for opcode in MODRM_OPCODES:
            for modrm in range(256):
                yield prefix + opcode + bytes([modrm])


def privileged() -> dict[bytes, str]:
    """Every distinct privileged instruction among them, as bytes and text."""
    found: dict[bytes, str] = {}
    seen = set()
    for start in forms():
        code = start + bytes(15)
        instruction = Decoder(64, code, options=DecoderOptions.AMD).decode()
        if instruction.code == Code.INVALID or not instruction.is_privileged:
            continue
        memory = any(instruction.op_kind(n) == OpKind.MEMORY for n in range(instruction.op_count))
        registers = tuple(instruction.op_register(n) for n in range(instruction.op_count))
        key = (instruction.code, memory, registers if instruction.mnemonic == Mnemonic.MOV else registers[:1])
        if key in seen:
            continue
        seen.add(key)
        found[code[: instruction.len]] = str(instruction)
    return found


def walk_all(build: Callable, codes: list[bytes]) -> Any:
    """Run each code in ring 3, one slot each; every exception goes on with the next slot."""
    lab = build(b"".join(code.ljust(SLOT, b"\x90") for code in codes))
    base = 0x401000
    state = {"rax": 0x1111, "rbx": layout.PER_CPU, "rcx": 0x10, "rdx": 0, "rsi": 0x500000, "rdi": 0x500100, "r8": 0x8888, "r15": 0xFFFF}
    where: list[int] = []

    def begin(regs: Any, slot: int) -> None:
        for name, value in state.items():
            setattr(regs, name, value)
        regs.rip, regs.rsp, regs.rflags = base + SLOT * slot, 0x7FFF_FFFF_E800, 0x202
        if slot == len(codes):
            lab.cpu.stop()

    def go_on(_lab: Any, regs: Any, what: Any) -> None:
        slot = len(where)
        where.append(what.frame["rip"] - base - SLOT * slot)
        begin(regs, slot + 1)

    lab.on_exception = go_on
    lab.on_syscall = lambda _lab, regs: pytest.fail(f"a system call at {regs.rip:#x}")
    begin(lab.frame, 0)
    return lab, state, where


def control_state(lab: Any) -> list[int]:
    lab.cpu.engine.save()
    words = lab.cpu.engine.words
    tables = words[overlay.TR : overlay.IDTR + 3].tolist()
    msrs = [
        lab.cpu.engine.read_msr(n) for n in (0xC000_0080, 0xC000_0081, 0xC000_0082, 0xC000_0083, 0xC000_0084, 0x1B, 0x174, 0x175, 0x176)
    ]
    return [words[overlay.CR0], words[overlay.CR3], words[overlay.CR4], *tables, *msrs, *words[overlay.DR6 - 6 : overlay.DR6 + 2].tolist()]


def test_there_are_many_privileged_instructions() -> None:
    texts = set(privileged().values())
    mnemonics = {text.split()[0] for text in texts}
    assert {"hlt", "cli", "sti", "in", "out", "rdmsr", "wrmsr", "lgdt", "lidt", "lldt", "ltr", "lmsw", "mov", "invlpg", "wbinvd", "invd",
            "swapgs", "sysretq", "sysexitq", "clts", "xsetbv", "vmrun"} <= mnemonics  # fmt: skip
    assert len(texts) > 100


def test_no_privileged_instruction_works_in_ring_3(build: Callable) -> None:
    codes = privileged()
    lab, state, where = walk_all(build, list(codes))
    before = control_state(lab)
    lab.run()
    assert len(lab.exceptions) == len(codes)
    for (code, text), what, offset in zip(codes.items(), lab.exceptions, where, strict=True):
        assert what.vector in {13, 6}, (text, code.hex(), what)
        assert what.error_code == 0, (text, what)
        assert offset == 0, (text, "RIP is the instruction's")
        assert what.frame["cs"] == 0x33, text
        assert {name: what.frame[name] for name in state} == state, text
        assert (what.frame["rsp"], what.frame["rflags"]) == (0x7FFF_FFFF_E800, 0x10202), text
    faults = lab.of(ev.Fault)
    assert all(fault.cpl == 3 for fault in faults)
    crossings = [event for event in lab.of(ev.Ring) if event.cpl_to == 0]
    assert len(crossings) == len(codes)
    assert {event.rip_to for event in crossings} == {
        hex(lab.cpu.entry.symbols[name]) for name in ("asm_exc_general_protection", "asm_exc_invalid_op")
    }
    assert control_state(lab) == before
    assert lab.tables.translate(0x500000, "read", user=True)
    assert lab.cpu.retired() == 0


GENERAL_PROTECTION = [
    "hlt", "cli", "sti", "clts", "invlpg [rsp]", "wbinvd", "invd", "mov rax, cr0", "mov cr0, rax", "mov rax, cr2", "mov cr3, rax",
    "mov rax, cr4",    "mov rax, cr8", "mov rax, dr7", "mov dr7, rax", "rdmsr", "wrmsr", "rdpmc", "xsetbv",
    "in al, 0x60", "in eax, dx", "out 0x80, al",
    "out dx, al", "outsb", "insb", "rep insb", "rep outsb", "swapgs", ".byte 0x48, 0x0f, 0x07", ".byte 0x0f, 0x35",
    "lgdt [rsp]", "lidt [rsp]",    "lldt ax", "ltr ax", "lmsw ax", "out 0xe0, al", "out 0xe1, al", "out 0xe2, al", "out 0xe3, al",
]  # fmt: skip


@pytest.mark.parametrize("instruction", GENERAL_PROTECTION)
def test_real_cpus_raise_general_protection_0(build: Callable, instruction: str) -> None:
    """As recorded on a real CPU under Linux, and the hypercall ports above all."""
    lab = build(f"_start: nop\n {instruction}\n nop\n").run()
    assert [(e.vector, e.error_code, e.frame["rip"]) for e in lab.exceptions] == [(13, 0, 0x401001)]
    assert lab.cpu.retired() == 1
    assert lab.cpu.ram.read(lab.tables.translate(0x500000, "read", user=True), 8) == bytes(8)


@pytest.mark.parametrize(
    "instruction", ["monitor", "mwait", ".byte 0x0f, 0x34", "ud2", ".byte 0x0f, 0xff", "rdrand eax", "rdseed rax", ".byte 0x06", "vmmcall"]
)
def test_real_cpus_raise_invalid_opcode(build: Callable, instruction: str) -> None:
    lab = build(f"_start: nop\n {instruction}\n nop\n nop\n nop\n").run()
    assert [(e.vector, e.frame["rip"]) for e in lab.exceptions] == [(6, 0x401001)]


def test_only_three_vectors_are_open(build: Callable) -> None:
    codes = [b"\xcd" + bytes([n]) for n in range(256)]
    lab, _, where = walk_all(build, [code for n, code in enumerate(codes) if n != 0x80])
    lab.run()
    vectors = [n for n in range(256) if n != 0x80]
    assert len(lab.exceptions) == 255
    for vector, what, offset in zip(vectors, lab.exceptions, where, strict=True):
        if vector in {3, 4}:
            assert (what.vector, what.error_code, offset) == (vector, 0, 2)
            assert what.frame["rflags"] == 0x202
        else:
            assert (what.vector, what.error_code, offset) == (13, vector * 8 + 2, 0)
    assert {e.via for e in lab.of(ev.Ring) if e.cpl_to == 0} == {"exception", "interrupt"}


@pytest.mark.parametrize("selector", [0x08, 0x10, 0x13, 0x18, 0x1B, 0x40, 0x43, 0x48, 0x50, 0x58, 0x60, 0x68, 0x70, 0x78, 0x80])
@pytest.mark.parametrize("how", ["iretq", "retfq", "call far", "jmp far"])
def test_no_selector_leads_to_ring_0(build: Callable, selector: int, how: str) -> None:
    target = "lea rax, [rip+_start]\n"
    if how == "iretq":
        text = f"{target} push 0x2b\n push rsp\n pushfq\n push {selector}\n push rax\n .byte 0x48, 0xcf"
    elif how == "retfq":
        text = f"{target} push {selector}\n push rax\n .byte 0x48, 0xcb"
    else:
        modrm = "0x18" if how == "call far" else "0x28"
        text = f"{target} mov edi, 0x500000\n mov [rdi], rax\n mov word ptr [rdi+8], {selector}\n mov rax, rdi\n .byte 0x48, 0xff, {modrm}"
    lab = build(f"_start: {text}\n").run()
    assert [(e.vector, e.error_code & ~3) for e in lab.exceptions] == [(13, selector & ~3)]
    assert lab.exceptions[0].frame["cs"] == 0x33


@pytest.mark.parametrize("register", ["ds", "es", "fs", "gs", "ss"])
@pytest.mark.parametrize("selector", [0x10, 0x18, 0x40, 0x48])
def test_no_kernel_segment_can_be_loaded(build: Callable, register: str, selector: int) -> None:
    lab = build(f"_start: mov eax, {selector}\n mov {register}, eax\n").run()
    assert [(e.vector, e.error_code) for e in lab.exceptions] == [(13, selector)]


KERNEL_PLACES = [
    layout.TEXT,
    layout.TEXT + 0x4C,
    layout.IDT,
    layout.GDT,
    layout.TSS,
    layout.PER_CPU,
    layout.KERNEL_STACKS + 0x7F00,
    layout.DOUBLE_FAULT_STACK,
]


@pytest.mark.parametrize("address", KERNEL_PLACES)
def test_kernel_memory_is_out_of_reach(build: Callable, address: int) -> None:
    accesses = {"mov rbx, [rax]": 5, "mov [rax], rbx": 7, "jmp rax": 0x15, "lock inc qword ptr [rax]": 7, "prefetcht0 [rax]": None,
                "push qword ptr [rax]": 5, "call rax": 0x15}  # fmt: skip
    for instruction, error_code in accesses.items():
        lab = build(f"_start: movabs rax, {address}\n {instruction}\n mov eax, 60\n syscall\n").run()
        if error_code is None:
            assert lab.exceptions == []
            continue
        assert [(e.vector, e.error_code, e.address) for e in lab.exceptions] == [(14, error_code, address)], instruction
        assert not lab.cpu.kernel_tables.entry(address) & U


def test_the_kernel_cannot_execute_user_code(build: Callable) -> None:
    """CR4.SMEP: were RIP of ring 0 ever in the user half, the fetch itself would fault."""
    lab = build("_start: mov eax, 39\n syscall\n")
    lab.cpu.engine.save()
    assert lab.cpu.engine.words[overlay.CR4] & 1 << 20
