"""Queries decide on events alone, at any moment of a run."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from emulator.scenario.evidence import Evidence, wildcard
from emulator.scenario.query import AnyQuery
from emulator.trace import events as ev
from emulator.trace.run import Exit


def query(**table: Any) -> AnyQuery:
    return msgspec.convert(table, AnyQuery)


def story() -> list[ev.Event]:
    """Give a run that writes "hi" and exits with 3, as the machine tells it."""
    write = (ev.Arg("fd", "0x1", "1"), ev.Arg("buf", "0x402000", "0x402000"), ev.Arg("count", "0x2", "2"))
    kinds: list[tuple[type[ev.Event], tuple[Any, ...]]] = [
        (ev.TaskStart, (2, 1, "prog")),
        (ev.SyscallEnter, (59, "execve", "x86_64", ())),
        (ev.SyscallExit, (59, "execve", ('"/bin/prog"',), "0x0", "0", None, "")),
        (ev.Ring, (0, 3, "iretq", "0xffffffff81000050", "0x401000", {"rip": "0x401000"})),
        (ev.Regs, ({"rax": "0x1", "rip": "0x401010", "rcx": "0x0"},)),
        (ev.Ring, (3, 0, "syscall", "0x401010", "0xffffffff81000000", {"rcx": "0x401012", "r11": "0x202"})),
        (ev.SyscallEnter, (1, "write", "x86_64", write)),
        (ev.Output, (1, b"hi")),
        (ev.SyscallExit, (1, "write", ("1", '"hi"', "2"), "0x2", "2", None, "")),
        (ev.Ring, (0, 3, "sysretq", "0xffffffff81000040", "0x401012", {"rip": "0x401012"})),
        (ev.Ring, (3, 0, "syscall", "0x401020", "0xffffffff81000000", {"rcx": "0x401022"})),
        (ev.SyscallEnter, (60, "exit", "x86_64", (ev.Arg("status", "0x3", "3"),))),
        (ev.SyscallExit, (60, "exit", ("3",), None, "?", None, "")),
        (ev.TaskExit, (Exit(code=3), False)),
        (ev.Stop, ("exited", None, "")),
    ]
    return [kind(seq, 0, 0, 2, *fields) for seq, (kind, fields) in enumerate(kinds, 1)]


MET: list[dict[str, Any]] = [
    {"kind": "stdout", "equals": "hi"},
    {"kind": "stdout", "contains": "i"},
    {"kind": "stdout", "bytes": 2},
    {"kind": "exit", "code": 3},
    {"kind": "strace", "lines": ['write(1, "*", 2) = 2', "exit(*) = ?"]},
    {"kind": "strace", "lines": ["execve(*) = 0", 'write(1, "hi", 2) = 2', "exit(3) = ?", "+++ exited with 3 +++"], "only": True},
    {"kind": "crossings", "exactly": 2},
    {"kind": "crossings", "via": "any", "at_most": 2},
    {"kind": "crossings", "via": "exception", "exactly": 0},
    {"kind": "calls", "name": "write"},
    {"kind": "calls", "exactly": 2},
    {"kind": "calls", "name": "mmap", "at_most": 0},
    {"kind": "calls", "errno": "EFAULT", "exactly": 0},
    {"kind": "event", "type": "ring", "where": {"regs.rcx": "0x401012", "cpl_to": 0}, "exactly": 1},
    {"kind": "event", "type": "syscall.enter", "where": {"args.2.value": "0x2"}},
    {"kind": "registers", "after": "ring", "where": {"cpl_to": 0}, "equal": {"rcx": "0x401012", "rax": "0x1"}},
    {"kind": "registers", "after": "ring", "where": {"via": "syscall"}, "nth": 2, "equal": {"rcx": "0x401022"}},
]
MISSED: list[dict[str, Any]] = [
    {"kind": "stdout", "equals": "ho"},
    {"kind": "stdout", "equals": "hi!"},
    {"kind": "stdout", "bytes": 3},
    {"kind": "stdout", "contains": "hi", "fd": 2},
    {"kind": "exit", "code": 0},
    {"kind": "exit", "signal": "SIGSEGV"},
    {"kind": "strace", "lines": ["exit(*) = ?", "write(*) = 2"]},
    {"kind": "strace", "lines": ["execve(*) = 0", "write(*) = 2", "exit(3) = ?"], "only": True},
    {"kind": "crossings", "exactly": 1},
    {"kind": "calls", "name": "write", "at_most": 0},
    {"kind": "calls", "name": "read"},
    {"kind": "event", "type": "ring", "where": {"cpl_from": "3"}},
    {"kind": "event", "type": "ring", "where": {"no.such.path": 1}},
    {"kind": "registers", "after": "ring", "nth": 2, "equal": {"rcx": "0x0"}},
    {"kind": "registers", "after": "ring", "nth": 9, "equal": {"rcx": "0x0"}},
]


@pytest.mark.parametrize("table", MET, ids=str)
def test_met(table: dict[str, Any]) -> None:
    verdict = query(**table).judge(Evidence(story()))
    assert verdict.state == "met", verdict.found


@pytest.mark.parametrize("table", MISSED, ids=str)
def test_missed(table: dict[str, Any]) -> None:
    assert query(**table).judge(Evidence(story())).state == "missed"


@pytest.mark.parametrize("table", [*MET, *MISSED], ids=str)
def test_a_final_verdict_never_changes(table: dict[str, Any]) -> None:
    """Judged behind every event of the run: once "met" or "missed", always so."""
    asked = query(**table)
    evidence = Evidence()
    states = []
    for event in story():
        evidence.feed(event)
        states.append(asked.judge(evidence).state)
    final = [state for state in states if state != "open"]
    assert final
    assert len(set(final)) == 1
    assert states[-len(final) :] == final


def test_verdicts_that_come_before_the_end() -> None:
    before = Evidence(story()[:8])
    assert query(kind="calls", name="write").judge(before).state == "met"
    assert query(kind="calls", name="write", at_most=0).judge(before).state == "missed"
    assert query(kind="stdout", contains="hi").judge(before).state == "met"
    assert query(kind="stdout", equals="hi").judge(before).state == "open", "more may come"
    assert query(kind="stdout", equals="ha").judge(before).state == "missed"
    assert query(kind="crossings", at_most=9).judge(before).state == "open"


def test_the_phrase_says_what_was_found() -> None:
    run = Evidence(story())
    assert query(kind="crossings").judge(run).found == "2 crossings"
    assert query(kind="calls", name="write").judge(run).found == "1 call of write"
    assert query(kind="exit", code=0).judge(run).found == "exit status 3"
    assert query(kind="stdout", equals="x").judge(run).found == "'hi'"
    assert query(kind="registers", after="ring", nth=2, equal={"rcx": "0x0"}).judge(run).found == "rcx = 0x401012"
    assert query(kind="strace", lines=["read(*"]).judge(run).found == "no line read(*"


@pytest.mark.parametrize(
    "table",
    [
        {"kind": "stdout"},
        {"kind": "exit"},
        {"kind": "exit", "code": 0, "signal": "SIGSEGV"},
        {"kind": "crossings", "via": "lift"},
        {"kind": "calls", "nmae": "write"},
        {"kind": "registers", "after": "ring", "equal": {"rax": "1"}},
        {"kind": "what"},
    ],
    ids=str,
)
def test_nonsense_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        query(**table)


def test_a_wildcard_stands_for_any_text_and_nothing_else_is_special() -> None:
    test = wildcard("openat(AT_FDCWD, *, O_RDONLY|[x]) = ?")
    assert test('openat(AT_FDCWD, "a\nb", O_RDONLY|[x]) = ?')
    assert not test('openat(AT_FDCWD, "a", O_RDONLY|x) = 3')
