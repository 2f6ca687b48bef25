"""The comparison itself, on made-up runs; and the command on a sample of the recorded corpus."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from emulator.cli import case as cases
from emulator.cli.case import Case, CaseError
from emulator.cli.corpus import Judged, summarise
from emulator.cli.normalise import Row
from emulator.trace.run import AsmProgram, Exit, Report
from emulator.trace.survey import FileAfter, Survey

ROOT = Path(__file__).parents[3]

RECORDED: dict[str, Any] = {
    "schema": cases.SCHEMA,
    "name": "made-up",
    "family": "io",
    "input": {
        "kind": "asm",
        "argv": ["prog", "-l"],
        "env": ["A=1"],
        "stdin": "\u00ff",
        "files": [
            {"path": "/home/f", "mode": 0o600, "content_b64": "b2xk"},
            {"path": "/home/l", "symlink": "f", "uid": 0},
            {"path": "/home/d", "dir": True, "mode": 0o755},
        ],
        "uid": 0,
        "cwd": "/tmp",
        "timeout_s": 2,
    },
    "match": {"stdout": "exact", "stderr": "exact", "strace": "per-process-exact", "steps": "exact when recorded"},
    "expect": {
        "stdout": {"text": "out\n"},
        "stderr": {"hex": "ff"},
        "exit": {"code": 3},
        "files_after": {"/home/f": {"mode": "100600", "nlink": 1, "size": 3, "blocks": 8, "content_b64": "bmV3"}},
        "strace": {"P1": ['execve("/bin/prog", ["prog"], <envp> /* 1 var */) = 0', "exit(3) = ?", "+++ exited with 3 +++"]},
        "steps": {"user_instructions": 7, "rip_fnv1a64": "00000000000000ab"},
    },
}
REPORT = Report(outcome="exited", exit=Exit(code=3), stdout=b"out\n", stderr=b"\xff")
ROWS = [
    Row(5, 'execve("/bin/prog", ["prog"], 0x7fffffffe0a8 /* 1 var */) = 0'),
    Row(5, "exit(3)                                 = ?"),
    Row(5, "+++ exited with 3 +++"),
]
SURVEY = Survey(7, "00000000000000ab", {"/home/f": FileAfter(0o100600, 3, b"new")})


def made_up(**changes: Any) -> Case:
    return msgspec.convert({**RECORDED, **changes}, Case)


def test_agreement() -> None:
    assert cases.compare(made_up(), REPORT, ROWS, SURVEY) is None


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"exit": Exit(code=4)}, "exit"),
        ({"exit": None, "outcome": "limit", "limit": "wall"}, "exit"),
        ({"outcome": "engine_crash"}, "exit"),
        ({"unmodelled": ("fork",)}, "unmodelled"),
        ({"stdout": b"out"}, "stdout"),
        ({"stderr": b""}, "stderr"),
    ],
)
def test_every_facet_of_the_report_counts(change: dict[str, Any], what: str) -> None:
    difference = cases.compare(made_up(), msgspec.structs.replace(REPORT, **change), ROWS, SURVEY)
    assert difference is not None
    assert difference.what == what


def test_the_trace_counts() -> None:
    difference = cases.compare(made_up(), REPORT, ROWS[:2], SURVEY)
    assert difference == cases.Difference("strace P1 line 3", "+++ exited with 3 +++", None)
    other = [*ROWS[:1], Row(5, "exit(4) = ?"), ROWS[2]]
    assert cases.compare(made_up(), REPORT, other, SURVEY) == cases.Difference("strace P1 line 2", "exit(3) = ?", "exit(4) = ?")
    unrecorded = made_up(match={**RECORDED["match"], "strace": "none"})
    assert cases.compare(unrecorded, REPORT, other, SURVEY) is None
    dropping = made_up(match={**RECORDED["match"], "strace_drop": ["^exit"]})
    assert cases.compare(dropping, REPORT, other, SURVEY) is None
    masking = made_up(match={**RECORDED["match"], "strace_mask": [[r"exit\(4\)", "exit(3)"]]})
    assert cases.compare(masking, REPORT, other, SURVEY) is None


def test_the_path_counts() -> None:
    difference = cases.compare(made_up(), REPORT, ROWS, msgspec.structs.replace(SURVEY, path_hash="00000000000000ac"))
    assert difference == cases.Difference("path of instructions", "00000000000000ab", "00000000000000ac")
    difference = cases.compare(made_up(), REPORT, ROWS, msgspec.structs.replace(SURVEY, steps=8))
    assert difference == cases.Difference("steps", 7, 8)
    informative = made_up(match={**RECORDED["match"], "steps": "informative: IFUNC"})
    assert cases.compare(informative, REPORT, ROWS, msgspec.structs.replace(SURVEY, steps=1)) is None


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"/home/f": FileAfter(0o100644, 3, b"new")},
        {"/home/f": FileAfter(0o100600, 4, b"new")},
        {"/home/f": FileAfter(0o100600, 3, b"old")},
        {"/home/f": FileAfter(0o120777, symlink="x")},
        {"/home/f": FileAfter(0o100600, 3, b"new"), "/home/g": FileAfter(0o100600, 0, b"")},
    ],
)
def test_the_files_count(files: dict[str, FileAfter]) -> None:
    difference = cases.compare(made_up(), REPORT, ROWS, msgspec.structs.replace(SURVEY, files=files))
    assert difference is not None
    assert difference.what.startswith("file /home/")


def test_the_world_of_a_case(tmp_path: Path) -> None:
    (tmp_path / "main.asm").write_text("_start:")
    spec = cases.spec(made_up(), tmp_path)
    assert (spec.program, spec.argv, spec.env, spec.stdin) == (AsmProgram("_start:"), ("prog", "-l"), ("A=1",), b"\xff")
    assert (spec.uid, spec.cwd, spec.limits.wall_ms) == (0, "/tmp", 2000)
    file, link, directory = spec.files
    assert (file.path, file.mode, file.data, file.uid) == ("/home/f", 0o600, b"old", None)
    assert (link.symlink, link.uid) == ("f", 0)
    assert directory.directory


def test_an_elf_is_found_in_the_nearest_folder_above(tmp_path: Path) -> None:
    case = made_up(input={**RECORDED["input"], "kind": "elf", "elf": "bins/elf/x"})
    folder = tmp_path / "bins" / "cases" / "open" / "made-up"
    folder.mkdir(parents=True)
    with pytest.raises(CaseError, match="no folder above it has bins/elf/x"):
        cases.spec(case, folder)
    (tmp_path / "bins" / "elf").mkdir()
    (tmp_path / "bins" / "elf" / "x").write_bytes(b"\x7fELF")
    assert cases.spec(case, folder).program.data == b"\x7fELF"


def test_what_is_no_case_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "expect.json").write_text("{}")
    with pytest.raises(CaseError, match="schema"):
        cases.load(tmp_path)
    (tmp_path / "expect.json").write_text(json.dumps({**RECORDED, "schema": "corpora.case/2"}))
    with pytest.raises(CaseError, match=r"not corpora\.case/1"):
        cases.load(tmp_path)


def test_every_recorded_case_can_be_read(shared: Path) -> None:
    folders = list(cases.find(shared / "corpus"))
    assert len(folders) > 100
    for folder in folders:
        case = cases.load(folder)
        assert case.name == folder.name
        if all(file.host is None for file in case.input.files):
            cases.spec(case, folder)


def test_the_summary() -> None:
    difference = cases.Difference("stdout", "a", "b")
    told = summarise([Judged("x", "io", None), Judged("y", "io", difference), Judged("z", "abi", None)])
    assert msgspec.to_builtins(told) == {
        "cases": 3,
        "agreed": 2,
        "families": {"abi": {"cases": 1, "agreed": 1}, "io": {"cases": 2, "agreed": 1}},
        "failures": [{"case": "y", "what": "stdout", "expected": "a", "got": "b"}],
    }


def test_the_command_on_cases_that_must_agree(shared: Path) -> None:
    folders = [shared / "corpus" / "cases" / "open" / name for name in ("write_hello", "exit_codes", "read_stdin")]
    if not all(folder.is_dir() for folder in folders):
        pytest.skip("the corpus has other cases")
    command = [sys.executable, "-m", "emulator", "corpus", *map(str, folders), "--json", "--jobs", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert told["failures"] == []
    assert (done.returncode, told["cases"], told["agreed"]) == (0, 3, 3)


def test_the_command_on_a_case_that_does_not_agree(shared: Path, tmp_path: Path) -> None:
    folder = shared / "corpus" / "cases" / "open" / "write_hello"
    recorded = json.loads((folder / "expect.json").read_text())
    recorded["expect"]["exit"] = {"code": 9}
    (tmp_path / "main.asm").write_text((folder / "main.asm").read_text())
    (tmp_path / "expect.json").write_text(json.dumps(recorded))
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "corpus", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[:3] == ["write_hello: exit", '    Linux: {"code":9}', '    model: {"code":0}']
    assert done.stdout.splitlines()[-1].split() == ["all", "0", "/", "1"]
