"""Every program of the corpus loads exactly as what `as` and `ld` make of it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from emulator.loader.assembler import assemble


def _gnu() -> ModuleType:
    spec = importlib.util.spec_from_file_location("assembler_gnu", Path(__file__).with_name("gnu.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


gnu = _gnu()


@pytest.mark.native
@pytest.mark.usefixtures("binutils")
def test_corpus_programs_load_as_gnu_makes_them(shared: Path, tmp_path: Path, thorough: bool) -> None:
    programs = sorted(shared.glob("corpus/cases/*/*/main.asm"))
    assert programs
    for program in programs if thorough else programs[::4]:
        source = program.read_text()
        assert gnu.segments(assemble(source).elf) == gnu.segments(gnu.link(tmp_path, source)), program.parent.name
