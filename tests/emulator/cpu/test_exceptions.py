"""Exceptions where the engine and a real CPU differ, and at the edges of pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emulator.cpu.memory import PAGE_SIZE
from emulator.trace import events as ev

END = 0x401000 + PAGE_SIZE
MOV = bytes.fromhex("b805000000")  # mov eax, 5
JMP = b"\xe9"


@pytest.mark.parametrize(
    ("tail", "rip", "retired"),
    [
        (MOV + b"\x90\x90", END, 4),
        (b"\x90\x90" + MOV, END, 4),
        (MOV + b"\x90\xb8", END - 1, 3),
        (b"\x90" * 6 + b"\x48", END - 1, 7),
        (b"\x0f\x1f\x80\x00\x00\x00\x00", END, 2),
    ],
)
@pytest.mark.parametrize("stepping", [False, True])
def test_code_runs_up_to_the_page_that_is_not_there(build: Callable, tail: bytes, rip: int, retired: int, stepping: bool) -> None:
    """#PF for a fetch comes at the instruction that needs the missing page; all before it have been executed."""
    distance = PAGE_SIZE - 5 - len(tail)
    code = JMP + distance.to_bytes(4, "little") + bytes(distance) + tail
    lab = build(code)
    if stepping:
        lab.trace()
    else:
        lab.run()
    (what,) = lab.exceptions
    assert (what.vector, what.error_code, what.address, what.frame["rip"]) == (14, 0x14, END, rip)
    assert what.frame["rax"] == (5 if MOV in tail else 0)
    assert lab.cpu.retired() == retired
    walk, fault = lab.of(ev.PageWalk)[0], lab.of(ev.Fault)[0]
    assert (walk.access, walk.result, fault.rip) == ("execute", "not-present", hex(rip))


@pytest.mark.parametrize(
    "instruction",
    ["inc qword ptr [rdi]", "lock inc qword ptr [rdi]", "xchg [rdi], rax", "cmpxchg [rdi], rcx",
     "bts qword ptr [rdi], 1", "shl qword ptr [rdi], 1",     "not qword ptr [rdi]", "cmpxchg16b [rdi]", "add [rdi], rax", "mov [rdi], rax"],
)  # fmt: skip
def test_what_changes_memory_asks_to_write(build: Callable, instruction: str) -> None:
    """Recorded on a real CPU: error code 6 where nothing is mapped, even though the engine reads first."""
    lab = build(f"_start: mov edi, 0x10000\n {instruction}\n").run()
    assert [(e.vector, e.error_code) for e in lab.exceptions] == [(14, 6)]


@pytest.mark.parametrize(
    "instruction", ["cmp [rdi], rax", "bt qword ptr [rdi], 1", "mov rax, [rdi]", "push qword ptr [rdi]", "lodsb", "test [rdi], al"]
)
def test_what_only_reads_does_not(build: Callable, instruction: str) -> None:
    lab = build(f"_start: mov edi, 0x10000\n mov esi, edi\n {instruction}\n").run()
    assert [(e.vector, e.error_code) for e in lab.exceptions] == [(14, 4)]


@pytest.mark.parametrize(
    ("text", "vector"),
    [
        ("mov rax, [rsp]", 12), ("push rax", 12), ("pop rax", 12), ("call _start", 12), ("ret", 12), ("mov [rsp+8], rax", 12),
        ("mov rax, [rbp]", 12), ("mov rax, [rbx]", 13), ("mov rax, [rbx+rbp*1]", 13), ("mov [rbx], al", 13), ("mov rax, ds:[rbp]", 13),
    ],
)  # fmt: skip
def test_non_canonical_addresses(build: Callable, text: str, vector: int) -> None:
    """#SS by the stack segment, #GP by any other; error code 0, RIP at the instruction."""
    lab = build(f"_start: movabs rbx, 0x0000900000000000\n mov rsp, rbx\n mov rbp, rbx\n xor r9d, r9d\n cmp ebp, r9d\n {text}\n").run()
    assert [(e.vector, e.error_code) for e in lab.exceptions] == [(vector, 0)]
    assert lab.cpu.retired() == 5


@pytest.mark.parametrize(
    ("text", "vector", "behind"),
    [("int3", 3, 1), (".byte 0xcd, 3", 3, 2), ("int 4", 4, 2), (".byte 0xf1", 1, 1), ("ud2", 6, 0), ("xor ecx, ecx\n div ecx", 0, 2)],
)
def test_traps_leave_rip_behind_the_instruction_and_faults_at_it(build: Callable, text: str, vector: int, behind: int) -> None:
    lab = build(f"_start: {text}\n nop\n").run()
    (what,) = lab.exceptions
    assert what.vector == vector
    assert what.frame["rip"] == 0x401000 + behind
    assert lab.cpu.retired() == (1 if behind else 0)
    assert what.frame["rflags"] & 0x10000 == (0 if vector in {1, 3, 4} else 0x10000)


def test_the_trap_flag_stops_after_each_instruction(build: Callable) -> None:
    lab = build("_start: pushfq\n or qword ptr [rsp], 0x100\n popfq\n nop\n mov ecx, 3\n lea rdi, [rsp-64]\n rep stosb\n ud2\n")
    lab.on_exception = lambda lab, _regs, what: lab.cpu.stop() if what.vector == 6 else None
    lab.run()
    traps = [e.frame["rip"] - 0x401000 for e in lab.exceptions if e.vector == 1]
    begin = traps[0]
    assert [rip - begin for rip in traps] == [0, 5, 10, 10, 10, 12]
    assert lab.cpu.retired() == 3 + len(traps)


def test_one_fault_after_another(build: Callable) -> None:
    """The engine takes a second contributory exception for a double fault, unless it is told that the first is over."""
    lab = build("_start: cli\n sti\n hlt\n mov rax, [0x10]\n ud2\n xor ecx, ecx\n div ecx\n")
    skip = {0x401000: 1, 0x401001: 1, 0x401002: 1, 0x401003: 8, 0x40100B: 2}

    def go_on(lab: object, regs: object, _what: object) -> None:
        if regs.rip in skip:  # type: ignore[attr-defined]
            regs.rip += skip[regs.rip]  # type: ignore[attr-defined]
        else:
            lab.cpu.stop()  # type: ignore[attr-defined]

    lab.on_exception = go_on
    lab.run()
    assert [e.vector for e in lab.exceptions] == [13, 13, 13, 14, 6, 0]


def test_every_fault_has_a_reason(build: Callable) -> None:
    for text, words in {
        "cli": "Only ring 0", "mov rax, [0x10]": "no page is there", "movabs rax, [0xffffffff81000000]": "belongs to the kernel",
        "jmp rsp": "NX",
        "int 0x20": "DPL 0", "in al, 0x60": "Ports", "ud2": "no instruction", "mov [rip+_start], al": "read-only",
        "mov ds, eax": "selector",
    }.items():  # fmt: skip
        lab = build(f"_start: mov eax, 0x18\n {text}\n").run()
        fault = lab.of(ev.Fault)[0]
        assert words in fault.why, (text, fault.why)
        mnemonic = "(not" if "jmp" in text else text.split()[0].replace("movabs", "mov")
        assert fault.instruction.split()[0] == mnemonic


@pytest.mark.parametrize(
    ("selector", "rights"),
    [(0x33, 0xAFFB00), (0x2B, 0xCFF300), (0x23, 0xCFFB00), (0x30, 0xAFFB00), (0x10, None), (0x18, None), (0x40, None), (0, None), (3, None),
     (0x37, None),     (0x48, None), (0x80, None), (0xFFF8, None)],
)  # fmt: skip
@pytest.mark.parametrize("stepping", [False, True])
def test_access_rights(build: Callable, selector: int, rights: int | None, stepping: bool) -> None:
    """Recorded: 0xaffb for the user's code segment; the kernel's are not to be seen."""
    text = f"_start: mov ecx, {selector}\n mov rdx, -1\n mov rbx, -1\n stc\n lar edx, ecx\n setz al\n setc ah\n lar bx, cx\n ud2\n"
    lab = build(text)
    if stepping:
        assert len(lab.trace()) == 8
    else:
        lab.run()
    frame = lab.exceptions[0].frame
    assert frame["rax"] == (0x101 if rights is not None else 0x100)
    assert frame["rdx"] == (2**64 - 1 if rights is None else rights)
    assert frame["rbx"] == (2**64 - 1 if rights is None else 2**64 - 0x10000 + (rights & 0xFFFF))
    assert lab.cpu.retired() == 8
