"""Operands put together at random: where GNU as and the front end both take one, they take it for the same."""

from __future__ import annotations

import subprocess
from pathlib import Path
from random import Random

import pytest

from emulator.loader.assembler import AssemblyFailed, assemble
from tests.emulator.loader.assembler import gnu

_NUMBERS = ("0", "1", "2", "4", "8", "16", "0x10", "-1", "A", "B", "lab", "lab2", "fwd", "'a'")
_REGISTERS = ("rax", "rbx", "rcx", "rsp", "rbp", "r12", "r13", "eax", "r9d", "rip")
_OPERATORS = ("+", "-", "*", "+", "+", "/", "|", "&", "<<", " and ", " or ", " shl ", " mod ", " xor ")
_FRAMES = (
    "mov eax, {}", "mov rax, {}", "add rcx, {}", "lea rdx, {}", "mov {}, cl", "cmp dword ptr {}, 5", "push {}", "jmp {}", "call {}",
    "imul rax, rbx, {}", "mov byte ptr {}, 1",
)  # fmt: skip
_AROUND = "A=4\n.set B, 24\n.data\nlab2: .quad 1\n.text\nlab: nop\n_start: {}\n.data\nfwd: .quad 0\n.text\n"


def _expression(rng: Random, depth: int, *, inside: bool) -> str:
    kind = rng.random()
    if depth == 0 or kind < 0.3:
        return rng.choice(_REGISTERS if inside and rng.random() < 0.4 else _NUMBERS)
    first = _expression(rng, depth - 1, inside=inside)
    if kind < 0.45:
        return rng.choice((f"({first})", f"-{first}"))
    if kind < 0.5:
        return "offset " + rng.choice(("lab", "lab2", "fwd", "A", "lab+4"))
    if kind < 0.6 and inside:
        return f"{rng.choice(_REGISTERS)}*{rng.choice(('1', '2', '4', '8', 'A'))}+{first}"
    if kind < 0.75:
        return f"{first if kind < 0.68 else ''}[{_expression(rng, depth - 1, inside=True)}]"
    return first + rng.choice(_OPERATORS) + _expression(rng, depth - 1, inside=inside)


def _line(rng: Random) -> str:
    operand = _expression(rng, 3, inside=False)
    prefix = rng.choice(("", "", "", "", "dword ptr ", "byte ptr ", "qword ptr ", "fs:", "gs:", "ds:"))
    return rng.choice(_FRAMES).format(prefix + operand)


@pytest.mark.native
@pytest.mark.usefixtures("binutils")
def test_an_operand_taken_is_taken_for_the_same(tmp_path: Path, thorough: bool) -> None:
    rng = Random(7)
    taken = 0
    for _ in range(4_000 if thorough else 400):
        source = _AROUND.format(_line(rng))
        try:
            found = gnu.segments(assemble(source).elf)
        except AssemblyFailed as failed:
            messages = [problem.message for problem in failed.diagnostics]
            found = None
        else:
            messages = []
        assert not any("bug of ours" in message for message in messages), source
        if found is None:
            continue
        try:
            expected = gnu.segments(gnu.link(tmp_path, source))
        except subprocess.CalledProcessError:
            continue
        assert found == expected, source
        taken += 1
    assert taken > (1_000 if thorough else 80)
