"""Corners of the language, each as GNU as and ld have it: the programs in language.s."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emulator.loader.assembler import assemble
from tests.emulator.loader.assembler import gnu

_PARTS = re.split(r"^#### (.*)\n", Path(__file__).with_name("language.s").read_text(), flags=re.MULTILINE)
CASES = dict(zip(_PARTS[1::2], _PARTS[2::2], strict=True))
CASES["carriage returns"] = "_start: nop\r\n mov eax, 1 # x\r\n ret\r\n"


@pytest.mark.native
@pytest.mark.usefixtures("binutils")
@pytest.mark.parametrize("source", CASES.values(), ids=CASES.keys())
def test_as_gnu_has_it(source: str, tmp_path: Path) -> None:
    assert gnu.segments(assemble(source).elf) == gnu.segments(gnu.link(tmp_path, source))
