"""The side of a scenario that its learner may see: no solution, no queries, no answers; those stay where runs are judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.scenario.folder import line_of
from emulator.scenario.form import Choice, Number, Plain, Program, Scenario, Stop
from emulator.scenario.query import Verdict
from emulator.trace.run import Level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.scenario.evidence import Evidence


class FileView(Plain, frozen=True):
    path: str
    text: str
    mode: int | None


class RunView(Plain, frozen=True):
    """A program with its inputs, in the form in which the service is asked for a run."""

    source: str
    argv: tuple[str, ...]
    env: tuple[str, ...]
    stdin: str
    files: tuple[FileView, ...]
    seed: int
    level: Level
    max_instructions: int


class ProgramView(Plain, frozen=True):
    id: str
    title: str
    run: RunView


class StopView(Plain, frozen=True):
    """`line` is the one in the program's text that holds the instruction behind the label `at`."""

    program: str
    at: str
    line: int
    event: str
    nth: int
    says: str


class QuestionView(Plain, frozen=True):
    """`options` is empty where a number is asked for. `programs` must have run before the answer can be told."""

    id: str
    asks: str
    options: tuple[str, ...]
    programs: tuple[str, ...]


class CheckView(Plain, frozen=True):
    says: str
    hint: str


class Lesson(Plain, frozen=True):
    id: str
    topic: str
    number: int
    title: str
    summary: str
    tags: tuple[str, ...]
    notes: str
    programs: tuple[ProgramView, ...]
    shows: tuple[str, ...]
    stops: tuple[StopView, ...]
    predictions: tuple[QuestionView, ...]
    goal: str
    """What to do, one sentence; empty where there is nothing to do but to run and look."""
    task_program: str
    checks: tuple[CheckView, ...]


class Answer(Plain, frozen=True):
    """What the runs have answered: the right options by place, or the number; and what to say."""

    options: tuple[int, ...]
    number: int | None
    reveals: str


class CheckResult(Plain, frozen=True):
    says: str
    verdict: Verdict
    not_yet: str
    """What to tell the learner; empty when the check is met."""


def lesson(scenario: Scenario) -> Lesson:
    header = scenario.header
    task = header.task
    return Lesson(
        **{name: getattr(header, name) for name in ("id", "topic", "number", "title", "summary", "tags")},
        notes=scenario.notes,
        programs=tuple(_program(program, scenario.sources[program.id]) for program in header.programs),
        shows=tuple(claim.says for claim in header.shows),
        stops=tuple(
            StopView(
                program=stop.program,
                at=stop.at,
                line=line_of(scenario.sources[stop.program], stop.at) or 0,
                event=stop.event,
                nth=stop.nth,
                says=stop.says,
            )
            for stop in header.stops
        ),
        predictions=tuple(_question(question) for question in header.predictions),
        goal=task.goal if task else "",
        task_program=task.program if task else "",
        checks=tuple(CheckView(says=check.says, hint=check.hint) for check in task.checks) if task else (),
    )


def _program(program: Program, source: str) -> ProgramView:
    same = {name: getattr(program, name) for name in ("argv", "env", "seed", "level", "max_instructions")}
    files = tuple(FileView(path=file.path, text=file.text * file.repeat, mode=file.mode) for file in program.files)
    run = RunView(source=source, stdin=program.stdin * program.stdin_repeat, files=files, **same)
    return ProgramView(id=program.id, title=program.title, run=run)


def _stop(scenario: Scenario, stop: Stop) -> StopView:
    line = line_of(scenario.sources[stop.program], stop.at) or 0
    return StopView(program=stop.program, at=stop.at, line=line, event=stop.event, nth=stop.nth, says=stop.says)


def _question(question: Choice | Number) -> QuestionView:
    if isinstance(question, Number):
        return QuestionView(id=question.id, asks=question.asks, options=(), programs=(question.program,))
    programs = tuple(dict.fromkeys(option.program for option in question.options))
    return QuestionView(id=question.id, asks=question.asks, options=tuple(option.says for option in question.options), programs=programs)


def answer(question: Choice | Number, runs: Mapping[str, Evidence]) -> Answer:
    """Return what the finished runs (by program id) say to the question. Raises KeyError if one of them is missing."""
    if isinstance(question, Number):
        return Answer(options=(), number=question.measure.count(runs[question.program]), reveals=question.reveals)
    right = tuple(
        place for place, option in enumerate(question.options) if option.holds.judge(runs[option.program]).state == "met"
    )  # fmt: skip
    return Answer(options=right, number=None, reveals=question.reveals)


def check(scenario: Scenario, run: Evidence) -> tuple[CheckResult, ...]:
    """Judge a run of the task's program; nothing to judge without a task."""
    task = scenario.header.task
    results = []
    for item in task.checks if task else ():
        verdict = item.holds.judge(run)
        results.append(CheckResult(says=item.says, verdict=verdict, not_yet="" if verdict.state == "met" else item.not_yet))
    return tuple(results)
