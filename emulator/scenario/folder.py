"""A scenario folder, from the bytes of its files: everything an author can get wrong is said here, with the file's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from emulator.abi.errors import ProgramError
from emulator.scenario.form import Choice, Header, Number, Program, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HEADER, NOTES, SOLVE = "scenario.toml", "notes.md", "solve.asm"


class ScenarioError(ProgramError):
    """The folder is not a scenario; `file` is where to look."""

    def __init__(self, file: str, message: str) -> None:
        super().__init__(0, 0, message)
        self.file = file
        self.args = (f"{file}: {message}",)


def load(files: Mapping[str, bytes]) -> Scenario:
    """Read a folder given as {name: bytes}. Raises ScenarioError."""
    left = dict(files)
    header = _header(_take(left, HEADER))
    sources: dict[str, str] = {}
    elfs: dict[str, bytes] = {}
    traces: dict[str, tuple[str, ...]] = {}
    for program in header.programs:
        sources[program.id] = _text(f"{program.id}.asm", _take(left, f"{program.id}.asm"))
        if f"{program.id}.elf" in left:
            elfs[program.id] = left.pop(f"{program.id}.elf")
        name = trace_name(program)
        traces[program.id] = unfold(_text(name, _take(left, name)))
    solve = _text(SOLVE, _take(left, SOLVE)) if header.task else None
    scenario = Scenario(
        header=header, notes=_text(NOTES, _take(left, NOTES)), sources=sources, elfs=elfs, traces=traces, solve=solve
    )  # fmt: skip
    if left:
        raise ScenarioError(min(left), f"{HEADER} speaks of no such file")
    for problem in _problems(scenario):
        raise ScenarioError(HEADER, problem)
    return scenario


def trace_name(program: Program) -> str:
    """Return the name of the file with the strace lines that `program` must give."""
    return "trace.strace" if program.id == "main" else f"{program.id}.strace"


def unfold(text: str) -> tuple[str, ...]:
    """Return a trace's lines. `64 x` alone on a line stands for that many times the lines behind it that are set in by four spaces."""
    lines: list[str] = []
    times, block = 1, list[str]()
    for line in [*text.splitlines(), ""]:
        if line.startswith("    "):
            block.append(line[4:])
            continue
        lines += block * times
        header = re.fullmatch(r"(\d+) x", line)
        times, block = (int(header[1]), []) if header else (1, [line] if line else [])
    return tuple(lines)


def _take(files: dict[str, bytes], name: str) -> bytes:
    if name not in files:
        raise ScenarioError(name, "the file is missing")
    return files.pop(name)


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ScenarioError(name, f"byte {error.start} is not UTF-8") from error


def _header(data: bytes) -> Header:
    try:
        return msgspec.toml.decode(data, type=Header)
    except (msgspec.ValidationError, msgspec.DecodeError, ValueError) as error:
        raise ScenarioError(HEADER, str(error)) from error


def _problems(scenario: Scenario) -> Iterator[str]:
    header = scenario.header
    ids = [program.id for program in header.programs]
    if len(set(ids)) < len(ids):
        yield "two programs have the same id"
    if header.topic not in header.tags:
        yield f"its topic {header.topic} is not among its tags"
    used = [claim.program for claim in header.shows] + [stop.program for stop in header.stops]
    for question in header.predictions:
        used += [option.program for option in question.options] if isinstance(question, Choice) else [question.program]
    if header.task:
        used.append(header.task.program)
    for id in used:
        if id not in ids:
            yield f"there is no program {id!r}"
    if len({question.id for question in header.predictions}) < len(header.predictions):
        yield "two predictions have the same id"
    for stop in header.stops:
        if line_of(scenario.sources.get(stop.program, ""), stop.at) is None:
            yield f"a stop is at {stop.at!r}, no label of {stop.program}.asm"
    for question in header.predictions:
        if isinstance(question, Number) and (question.measure.exactly, question.measure.at_least, question.measure.at_most) != (None,) * 3:
            yield f"the prediction {question.id} measures: its measure takes no bound"


def line_of(source: str, label: str) -> int | None:
    """Return the number of the line (from 1) that holds the instruction `label` stands before."""
    lines = source.splitlines()
    for number, line in enumerate(lines):
        match = re.match(rf"\s*{re.escape(label)}:(.*)", line)
        if match is None:
            continue
        for further, text in enumerate([match.group(1), *lines[number + 1 :]]):
            if re.sub(r"(#|//|;).*", "", text).strip():
                return number + 1 + further
    return None
