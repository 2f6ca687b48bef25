"""The golden traces of the lessons are what strace prints on the real kernel."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from emulator.scenario import load

pytestmark = pytest.mark.native

LIBRARY = Path(__file__).resolve().parents[2] / "playground" / "scenarios" / "library"
PRELUDE = ".intel_syntax noprefix\n.globl _start\n.text\n"
TRACES = sorted(LIBRARY.glob("*/*/*.strace"))


def masked(lines: list[str]) -> list[str]:
    """Take away what the world decides and not the program: addresses, pid, time, padding."""
    result = []
    for line in lines:
        text = "execve(...)" if line.startswith("execve(") else line
        text = re.sub(r"0x7f[0-9a-f]{10}", "<address>", text)
        text = re.sub(r"^(getpid\(\) += )\d+", r"\1<pid>", text)
        text = re.sub(r"tv_(n?)sec=\d+", r"tv_\1sec=<time>", text)
        result.append(re.sub(r"\) +=", ") =", text))
    return result


@pytest.mark.parametrize("trace", TRACES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_golden_traces(trace: Path, tmp_path: Path, binutils: None) -> None:
    if shutil.which("strace") is None:
        pytest.skip("no strace here")
    scenario = load({path.name: path.read_bytes() for path in trace.parent.iterdir()})
    program = scenario.program("main" if trace.stem == "trace" else trace.stem)
    (tmp_path / "prog.s").write_text(PRELUDE + scenario.sources[program.id])
    subprocess.run(["as", "-o", "prog.o", "prog.s"], cwd=tmp_path, check=True)
    subprocess.run(["ld", "-o", "prog", "prog.o"], cwd=tmp_path, check=True)
    subprocess.run(
        ["setarch", "-R", "strace", "-f", "-o", "log", "./prog", *program.argv[1:]],
        cwd=tmp_path, input=program.stdin.encode() * program.stdin_repeat, stdout=subprocess.PIPE, check=False, timeout=60,
    )  # fmt: skip
    log = (tmp_path / "log").read_text()
    lines = [re.sub(r"^\d+ +", "", line) for line in log.splitlines()]
    assert masked(list(scenario.traces[program.id])) == masked(lines)
