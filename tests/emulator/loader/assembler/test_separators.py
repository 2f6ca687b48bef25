"""`;` between statements (GNU as) and before comments (NASM): both habits do what their authors mean."""

from __future__ import annotations

import pytest

from emulator.loader.assembler import assemble

_AROUND = "_start:\n{}\nwrite: ret\ncount: .quad 0\n"


def code(line: str) -> tuple[bytes, int]:
    program = assemble(_AROUND.format(line))
    size = sum(mark.length for mark in program.source_map if mark.line == 2)
    return program.elf[0x1000 : 0x1000 + size], len(program.warnings)


STATEMENTS = [
    ("nop; ret", "90c3"),
    ("nop ; ret", "90c3"),
    ("nop;nop;nop", "909090"),
    ("xor edi, edi ; syscall", "31ff0f05"),
    ("rep; movsb", "f3a4"),
    ("nop; .byte 1, 2; nop", "90010290"),
    ("nop; 1: jmp 1b", "90ebfe"),
    ("nop; here: jmp here", "90ebfe"),
    ('.ascii ";"; nop', "3b90"),
    ("mov al, ';'; nop", "b03b90"),
    ("; nop", "90"),
]
COMMENTS = [
    ("nop ; the end", "90", 0),
    ("nop ; don't worry", "90", 0),
    ("nop ;", "90", 0),
    ("nop ;; two of them", "90", 0),
    ('nop ; ----- "quotes', "90", 0),
    ("nop ; rax = 1", "90", 0),
    ("nop ; note: this is", "90", 0),
    ("nop ; later:", "90", 0),
    ("nop ; n = 5", "90", 0),
    ("nop ; 5 bytes", "90", 0),
    ("nop ; ...", "90", 0),
    ("nop ; unused(a, b)", "90", 0),
    ("; a line of its own", "", 0),
    ("nop ; add one to the count", "90", 1),
    ("nop ; call the kernel", "90", 1),
    ("nop ; call kernel", "90", 1),
    ("nop ; not zero", "90", 1),
    ("nop ; push it; ret", "90", 1),
    ("nop ; .data goes below", "90", 1),
    ("nop # ; ret", "90", 0),
]


@pytest.mark.parametrize(("line", "expected"), STATEMENTS)
def test_statements(line: str, expected: str) -> None:
    assert code(line) == (bytes.fromhex(expected), 0)


@pytest.mark.parametrize(("line", "expected", "warnings"), COMMENTS)
def test_comments(line: str, expected: str, warnings: int) -> None:
    assert code(line) == (bytes.fromhex(expected), warnings)
