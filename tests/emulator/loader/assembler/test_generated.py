"""Twenty thousand instruction lines: the same bytes as GNU as, and the same lines refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emulator.loader.assembler import AssemblyFailed, assemble
from tests.emulator.loader.assembler import generated, gnu

STRICTER = re.compile(
    r"does not fit: this operand holds"  # GNU as cuts the number, with or without a warning
    r"|of `(jmp|call)` can't be (word|dword) memory"  # a far or 16-bit branch through memory
    r"|of `(jmp|call)` can't be \w+ \((16|32) bits\)"
    r"|movsxd|(cx|ax|sp|di|bx|r8w|r13w) \(16 bits\) and",  # movsxd into 16 bits
)
"""Where the front end says no to what GNU as takes: on purpose, each with its reason in docs/decisions."""
ALSO_REFUSED = re.compile(
    r"^bextr \w+, \w+, 5$"  # AMD's withdrawn TBM
    r"|^(sh|ro|rc|sa)\w+ .*, (rcx|ecx|cx)$"  # a count in another register than cl
    r"|^movsb \w+, "  # AT&T's name of movsx
    r"|^movd .*, -?[0-9]"  # no such instruction
    r"|^(movs|cmps|stos|lods|scas|ins|outs)[bwdq]? .*\[(?!(rsi|rdi|esi|edi)\])",  # another address than theirs
)
LINKED = re.compile(r"^(call|jmp) [-~'0-9][^\[]*$")
"""A target given as a number: its distance is filled in by the linker, which is asked elsewhere."""


def ours(line: str) -> bytes | str:
    try:
        program = assemble(f"_start: {line}")
    except AssemblyFailed as failed:
        return failed.diagnostics[0].message
    size = sum(mark.length for mark in program.source_map)
    return program.elf[0x1000 : 0x1000 + size]


@pytest.mark.native
@pytest.mark.usefixtures("binutils")
def test_generated_lines_as_gnu_assembles_them(tmp_path: Path, thorough: bool) -> None:
    lines = generated.lines(36_000)
    assert len(set(lines)) == 36_000
    lines = [line for line in lines if not LINKED.match(line)]
    if not thorough:
        lines = lines[::12]
    accepted = gnu.encodings(tmp_path, lines)
    assert len(accepted) > (20_000 if thorough else 1_500)
    wrong = []
    for number, line in enumerate(lines):
        found = ours(line)
        expected = accepted.get(number)
        if isinstance(found, bytes):
            if found != expected:
                wrong.append((line, found.hex(), expected.hex() if expected is not None else "refused"))
        elif expected is not None and not STRICTER.search(found) and not ALSO_REFUSED.search(line):
            wrong.append((line, found, expected.hex()))
    assert wrong == []
