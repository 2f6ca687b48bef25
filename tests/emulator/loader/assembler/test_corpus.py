"""Every program of the corpus loads exactly as what `as` and `ld` make of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.loader.assembler import assemble
from tests.emulator.loader.assembler import gnu


@pytest.mark.native
@pytest.mark.usefixtures("binutils")
def test_corpus_programs_load_as_gnu_makes_them(shared: Path, tmp_path: Path, thorough: bool) -> None:
    programs = sorted(shared.glob("corpus/cases/*/*/main.asm"))
    assert programs
    for program in programs if thorough else programs[::4]:
        source = program.read_text()
        assert gnu.segments(assemble(source).elf) == gnu.segments(gnu.link(tmp_path, source)), program.parent.name
