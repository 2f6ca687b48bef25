"""What a learner reads: the place, what was expected, and the nearest thing that would be right."""

from __future__ import annotations

import pytest

from emulator.loader.assembler import AssemblyFailed, assemble, limits
from emulator.trace.run import Diagnostic

_START = "_start:\n"


def problems(source: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(AssemblyFailed) as caught:
        assemble(source)
    return caught.value.diagnostics


ONE_MISTAKE = [
    # the line, the offending text, a piece of the message, the suggestion
    ("mvo eax, 1", "mvo", "unknown instruction `mvo`", "mov"),
    ("xor edi, edii", "edii", "`edii` is not defined", "edi"),
    ("syscal", "syscal", "unknown instruction `syscal`", "syscall"),
    ("    lae rsi, [rip+_start]", "lae", "unknown instruction `lae`", "lea"),
    ("rax", "rax", "`rax` is a register; an instruction is expected", ""),
    ("mov eax, rbx", "eax, rbx", "operand sizes differ: eax (32 bits) and rbx (64 bits)", ""),
    ("mov eax, byte ptr [rbx]", "byte ptr [rbx]", "operand sizes differ", "dword ptr"),
    ("mov [rbx], 1", "[rbx]", "the size of this memory operand is open: write byte ptr, word ptr, dword ptr, qword ptr", "qword ptr"),
    ("inc [rax]", "[rax]", "the size of this memory operand is open", "qword ptr"),
    ("mov dword [rax], 1", "dword", "`dword ptr` expected", "dword ptr"),
    ("mov [rax], [rbx]", "[rax], [rbx]", "can't take two memory operands", ""),
    ("mov al, 256", "256", "0x100 does not fit: this operand holds 8 bits", ""),
    ("add rax, 0x123456789a", "0x123456789a", "does not fit: this operand holds 32 bits (and is sign-extended)", ""),
    ("mov ah, byte ptr [r8]", "ah", "`ah` can't be used together with `r8`", ""),
    ("mov rax, [rbx+rcx*3]", "3", "an index is scaled by 1, 2, 4 or 8", ""),
    ("mov rax, [rsp*2]", "[rsp*2]", "`rsp` can't be an index", ""),
    ("mov rax, [rax+rbx+rcx]", "rcx", "two registers at most", ""),
    ("mov rax, [eax+rbx]", "[eax+rbx]", "differ in size", ""),
    ("mov rax, [ax]", "ax", "`ax` can't hold an address", ""),
    ("mov rax, [offset _start]", "[offset _start]", "only one of them can be meant", ""),
    ("mov eax, dword ptr 5", "dword ptr 5", "needs brackets around a number", ""),
    ("mov rax, (4[8])", "(4[8])", "write the whole address in one pair of brackets", ""),
    ("jmp near", "near", "`near` is a size, not a name", "near ptr"),
    ("mov rax, byte ptr word ptr [rbx]", "word ptr [rbx]", "one size is enough", ""),
    ("mov rax, [rbx", "[", "`[` is never closed: `]` expected", ""),
    ("mov rax, (1+2", "(", "`(` is never closed: `)` expected", ""),
    ("mov rax,", "", "a value expected, but the statement ends here", ""),
    ("mov rax", "mov", "`mov` takes 2 operands, not 1", ""),
    ("push rax, rbx", "push", "`push` takes 1 operand, not 2", ""),
    ("mov eax ebx", "ebx", "`,` or the end of the statement expected, not `ebx`", ""),
    ("mov eax, 10h", "10h", "`10h` is not a number", "0x10"),
    ("mov eax, 0b12", "0b12", "`0b12` is not a number", ""),
    ("mov eax, 99999999999999999999", "99999999999999999999", "does not fit into 64 bits", ""),
    ("mov eax, 1/0", "1/0", "division by zero", ""),
    ("jmp nowhere", "nowhere", "`nowhere` is not defined", ""),
    ("call _strat", "_strat", "`_strat` is not defined", "_start"),
    ("mov eax, offset SYS_wirte", "SYS_wirte", "`SYS_wirte` is not defined", "SYS_write"),
    ("jmp 1f", "1f", "`1f` is not defined", ""),
    ("jmp 1b", "", "there is no label `1:` before this line", ""),
    ("_start: nop", "_start", "`_start` is already defined on line 1", ""),
    ("jz [rax]", "jz", "`jz` takes a label to jump to", ""),
    ("call ax", "ax", "a 64-bit register or qword ptr memory expected", ""),
    ("lock mov [rax], ebx", "lock", "`lock` goes with instructions that change memory", ""),
    ("rep add eax, 1", "rep", "`rep` goes with string instructions", ""),
    ("sysret", "sysret", "write `sysretq` or `sysretd`", "sysretq"),
    ("section .text", "section", "`section` is NASM's; GNU as writes `.section`", ".section"),
    ("bits 64", "bits", "it is not needed here", ""),
    ("lea rsi, [rel _start]", "rel _start", "GNU as writes [rip+_start]", "rip+_start"),
    (".asciz hello", "hello", "a string in double quotes expected", ""),
    ('.asciz "hello', '"hello', "this string is never closed", '"hello"'),
    (".byte 256", "256", "does not fit into 8 bits", ""),
    ('.byte "a"', '"a"', "text belongs into .ascii or .asciz", ""),
    ('.asciiz "a"', ".asciiz", "unknown directive `.asciiz`", ".asciz"),
    (".sectoin .data", ".sectoin", "unknown directive `.sectoin`", ".section"),
    ('.incbin "/etc/passwd"', ".incbin", "`.incbin` would read a file of this machine", ""),
    ('.INCLUDE "/etc/passwd"', ".INCLUDE", "`.include` would read a file of this machine", ""),
    (".att_syntax", ".att_syntax", "only Intel syntax is read here", ""),
    (".balign 3", ".balign", "an alignment is a power of two", ""),
    (".space 0x7fffffffffffffff", ".space", "bytes are too many", ""),
    (".endr", ".endr", "closes nothing that is open", ""),
    (".rept 3", ".rept", "this `.rept` is never closed: `.endr` expected", ""),
    (".if 1", ".if 1", "this condition is never closed: `.endif` expected", ""),
    (".set rax, 5", "rax", "`rax` can't be given a value", ""),
    ("\u00e9", "\u00e9", "unexpected character '\u00e9'", ""),
    ("nop # fine\x01\nnop \x02", "\x02", "unexpected character U+0002", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "where", "message", "suggestion"), ONE_MISTAKE, ids=[m[0][:30].encode("ascii", "replace").decode() for m in ONE_MISTAKE]
)
def test_one_mistake(line: str, where: str, message: str, suggestion: str) -> None:
    (found,) = problems(_START + line + "\n")
    assert message in found.message
    assert found.suggestion == suggestion
    assert found.severity == "error"
    assert found.line == 2 + line.count("\n")
    if where:
        last = line.rsplit("\n", maxsplit=1)[-1]
        assert last[found.column - 1 : found.end_column - 1] == where


def test_all_mistakes_at_once() -> None:
    found = problems("_start:\n mvo eax, 1\n nop\n mov eax, rbx\n jmp nowhere\n .byt 1\n .quad missing\n")
    assert [d.line for d in found] == [2, 4, 5, 6, 7]


def test_an_undefined_symbol_is_reported_where_it_is_used_first() -> None:
    (found,) = problems("_start:\n call puts\n call puts\n lea rdi, [rip+puts]\n")
    assert (found.line, found.column, found.end_column) == (2, 7, 11)


@pytest.mark.parametrize("source", ["", "nop", "start: nop", "main:\n ret", "# only a comment"])
def test_no_start(source: str) -> None:
    (found,) = problems(source)
    assert "there is no `_start:` label" in found.message
    assert found.line == 0
    assert ("rename" in found.message) == ("start" in source or "main" in source)


def test_two_spellings_of_a_short_jump_that_does_not_reach() -> None:
    assert "this jump reaches 128" in problems("_start: loop there\n.fill 200\nthere: nop")[0].message
    assert "this jump reaches 128" in problems("_start: jmp short there\n.fill 200\nthere: nop")[0].message


def test_the_list_of_errors_ends() -> None:
    found = problems("_start:\n" + "mvo eax\n" * 5_000)
    assert len(found) == limits.DIAGNOSTICS


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nop\n" * 100_000, "the text has 100,001 lines"),
        ("#" * (1 << 20) + "\n#", "the text is too long"),
        ("nop\n" + "#" * 5_000, "this line is too long"),
        ("nop\nno\0p", "a NUL byte"),
        ("nop\n/* never", "this comment is never closed"),
    ],
)
def test_texts_that_are_refused_whole(source: str, message: str) -> None:
    (found,) = problems(source)
    assert message in found.message


def test_a_place_in_a_macro_is_the_place_of_its_call() -> None:
    (found,) = problems("_start:\n.macro bad x\n mov eax, \\x\n.endm\n nop\n bad rbx\n")
    assert found.line == 6
    assert "mov eax, rbx" in found.message


def test_unknown_escapes_are_warned_of() -> None:
    (found,) = assemble('_start: nop\n .ascii "a\\e"\n').warnings
    assert (found.line, found.column, found.severity) == (2, 11, "warning")


def test_a_bare_name_is_memory_and_nasm_users_are_told() -> None:
    program = 'msg db "hi", 10\nlen equ $ - msg\n_start: mov rsi, msg\n mov rdi, offset msg\n mov edx, len\n mov al, [msg]\n jmp _start\n'
    (found,) = assemble(program).warnings
    assert (found.line, found.column, found.end_column) == (3, 18, 21)
    assert "`offset` gives the address" in found.message
    assert assemble(program.replace("db", ".byte 0 #").replace("len equ", "len =").replace("msg .byte", "msg: .byte")).warnings == ()


def test_a_number_that_comes_too_late_is_pointed_out() -> None:
    made = assemble('_start:\n    mov edx, len\n    mov edx, [len]\n    jmp len2\nlen2: .ascii "ab"\nlen = . - len2\n')
    (warning,) = made.warnings
    assert (warning.line, warning.column, warning.severity, warning.suggestion) == (2, 14, "warning", "offset len")
    assert "on line 6" in warning.message


def test_another_name_for_a_place_is_memory_wherever_it_stands() -> None:
    assert not assemble("_start:\n    mov eax, place\n    nop\nhere: .long 5\nplace = here\n").warnings


@pytest.mark.parametrize("name", ["word", "byte", "far"])
def test_a_size_may_be_a_name_where_no_size_can_stand(name: str) -> None:
    assert assemble(f"_start:\n    lea rdi, [rip + {name}]\n{name}: nop\n").elf == assemble("_start:\n    lea rdi, [rip + x]\nx: nop\n").elf
