"""The count is exact: block by block as instruction by instruction, at every hypercall, fault and budget."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emulator.abi.errors import BudgetExceeded
from emulator.cpu.paging import P, U, W

EXIT = "mov eax, 60\n syscall\n"
ABCD = EXIT + 'text: .ascii "abcd"\n'

PROGRAMS = {
    "straight": ("_start: mov eax, 1\n nop\n nop\n" + EXIT, 5),
    "loop": ("_start: mov ecx, 1000\n1: add rax, rcx\n dec ecx\n jnz 1b\n" + EXIT, 3003),
    "calls": ("_start: mov ecx, 50\n1: call f\n dec ecx\n jnz 1b\n" + EXIT + "f: ret\n", 1 + 50 * 4 + 2),
    "syscalls": ("_start: mov ebx, 20\n1: mov eax, 39\n syscall\n dec ebx\n jnz 1b\n" + EXIT, 1 + 80 + 2),
    "rep": ("_start: lea rdi, [rsp-128]\n mov ecx, 64\n rep stosb\n" + EXIT, 2 + 64 + 2),
    "rep of none": ("_start: lea rdi, [rsp-128]\n xor ecx, ecx\n rep stosb\n nop\n" + EXIT, 2 + 1 + 1 + 2),
    "rep of one": ("_start: lea rdi, [rsp-128]\n mov ecx, 1\n rep stosb\n nop\n" + EXIT, 2 + 1 + 1 + 2),
    "rep as a jump target": ("_start: lea rdi, [rsp-128]\n mov ecx, 8\n jmp 1f\n nop\n1: rep stosb\n" + EXIT, 3 + 8 + 2),
    "rep again and again": (
        "_start: mov ebx, 9\n1: lea rdi, [rsp-128]\n mov ecx, ebx\n rep stosb\n dec ebx\n jnz 1b\n" + EXIT, 1 + 9 * 4 + 45 + 2),
    "two reps": ("_start: lea rdi, [rsp-128]\n mov ecx, 8\n rep stosb\n mov ecx, 3\n rep stosb\n" + EXIT, 2 + 8 + 1 + 3 + 2),
    "reps side by side": ("_start: lea rdi, [rsp-128]\n mov ecx, 8\n rep stosb\n rep stosb\n rep stosb\n" + EXIT, 2 + 8 + 2 + 2),
    "ecx counts": ("_start: mov edi, 0x500000\n mov rcx, 0x100000004\n .byte 0x67\n rep stosb\n" + EXIT, 2 + 4 + 2),
    "found": ("_start: lea rdi, [rip+text]\n mov al, 'c'\n mov ecx, 9\n repne scasb\n" + EXIT + 'text: .ascii "abcdefghi"\n', 3 + 3 + 2),
    "found at the end": ("_start: lea rdi, [rip+text]\n mov al, 'd'\n mov ecx, 4\n repne scasb\n" + ABCD, 3 + 4 + 2),
    "not found": ("_start: lea rdi, [rip+text]\n mov al, 'x'\n mov ecx, 4\n repne scasb\n" + ABCD, 3 + 4 + 2),
    "all equal": (
        "_start: lea rsi, [rip+text]\n mov rdi, rsi\n mov ecx, 4\n repe cmpsb\n nop\n" + ABCD, 3 + 4 + 1 + 2),
    "unequal": (
        "_start: lea rsi, [rip+text]\n lea rdi, [rsi+4]\n mov ecx, 4\n repe cmpsb\n nop\n" + EXIT + 'text: .ascii "abcdabxx"\n',
        3 + 3 + 1 + 2),
    "search, then search": (
        "_start: lea rdi, [rip+text]\n mov al, 'x'\n mov ecx, 2\n repne scasb\n mov ecx, 2\n repne scasb\n" + ABCD,
        3 + 2 + 1 + 2 + 2),
    "demand paging": ("_start: mov edi, 0x600000\n mov [rdi], edi\n mov rbx, [rdi]\n mov [rdi+4096], rbx\n nop\n" + EXIT, 5 + 2),
    "rep across pages": ("_start: mov edi, 0x600ffd\n mov ecx, 10\n rep stosb\n nop\n" + EXIT, 2 + 10 + 1 + 2),
    "rep ends at a page": ("_start: mov edi, 0x600ff0\n mov ecx, 17\n rep stosb\n nop\n" + EXIT, 2 + 17 + 1 + 2),
    "int 0x80": ("_start: mov eax, 20\n int 0x80\n nop\n" + EXIT, 3 + 2),
    "cpuid": ("_start: xor eax, eax\n cpuid\n rdtsc\n rdtscp\n nop\n" + EXIT, 5 + 2),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_blocks_and_steps_agree_with_the_manual(build: Callable, name: str) -> None:
    text, expected = PROGRAMS[name]
    assert build(text).run().cpu.retired() == expected
    stepped = build(text)
    addresses = stepped.trace()
    assert stepped.cpu.retired() == len(addresses) == expected


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_second_pass_over_known_blocks_counts_the_same(build: Callable, name: str) -> None:
    text, expected = PROGRAMS[name]
    twice = "_start: mov r15d, 3\nround: jmp first\nagain: dec r15d\n jnz round\n" + EXIT
    body = text.replace("_start:", "first:").replace(EXIT, "jmp again\n", 1)
    assert build(twice + body).run().cpu.retired() == 1 + 3 * (1 + (expected - 2) + 1 + 2) + 2


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 7, 20, 63, 64, 65, 66, 67, 68, 500, 511, 512, 513, 2999])
@pytest.mark.parametrize("name", ["loop", "rep", "calls", "syscalls", "search, then search"])
def test_a_budget_ends_the_run_at_that_very_instruction(build: Callable, name: str, limit: int) -> None:
    text, total = PROGRAMS[name]
    if limit >= total:
        assert build(text).run(limit).cpu.retired() == total
        return
    path = build(text).trace()
    lab = build(text)
    with pytest.raises(BudgetExceeded) as ended:
        lab.run(limit)
    assert ended.value.limit == "instructions"
    assert lab.cpu.retired() == limit
    assert lab.registers()["rip"] == path[limit], "the next instruction of the path"
    assert lab.registers()["cs"] == 0x33
    again = build(text)
    with pytest.raises(BudgetExceeded):
        again.run(limit)
    assert (again.registers(), again.events) == (lab.registers(), lab.events)


def test_a_fault_in_mid_block_counts_what_came_before(build: Callable) -> None:
    lab = build("_start: nop\n nop\n mov rax, [0x10]\n nop\n nop\n nop\n" + EXIT).run()
    assert lab.cpu.retired() == 2
    assert lab.exceptions[0].frame["rip"] == 0x401002


SELF_MODIFYING = {
    "the next instruction": ("_start: mov byte ptr [rip+1f+1], 7\n nop\n nop\n1: mov al, 0\n" + EXIT, 4 + 2),
    "a loop of its own": (
        "_start: mov ecx, 300\n1: inc byte ptr [rip+2f+1]\n2: mov al, 0\n dec ecx\n jnz 1b\n" + EXIT, 1 + 300 * 4 + 2),
    "the last one of a block": ("_start: lea rdi, [rip+1f]\n mov al, 0x90\n1: stosb\n nop\n" + EXIT, 4 + 2),
    "code elsewhere": ("_start: mov ebx, 9\n1: call f\n inc dword ptr [rip+f+1]\n dec ebx\n jnz 1b\n" + EXIT + "f: mov eax, 1\n ret\n",
        1 + 9 * 6 + 2),
}  # fmt: skip


@pytest.mark.parametrize("name", SELF_MODIFYING)
def test_code_that_changes_itself_is_counted(build: Callable, name: str) -> None:
    text, expected = SELF_MODIFYING[name]
    assert build(text, code_flags=P | U | W).run().cpu.retired() == expected
    assert len(build(text, code_flags=P | U | W).trace()) == expected


def test_changed_mappings_are_noticed(build: Callable) -> None:
    """The same address holds one instruction of six bytes, then six of one."""
    text = """
    _start: call f
        mov eax, 10
        lea rdi, [rip+f]
        mov edx, 3
        syscall
        mov rax, 0xc390909090909090
        mov [rip+f], rax
        mov eax, 10
        mov edx, 5
        syscall
        call f
        mov eax, 60
        syscall
        .balign 4096
    f:  mov ecx, dword ptr [rsp+8]
        nop
        nop
        nop
        ret
    """
    lab = build(text)
    assert lab.run().cpu.retired() == 1 + 5 + 4 + 2 + 3 + 1 + 8 + 2
    assert lab.exceptions == []
