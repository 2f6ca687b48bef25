"""Hostile texts and hostile programs, through the sandbox: one explained outcome each, nothing of the host, and the next run works."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from emulator.sandbox.client import Sandbox
from emulator.trace.run import AsmProgram, Limits, Outcome, Report, RunSpec

LIMITS = Limits(instructions=5_000_000, wall_ms=2_000, events=20_000)
ORDINARY = "_start:\n    mov eax, 60\n    mov edi, 42\n    syscall\n"
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(children=4, allow_weak=True) as sandbox:
        yield sandbox


def run(sandbox: Sandbox, text: str) -> Report:
    handle = sandbox.start(RunSpec(program=AsmProgram(text), limits=LIMITS))
    for _ in handle.batches():
        pass
    return handle.report


def host_lines() -> list[bytes]:
    """What no answer may contain. The modelled /etc/passwd has its own root line."""
    lines = [line for line in Path("/etc/passwd").read_bytes().splitlines() if line]
    return [line for line in lines if not line.startswith((b"root:", b"user:"))]


def assert_explained(told: Report, name: str) -> None:
    assert told.outcome in get_args(Outcome), name
    assert told.outcome not in ("internal", "sandbox_violation", "cancelled", "lost"), (name, told.message)
    assert bool(told.exit) == (told.outcome in ("exited", "signaled")), name
    errors = [one for one in told.diagnostics if one.severity == "error"]
    assert bool(errors) == (told.outcome == "source_error"), name
    assert bool(told.limit) == (told.outcome == "limit"), name
    assert "Traceback" not in told.message, name
    answer = msgspec.json.encode(told) + told.stdout + told.stderr
    assert not [line for line in host_lines() if line in answer], name


def sources(shared: Path) -> list[Path]:
    return sorted((shared / "hostile" / "source").glob("*.s"))


def test_hostile_texts_get_a_diagnostic_or_a_program(sandbox: Sandbox, shared: Path) -> None:
    found = sources(shared)
    assert len(found) > 100

    def assemble(path: Path) -> tuple[str, str, str]:
        told = sandbox.assemble(path.read_bytes().decode("utf-8", "replace"))
        answer = msgspec.json.encode([told.diagnostics, told.source_map]).decode()
        return path.name, told.outcome, answer

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(assemble, found))
    assert not [(name, outcome) for name, outcome, _ in answers if outcome not in ("exited", "source_error")]
    assert not [name for name, _, answer in answers for line in host_lines() if line.decode() in answer]
    assert run(sandbox, ORDINARY).outcome == "exited"


@pytest.mark.parametrize("seed", SEEDS)
def test_hostile_programs_end_in_one_explained_outcome(sandbox: Sandbox, shared: Path, tmp_path: Path, seed: int, thorough: bool) -> None:
    """The named ones once, the random ones with every seed; between any two, an ordinary program."""
    generator = shared / "hostile" / "guests.py"
    count = "100" if thorough else "16"
    subprocess.run([sys.executable, "-B", str(generator), str(tmp_path), "--seed", str(seed), "--random", count], check=True)
    programs = sorted(path for path in tmp_path.glob("*.asm") if seed == SEEDS[0] or path.name.startswith("random-"))
    assert len(programs) >= int(count)

    def attack(path: Path) -> None:
        assert_explained(run(sandbox, path.read_text()), path.name)
        ordinary = run(sandbox, ORDINARY)
        assert ordinary.exit is not None, path.name
        assert ordinary.exit.code == 42, path.name

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(attack, programs))
