"""Whole programs: what `as` and `ld` make of them, segment for segment."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.loader.assembler import assemble
from tests.emulator.loader.assembler import gnu, programs

pytestmark = [pytest.mark.native, pytest.mark.usefixtures("binutils")]


def test_generated_programs_load_as_gnu_makes_them(tmp_path: Path, thorough: bool) -> None:
    for seed in range(300 if thorough else 60):
        source = programs.program(seed)
        expected = gnu.link(tmp_path, source)
        assert gnu.segments(assemble(source).elf) == gnu.segments(expected), f"seed {seed}\n{source}"
