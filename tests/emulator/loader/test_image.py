from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.loader.image import build_stack

TOP = 0x7FFF_FFFF_F000
DUMP = """
.intel_syntax noprefix
.globl _start
.text
_start: mov rsi, rsp
mov rdx, 0x7ffffffff000
sub rdx, rsi
mov edi, 1
mov eax, 1
syscall
xor edi, edi
mov eax, 60
syscall
"""


@pytest.mark.native
@pytest.mark.parametrize(
    ("argv", "env"),
    [([], ["PATH=/bin", "HOME=/home"]), (["a", "", "hello world"], []), (["x" * 100] * 20, ["EMPTY=", "K=" + "v" * 77])],
)
def test_the_first_stack_equals_the_real_one(binutils: None, tmp_path: Path, argv: list[str], env: list[str]) -> None:
    """Everything from RSP to the top of the stack, byte for byte, given the same auxiliary values."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        pytest.skip("the oracle is Linux on x86-64")
    source, program = tmp_path / "dump.s", tmp_path / "dump"
    source.write_text(DUMP)
    subprocess.run(["as", "-o", tmp_path / "dump.o", source], check=True)
    subprocess.run(["ld", "-o", program, tmp_path / "dump.o"], check=True)
    command = ["setarch", "-R", "env", "-i", *env, str(program), *argv]
    real = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    words = [int.from_bytes(real[at : at + 8], "little") for at in range(0, len(real) & ~7, 8)]
    start = words.index(0, words.index(0) + 1) + 1
    pairs = list(zip(words[start::2], words[start + 1 :: 2], strict=False))
    auxv = dict(pairs[: [kind for kind, _ in pairs].index(0)])
    low = TOP - len(real)
    random = real[auxv[25] - low : auxv[25] - low + 16]
    path = str(program).encode()
    image = build_stack(TOP, path, [path, *map(str.encode, argv)], [text.encode() for text in env], auxv, random)
    assert (image.pointer, image.data) == (low, real)
