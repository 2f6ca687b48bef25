"""Our rules and the corpus's own must give the same lines for everything that was recorded."""

import json
from pathlib import Path

import pytest

from emulator.cli.normalise import Row, comparable, masked, normalise, read_log


def recordings(shared: Path) -> list[Path]:
    return sorted((shared / "corpus").glob("**/strace.raw.txt"))


def test_every_recording_normalises_to_its_recorded_lines(shared: Path) -> None:
    found = recordings(shared)
    assert len(found) > 100
    wrong = []
    for raw in found:
        case = json.loads(raw.with_name("expect.json").read_text())
        expected = case["expect"]["strace"]
        if expected is not None and masked(normalise(read_log(raw.read_text())), case["match"].get("strace_mask", [])) != expected:
            wrong.append(raw.parent.name)
    assert not wrong


LOG = """\
11 fstat(0, ...) = 0
12 execve("/bin/prog", ["prog"], 0x7ffea26d47e0 /* 2 vars */) = 0
12 brk(NULL)                         = 0x404000
12 brk(0x405000)                     = 0x405000
12 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, -1, 0) = 0x7ffff7ff8000
12 fork()                            = 13
12 wait4(13,  <unfinished ...>
13 getppid()                         = 12
13 write(1, "a
b", 3) = 3
13 exit(0)                           = ?
12 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13
12 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13, si_uid=0, si_status=0, si_utime=0, si_stime=1 /* 0.01 s */} ---
12 read(0, 0x7fffffffe000, 10)       = 10
12 munmap(0x7ffff7ff8000, 4096)      = 0
12 kill(-13, SIGTERM)                = 0
12 pause( <unfinished ...>
"""


def test_the_rules() -> None:
    lines = normalise(read_log(LOG))
    assert lines == {
        "P1": [
            'execve("/bin/prog", ["prog"], <envp> /* 2 vars */) = 0',
            "brk(NULL) = <brk1>",
            "brk(<brk2>) = <brk2>",
            "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, -1, 0) = <mmap1>",
            "fork() = P2",
            "wait4(P2, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = P2",
            "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=P2, si_uid=0, si_status=0, si_utime=<T>, si_stime=<T>} ---",
            "read(0, <stack1>, 10) = 10",
            "munmap(<mmap1>, 4096) = 0",
            "kill(-P2, SIGTERM) = 0",
            "pause( <unfinished ...>",
        ],
        "P2": ["getppid() = P1", 'write(1, "a\nb", 3) = 3', "exit(0) = ?"],
    }
    left = comparable(lines, ["^pause", "^exit"])
    assert [len(said) for said in left.values()] == [9, 2]


@pytest.mark.parametrize("log", ["", "12 exit(0) = ?\n", "no trace at all"])
def test_a_log_without_the_program_has_no_lines(log: str) -> None:
    assert normalise(read_log(log)) == {}


def test_addresses_are_labelled_per_process() -> None:
    rows = [Row(2, "fork() = 3"), Row(2, "read(0, 0x7fffffffe000, 1) = 0"), Row(3, "read(0, 0x7fffffffd000, 1) = 0")]
    assert normalise(rows) == {"P1": ["fork() = P2", "read(0, <stack1>, 1) = 0"], "P2": ["read(0, <stack1>, 1) = 0"]}
