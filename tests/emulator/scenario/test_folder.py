"""A scenario folder is read whole or refused with the place and the reason."""

from __future__ import annotations

import msgspec
import pytest

from emulator.scenario import ScenarioError, load
from emulator.scenario.folder import line_of, unfold
from emulator.scenario.form import Choice, Number
from emulator.scenario.lesson import lesson
from emulator.trace.run import AsmProgram

HEADER = """
id = "hello"
topic = "syscalls"
number = 99
title = "Hello"
summary = "Says hello."
tags = ["syscalls", "tracing"]
sentences = ["strace"]

[[shows]]
says = "It writes."
holds = { kind = "calls", name = "write" }

[[stops]]
at = "call"
says = "Here it crosses."

[[predictions]]
kind = "number"
id = "crossings"
asks = "How many crossings?"
measure = { kind = "crossings" }
reveals = "Two."

[[predictions]]
kind = "choice"
id = "ends"
asks = "How does it end?"
reveals = "By exit."
options = [
    { says = "exit", holds = { kind = "exit", code = 0 } },
    { says = "signal", holds = { kind = "exit", signal = "SIGSEGV" } },
]

[task]
goal = "Say hello."
[[task.checks]]
says = "hello comes out"
holds = { kind = "stdout", equals = "hello" }
hint = "write(1, ...)"
not_yet = "Nothing has come out yet."
"""
SOURCE = "_start:\n# a comment\ncall: # another\n\n    syscall\n    hlt\n"


def folder(**changed: str | None) -> dict[str, bytes]:
    """Give a sound folder; a keyword changes a file (double underscore for the dot), None takes it away."""
    files: dict[str, str | None] = {
        "scenario.toml": HEADER,
        "main.asm": SOURCE,
        "trace.strace": "exit(0) = ?\n+++ exited with 0 +++\n",
        "notes.md": "# Hello\n",
        "solve.asm": "solution text",
    }
    files |= {name.replace("__", "."): text for name, text in changed.items()}
    return {name: text.encode() for name, text in files.items() if text is not None}


def test_a_sound_folder() -> None:
    scenario = load(folder())
    assert scenario.header.id == "hello"
    assert scenario.traces == {"main": ("exit(0) = ?", "+++ exited with 0 +++")}
    assert scenario.spec().program == AsmProgram(text=SOURCE)
    assert [type(question) for question in scenario.header.predictions] == [Number, Choice]


def test_what_the_learner_sees_holds_no_answer() -> None:
    seen = msgspec.json.encode(lesson(load(folder()))).decode()
    for secret in ("solution text", '"holds"', "SIGSEGV", "Two.", "By exit."):
        assert secret not in seen
    assert "Say hello." in seen


def test_a_program_is_shown_as_the_service_takes_it() -> None:
    header = HEADER.replace("[[shows]]", '[[programs]]\nstdin = "ab"\nstdin_repeat = 3\nseed = 7\n[[shows]]', 1)
    seen = lesson(load(folder(scenario__toml=header))).programs[0]
    assert (seen.run.source, seen.run.stdin, seen.run.seed) == (SOURCE, "ababab", 7)


def test_a_stop_names_the_line_of_its_instruction() -> None:
    assert lesson(load(folder())).stops[0].line == 5


@pytest.mark.parametrize(
    ("label", "line"), [("_start", 3), ("call", 5), ("none", None)]
)  # fmt: skip
def test_line_of(label: str, line: int | None) -> None:
    """`_start` stands before another label: that line is its own, the instruction follows it."""
    assert line_of(SOURCE, label) == line


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"scenario__toml": None}, "scenario.toml: the file is missing"),
        ({"main__asm": None}, "main.asm: the file is missing"),
        ({"trace__strace": None}, "trace.strace: the file is missing"),
        ({"solve__asm": None}, "solve.asm: the file is missing"),
        ({"extra__txt": "?"}, "extra.txt: scenario.toml speaks of no such file"),
        ({"scenario__toml": HEADER.replace('"crossings" }', '"crosings" }')}, "crosings"),
        ({"scenario__toml": HEADER.replace('id = "hello"', 'id = "Hello World"')}, "$.id"),
        ({"scenario__toml": HEADER.replace('topic = "syscalls"', 'topic = "magic"')}, "$.topic"),
        ({"scenario__toml": HEADER + "\nnonsense = 1"}, "nonsense"),
        ({"scenario__toml": "id = "}, "scenario.toml: "),
        ({"scenario__toml": HEADER.replace('at = "call"', 'at = "nowhere"')}, "a stop is at 'nowhere'"),
        ({"scenario__toml": HEADER.replace('tags = ["syscalls", ', "tags = [")}, "topic syscalls is not among its tags"),
        ({"scenario__toml": HEADER.replace('goal = "', 'program = "other"\ngoal = "')}, "there is no program 'other'"),
        ({"scenario__toml": HEADER.replace('id = "ends"', 'id = "crossings"')}, "two predictions have the same id"),
        ({"scenario__toml": HEADER.replace('"crossings" }', '"crossings", exactly = 2 }')}, "takes no bound"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_said(changed: dict[str, str | None], message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(folder(**changed))
    assert message in str(caught.value)


def test_text_that_is_not_utf8() -> None:
    with pytest.raises(ScenarioError, match="byte 1 is not UTF-8"):
        load(folder() | {"notes.md": b"a\xff"})


def test_a_trace_may_be_folded() -> None:
    assert unfold("a\n2 x\n    b\n    c\n+++\n") == ("a", "b", "c", "b", "c", "+++")
    assert unfold("1 x\n    a\n2 x\n    b\n") == ("a", "b", "b")
    assert unfold("") == ()
