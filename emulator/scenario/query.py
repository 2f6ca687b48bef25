"""Queries over the events of a run: what a lesson claims, what a task asks for, what a prediction was about.

A query is data (a table in scenario.toml). Its verdict can be asked for while the run goes on: "met" and "missed" are final.
"""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

from emulator.scenario.evidence import Evidence, wildcard
from emulator.trace.events import Gate
from emulator.trace.state import Hex

State = Literal["met", "open", "missed"]


class Verdict(msgspec.Struct, frozen=True):
    state: State
    found: str
    """What the run has shown instead, or so far, as a phrase: "2 crossings"."""


class Query(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    def judge(self, evidence: Evidence) -> Verdict:
        raise NotImplementedError


class Stdout(Query, frozen=True, tag="stdout"):
    """What the program writes to a descriptor, 1 unless said: exactly `equals`, or `contains` somewhere, or so many bytes."""

    equals: str | None = None
    contains: str | None = None
    bytes: int | None = None
    fd: Literal[1, 2] = 1

    def __post_init__(self) -> None:
        if (self.equals, self.contains, self.bytes) == (None, None, None):
            raise ValueError("stdout needs one of equals, contains, bytes")

    def judge(self, evidence: Evidence) -> Verdict:
        data = evidence.output.get(self.fd, b"")
        right = (
            (self.equals is None or data == self.equals.encode())
            and (self.contains is None or self.contains.encode() in data)
            and (self.bytes is None or len(data) == self.bytes)
        )
        lasting = self.equals is None and self.bytes is None
        spoiled = self.equals is not None and not self.equals.encode().startswith(data)
        found = repr(data[:60].decode(errors="backslashreplace")) + (f" ({len(data)} bytes)" if len(data) > 60 else "")
        return Verdict(_state(evidence, right=right, lasting=lasting, spoiled=spoiled), found)


class Ended(Query, frozen=True, tag="exit"):
    """How the program ends: by exit with `code`, or by `signal`."""

    code: int | None = None
    signal: str | None = None

    def __post_init__(self) -> None:
        if (self.code is None) == (self.signal is None):
            raise ValueError("exit needs either code or signal")

    def judge(self, evidence: Evidence) -> Verdict:
        end = evidence.exit
        if end is None:
            return Verdict(_state(evidence, right=False), "still running" if not evidence.ended else "never ended by itself")
        right = (end.code, end.signal) == (self.code, self.signal)
        return Verdict("met" if right else "missed", f"killed by {end.signal}" if end.signal else f"exit status {end.code}")


class StraceHas(Query, frozen=True, tag="strace"):
    """Lines of strace's text in this order, `*` standing for any text; with `only`, these and no others. Padding is no matter."""

    lines: tuple[str, ...]
    only: bool = False

    def judge(self, evidence: Evidence) -> Verdict:
        lines = [unpadded(line) for line in evidence.strace()]
        waiting = [wildcard(unpadded(pattern)) for pattern in self.lines]
        if self.only:
            fit = [test(line) for test, line in zip(waiting, lines, strict=False)]
            right = all(fit) and len(waiting) == len(lines)
            spoiled = not all(fit) or len(lines) > len(waiting)
            return Verdict(_state(evidence, right=right, lasting=False, spoiled=spoiled), _count(len(lines), "line"))
        for line in lines:
            if waiting and waiting[0](line):
                waiting.pop(0)
        missing = self.lines[len(self.lines) - len(waiting)] if waiting else ""
        return Verdict(_state(evidence, right=not waiting), f"no line {missing}" if waiting else "every line")


class Count(Query, frozen=True):
    """So many of something. With no bound given: at least one."""

    exactly: int | None = None
    at_least: int | None = None
    at_most: int | None = None

    def count(self, evidence: Evidence) -> int:
        raise NotImplementedError

    def noun(self) -> str:
        raise NotImplementedError

    def judge(self, evidence: Evidence) -> Verdict:
        unbounded = (self.exactly, self.at_least, self.at_most) == (None, None, None)
        least = 1 if unbounded else self.exactly if self.exactly is not None else self.at_least or 0
        most = self.exactly if self.exactly is not None else self.at_most
        number = self.count(evidence)
        over = most is not None and number > most
        right = number >= least and not over
        return Verdict(_state(evidence, right=right, lasting=most is None, spoiled=over), _count(number, self.noun()))


class Crossings(Count, frozen=True, tag="crossings"):
    """Times the CPU went from ring 3 to ring 0 through the gate `via`; "any" counts all gates."""

    via: Gate | Literal["any"] = "syscall"

    def count(self, evidence: Evidence) -> int:
        found = evidence.matching("ring", {"cpl_from": 3, "cpl_to": 0})
        return sum(self.via in ("any", getattr(event, "via", None)) for event in found)

    def noun(self) -> str:
        return "crossing"


class Calls(Count, frozen=True, tag="calls"):
    """System calls the program enters, by name; `errno` narrows it to those that fail with it. `at_most = 0` forbids."""

    name: str = "*"
    errno: str | None = None

    def count(self, evidence: Evidence) -> int:
        if self.errno is None:
            return len(evidence.matching("syscall.enter", {"name": self.name}, own=True))
        return len(evidence.matching("syscall.exit", {"name": self.name, "errno": self.errno}, own=True))

    def noun(self) -> str:
        return f"call of {self.name}" if self.name != "*" else "call"


class Events(Count, frozen=True, tag="event"):
    """Events of a type in which the dotted paths of `where` have these values ("regs.rcx" = "0x401002")."""

    type: str = ""
    where: dict[str, Any] = {}

    def count(self, evidence: Evidence) -> int:
        return len(evidence.matching(self.type, self.where))

    def noun(self) -> str:
        return f"{self.type} event"


class Registers(Query, frozen=True, tag="registers"):
    """The registers at the instant behind the `nth` event of a type that fits `where`."""

    after: str
    equal: dict[str, Hex]
    where: dict[str, Any] = {}
    nth: int = 1

    def judge(self, evidence: Evidence) -> Verdict:
        found = evidence.matching(self.after, self.where)
        if len(found) < self.nth:
            return Verdict(_state(evidence, right=False), f"{_count(len(found), self.after + ' event')}")
        registers = evidence.registers_after(found[self.nth - 1])
        wrong = {name: registers.get(name, "?") for name, value in self.equal.items() if registers.get(name) != value}
        return Verdict("missed" if wrong else "met", ", ".join(f"{name} = {value}" for name, value in (wrong or self.equal).items()))


AnyQuery = Stdout | Ended | StraceHas | Crossings | Calls | Events | Registers
Measure = Crossings | Calls | Events


def unpadded(line: str) -> str:
    """Take away the spaces with which strace puts the `=` into its column."""
    return re.sub(r"\) +=", ") =", line)


def _state(evidence: Evidence, *, right: bool, lasting: bool = True, spoiled: bool = False) -> State:
    """`lasting`: once right, always right. `spoiled`: can't become right any more."""
    if spoiled:
        return "missed"
    if evidence.ended:
        return "met" if right else "missed"
    return "met" if right and lasting else "open"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
