"""The front door as a user meets it: exit statuses, messages, formats. Every call is a process of its own, as on the command line."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulator.sandbox import programs

ROOT = Path(__file__).parents[3]


def cli(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "emulator", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    return done


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str | bytes, name: str = "prog.asm") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def test_like_strace(write) -> None:
    done = cli("run", write(programs.hello(status=5)))
    assert (done.returncode, done.stdout) == (0, b"Hello, world!\n")
    lines = [" ".join(line.split()) for line in done.stderr.decode().splitlines()]
    assert lines[0].startswith('execve("/bin/prog", ["prog"], 0x7f')
    assert lines[1:] == ['write(1, "Hello, world!\\n", 14) = 14', "exit(5) = ?", "+++ exited with 5 +++"]


def test_json_is_one_object(write) -> None:
    done = cli("run", write(programs.hello()), "--format", "json")
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, b"")
    assert told.keys() >= {
        "outcome", "exit", "diagnostics", "limit", "stdout", "stderr", "strace", "instructions", "virtual_ns", "unmodelled",
    }  # fmt: skip
    assert (told["outcome"], told["exit"], told["limit"], told["diagnostics"]) == ("exited", {"code": 0}, None, [])
    assert (base64.b64decode(told["stdout"]), base64.b64decode(told["stderr"])) == (b"Hello, world!\n", b"")
    assert (told["instructions"], told["unmodelled"], len(told["strace"])) == (8, [], 4)
    assert told["virtual_ns"] > 0


def test_events_are_json_lines(write) -> None:
    done = cli("run", write(programs.hello()), "--format", "events")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["type"], events[-1]["type"]) == ("keyframe", "stop")


@pytest.mark.parametrize(
    ("text", "options", "status", "outcome"),
    [
        (programs.hello(status=7), [], 0, "exited"),
        (programs.NULL_JUMP, [], 0, "signaled"),
        (programs.WRONG, [], 2, "source_error"),
        ("", [], 2, "source_error"),
        (b"_start:\n nop\n\xff\xfe\n", [], 2, "source_error"),
        (b"_start:\n nop\0\n", [], 2, "source_error"),
        ("nop\n" * 1_000_000, [], 2, "source_error"),
        (programs.SPIN, ["--max-instructions", "1000"], 3, "limit"),
        (programs.SPIN, ["--max-instructions", "0x7fffffffffff", "--wall-ms", "200"], 3, "limit"),
        (programs.LOCK_BTS, [], 4, "engine_crash"),
    ],
)
def test_exit_statuses(write, text: str | bytes, options: list[str], status: int, outcome: str) -> None:
    done = cli("run", write(text), "--format", "json", *options)
    assert (done.returncode, json.loads(done.stdout)["outcome"]) == (status, outcome)


def test_errors_are_shown_in_their_lines(write) -> None:
    path = write("_start:\n    movv eax, 1\n")
    done = cli("run", path)
    assert done.returncode == 2
    assert done.stdout == b""
    text = done.stderr.decode()
    assert f"{path}:2:5: error: " in text
    assert "\n        movv eax, 1\n        ^^^^\n" in text
    assert "mov" in text.split("did you mean: ")[1]


def test_text_that_is_none_is_named(write) -> None:
    done = cli("run", write("_start:\n# caf\u00e9 ".encode() + b"\xe9\n"), "--format", "json")
    assert json.loads(done.stdout)["diagnostics"] == [{"line": 2, "column": 8, "message": "byte 0xe9 is not UTF-8 text"}]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["run"], "PROG"),
        (["run", "no/such.asm"], "no/such.asm: No such file or directory"),
        (["run", "README.md"], "neither an ELF file nor named .asm"),
        (["run", "emulator"], "scenario.toml"),
        (["run", "pyproject.toml", "--program", "x"], "only a scenario folder"),
        (["walk"], "invalid choice"),
        (["corpus", "no/such"], "no such folder"),
        (["corpus", "emulator"], "no expect.json"),
    ],
)
def test_misuse_is_explained(arguments: list[str], complaint: str) -> None:
    done = cli(*arguments)
    assert (done.returncode, done.stdout) == (4, b"")
    assert complaint in done.stderr.decode()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--env", "NOVALUE"], "not of the form NAME=VALUE"),
        (["--env", "=x"], "not of the form NAME=VALUE"),
        (["--file", "relative=/etc/hostname"], "not of the form /GUEST/PATH=HOSTPATH"),
        (["--file", "/home/x"], "not of the form /GUEST/PATH=HOSTPATH"),
        (["--file", "/home/x=/no/such/file"], "/no/such/file: No such file"),
        (["--stdin", "/no/such/file"], "/no/such/file: No such file"),
        (["--seed", "-1"], "invalid number"),
        (["--max-instructions", "many"], "invalid number"),
        (["--format", "xml"], "invalid choice"),
    ],
)
def test_bad_options_are_explained(write, options: list[str], complaint: str) -> None:
    done = cli("run", write(programs.hello()), *options)
    assert (done.returncode, done.stdout) == (4, b"")
    assert complaint in done.stderr.decode()


ECHO = (
    (  # argv[1], the first variable, and what is on stdin
        "_start:\n    mov rsi, [rsp + 16]\n    call print\n    mov rsi, [rsp + 32]\n    call print\n    sub rsp, 64\n"
        "    xor eax, eax\n    xor edi, edi\n    mov rsi, rsp\n    mov edx, 64\n    syscall\n"
        "    mov edx, eax\n    mov rsi, rsp\n    mov eax, 1\n    mov edi, 1\n    syscall\n" + programs.EXIT.format(status=0)
    )
    + "print:\n    xor edx, edx\nmore:\n"
    "    inc edx\n    cmp byte ptr [rsi + rdx], 0\n    jne more\n    mov eax, 1\n    mov edi, 1\n    syscall\n    ret\n"
)


def test_inputs_reach_the_program(write, tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"typed")
    done = cli("run", write(ECHO), "--arg", "-la", "--env", "A=1", "--stdin", tmp_path / "input")
    assert (done.returncode, done.stdout) == (0, b"-laA=1typed")


def test_stdin_can_be_ours(write) -> None:
    done = cli("run", write(ECHO), "--arg", "x", "--env", "A=1", "--stdin", "/dev/stdin", stdin=b"piped")
    assert done.stdout == b"xA=1piped"


def test_a_scenario_folder_runs_its_program(write) -> None:
    library = ROOT / "playground" / "scenarios" / "library"
    folders = sorted(path.parent for path in library.glob("*/*/scenario.toml"))
    if not folders:
        pytest.skip("no scenario yet")
    done = cli("run", folders[0], "--format", "json")
    told = json.loads(done.stdout)
    assert told["outcome"] in ("exited", "signaled"), told
    assert done.returncode == 0


def test_whoever_stops_reading_hears_no_complaint(write) -> None:
    command = [sys.executable, "-m", "emulator", "run", str(write(programs.WRITE_FLOOD)), "--format", "events"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 4
