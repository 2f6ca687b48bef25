"""Whatever the text: a program or diagnostics, nothing else, and in bounded work."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.loader.assembler import AssemblyFailed, assemble, limits
from emulator.loader.assembler.directives import HANDLERS, MACRO_WORDS, SECTION_WORDS
from emulator.loader.assembler.mnemonics import known
from tests.emulator.loader.assembler import programs

_WORDS = sorted(known() | HANDLERS.keys() | MACRO_WORDS | SECTION_WORDS)
_PIECES = st.one_of(
    st.sampled_from(_WORDS),
    st.sampled_from(
        [
            "rax",
            "eax",
            "al",
            "ah",
            "r8",
            "xmm0",
            "st(1)",
            "fs",
            "cr0",
            "rip",
            "rsp",
            "byte ptr",
            "qword ptr",
            "offset",
            "short",
            "a",
            "b",
            "x",
            "_start",
            "1f",
            "1b",
            "1:",
            "$",
            ".",
        ]
    ),
    st.sampled_from([*"[](){}+-*/%!~&|^<>=,:;#@\\\"' \t\n", "\n", "\n", ", ", " ", "==", "<<", "\\x", "\\@"]),
    st.integers(-(1 << 66), 1 << 66).map(str),
    st.integers(0, 1 << 64).map(hex),
    st.text(max_size=4),
)
_TEXTS = st.lists(_PIECES, max_size=60).map(" ".join)


def _answered(text: str) -> None:
    try:
        program = assemble(text)
    except AssemblyFailed as failed:
        problems = failed.diagnostics
    else:
        assert program.elf.startswith(b"\x7fELF")
        assert len(program.elf) <= limits.OUTPUT_BYTES + 0x10000
        assert program.entry
        return
    assert any(found.severity == "error" for found in problems)
    assert len(problems) <= limits.DIAGNOSTICS
    assert not any("bug of ours" in found.message for found in problems)
    for found in problems:
        assert found.message
        assert 0 <= found.line <= len(text.splitlines()) + text.count("\r") + 1
        assert found.column >= 0
        assert found.end_column == 0 or found.end_column >= found.column


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_TEXTS)
def test_any_words(text: str) -> None:
    _answered(text)
    _answered("_start:\n" + text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    _answered(text)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    _answered(data.decode("utf-8", "surrogateescape"))
    _answered(data.decode("latin-1"))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 40), st.integers(0, 2_000), st.text(alphabet="abr0159[](),:;+-*\"'\\.#\n $@", max_size=3))
def test_one_edit(seed: int, place: int, change: str) -> None:
    text = programs.program(seed)
    at = place % len(text)
    _answered(text[:at] + change + text[at + 1 :])


@pytest.mark.parametrize("seed", [3, 11])
def test_every_prefix(seed: int, thorough: bool) -> None:
    text = programs.program(seed)
    for end in range(0, len(text), 1 if thorough else 7):
        _answered(text[:end])


def test_prefixes_of_corpus_programs(shared: Path, thorough: bool) -> None:
    for name in ("write_hello", "bss_and_data_sections", "maps_layout"):
        text = (shared / "corpus/cases/open" / name / "main.asm").read_text()
        for end in range(0, len(text), 3 if thorough else 41):
            _answered(text[:end])


def test_a_long_honest_program() -> None:
    program = assemble("_start:\n" + "".join(f" mov eax, {n}\n add rbx, {n}\n" for n in range(10_000)) + " syscall\n")
    assert len(program.source_map) == 20_001
    assert program.source_map[-1].line == 20_002


@pytest.mark.parametrize(
    "text",
    [
        ".macro a\n b\n b\n.endm\n.macro b\n a\n a\n.endm\n a\n",
        ".macro a x\n a \\x\\x\n.endm\n a yy\n",
        ".rept 19999\n.rept 1\n.endr\n.endr\n",
        ".irpc c," + "x" * 4000 + "\n.rept 5\n nop\n.endr\n.endr\n",
        "a0 = b0 + b0\n" + "".join(f"b{n} = b{n + 1} + b{n + 1}\n" for n in range(5_000)) + ".quad a0\n",
        "".join(f"x{n} = y{n} - z\ny{n + 1} = x{n} * 2\n" for n in range(3_000)) + ".quad y3000\n",
        "".join(f"a{n}: .skip a{n + 1} - a{n}\n" for n in range(300)) + "a300:\n",
        ".skip 0xffffff\n" * 20,
        "jmp 9f\n" * 10_000 + "9:\n",
        ".balign 0x800000\n nop\n" * 50,
        ".section s0\n" + "".join(f".section s{n}\n" for n in range(500)),
        "nop;" * 1000,
        "; nop" * 800,
        "mvo\n" * 20_000,
        "".join(f"call missing{n}\n" for n in range(10_000)),
    ],
)  # fmt: skip
def test_much_from_little(text: str) -> None:
    _answered("_start:\n" + text)
