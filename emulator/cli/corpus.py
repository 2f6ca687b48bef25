"""`python -m emulator corpus`: how far the model agrees with what Linux did."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import msgspec

from emulator.cli import case as cases
from emulator.cli.case import CaseError, Difference
from emulator.cli.normalise import Row
from emulator.cli.program import UsageError
from emulator.sandbox.client import Sandbox
from emulator.trace import events as ev
from emulator.trace.strace import Strace

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

_SHOWN = 200
"""Characters of a value that the text form shows."""

_events = msgspec.json.Decoder(list[ev.AnyEvent])


class Judged(msgspec.Struct, frozen=True):
    name: str
    family: str
    difference: Difference | None


class Family(msgspec.Struct, frozen=True):
    cases: int
    agreed: int


class Failure(msgspec.Struct, frozen=True):
    case: str
    what: str
    expected: object
    got: object


class Summary(msgspec.Struct, frozen=True):
    """The object of --json. Its keys are a contract."""

    cases: int
    agreed: int
    families: dict[str, Family]
    failures: list[Failure]


def main(arguments: argparse.Namespace) -> int:
    """Run all cases; 0 if all agree."""
    folders: list[Path] = []
    for directory in arguments.directories:
        if not directory.is_dir():
            raise UsageError(f"{directory}: no such folder")
        folders += cases.find(directory)
    if not folders:
        raise UsageError("there is no expect.json anywhere below")
    jobs = max(1, arguments.jobs)
    with Sandbox(children=jobs) as sandbox, ThreadPoolExecutor(jobs) as pool:
        judged = list(pool.map(lambda folder: judge(sandbox, folder), folders))
    summary = summarise(judged)
    if arguments.json:
        print(msgspec.json.encode(summary).decode())
    else:
        _print(summary)
    return int(summary.agreed != summary.cases)


def judge(sandbox: Sandbox, folder: Path) -> Judged:
    """Run one case and compare."""
    try:
        case = cases.load(folder)
    except CaseError as error:
        return Judged(folder.name, "unreadable", Difference("case", cases.SCHEMA, str(error)))
    try:
        run = sandbox.start(cases.spec(case, folder), survey=True, path=case.judges_path)
    except CaseError as error:
        return Judged(case.name, case.family, Difference("case", "files it needs", str(error)))
    rows = []
    strace = Strace()
    for batch in run.batches():
        for event in _events.decode(batch.items):
            line = strace.line(event)
            if line is not None:
                rows.append(Row(event.tid, line))
    return Judged(case.name, case.family, cases.compare(case, run.report, rows, run.survey))


def summarise(judged: list[Judged]) -> Summary:
    """Count by family."""
    total, agreed = Counter(one.family for one in judged), Counter(one.family for one in judged if one.difference is None)
    failures = [Failure(one.name, d.what, d.expected, d.got) for one in judged if (d := one.difference) is not None]
    families = {family: Family(total[family], agreed[family]) for family in sorted(total)}
    return Summary(len(judged), len(judged) - len(failures), families, failures)


def _print(summary: Summary) -> None:
    for failure in summary.failures:
        print(f"{failure.case}: {failure.what}\n    Linux: {_short(failure.expected)}\n    model: {_short(failure.got)}")
    for name, family in summary.families.items():
        print(f"{name:20} {family.agreed:4} / {family.cases}")
    print(f"{'all':20} {summary.agreed:4} / {summary.cases}")


def _short(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
