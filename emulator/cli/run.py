"""`python -m emulator run`: one program, told as a trace, as one JSON object, or as its events."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from emulator.cli.program import NotText, decode, load_spec, read, with_inputs
from emulator.sandbox.client import Sandbox
from emulator.trace import events as ev
from emulator.trace.run import Report
from emulator.trace.strace import Strace

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from emulator.sandbox.client import EventBatch
    from emulator.trace.run import Diagnostic, Outcome, RunSpec

_STATUS: dict[Outcome, int] = {"exited": 0, "signaled": 0, "source_error": 2, "limit": 3}
_OTHER_STATUS = 4

_events = msgspec.json.Decoder(list[ev.AnyEvent])
_raw_events = msgspec.json.Decoder(list[msgspec.Raw])


def main(arguments: argparse.Namespace) -> int:
    """Run PROG and return the exit status."""
    show = _SHOWS[arguments.format]()
    try:
        report = _run(with_inputs(load_spec(arguments.prog, arguments.program), arguments), show)
    except NotText as error:
        report = Report(outcome="source_error", diagnostics=(error.diagnostic,))
    if arguments.format == "json":
        print(msgspec.json.encode(_answer(report)).decode())
    else:
        _explain(report, arguments.prog)
    return _STATUS.get(report.outcome, _OTHER_STATUS)


def _run(spec: RunSpec, show: Callable[[EventBatch], None]) -> Report:
    with Sandbox(children=1) as sandbox:
        run = sandbox.start(spec)
        for batch in run.batches():
            show(batch)
        return run.report


def _answer(report: Report) -> dict[str, object]:
    """Return the object of --format json. Its keys are a contract: they may be added to, not changed."""
    return {
        "outcome": report.outcome,
        "exit": report.exit,
        "diagnostics": report.diagnostics,
        "limit": report.limit,
        "message": report.message,
        "stdout": report.stdout,
        "stderr": report.stderr,
        "strace": report.strace,
        "instructions": report.instructions,
        "virtual_ns": report.virtual_ns,
        "unmodelled": report.unmodelled,
    }


def _show_nothing() -> Callable[[EventBatch], None]:
    return lambda _: None


def _show_events() -> Callable[[EventBatch], None]:
    def show(batch: EventBatch) -> None:
        sys.stdout.buffer.writelines(bytes(event) + b"\n" for event in _raw_events.decode(batch.items))
        sys.stdout.buffer.flush()

    return show


def _show_trace() -> Callable[[EventBatch], None]:
    strace = Strace()

    def show(batch: EventBatch) -> None:
        for event in _events.decode(batch.items):
            if isinstance(event, ev.Output):
                stream = sys.stdout if event.fd == 1 else sys.stderr
                stream.buffer.write(event.data)
                stream.buffer.flush()
            line = strace.line(event)
            if line is not None:
                print(line, file=sys.stderr)
        sys.stderr.flush()

    return show


_SHOWS: dict[str, Callable[[], Callable[[EventBatch], None]]] = {"strace": _show_trace, "events": _show_events, "json": _show_nothing}


def _explain(report: Report, path: Path) -> None:
    """Say on stderr what no trace says: errors in the text, and why a run has not come to its own end."""
    if report.diagnostics:
        lines = _source(path)
        for one in report.diagnostics:
            print(f"{path}:{one.line}:{one.column}: {one.severity}: {one.message}", file=sys.stderr)
            _point(lines, one)
    if report.message:
        print(f"python -m emulator: {report.message}", file=sys.stderr)


def _source(path: Path) -> list[str]:
    try:
        return decode(read(path)).split("\n") if path.is_file() else []
    except NotText:
        return []


def _point(lines: list[str], diagnostic: Diagnostic) -> None:
    """Print the offending line with a caret under the offending text, and what would be right in its place."""
    if 0 < diagnostic.line <= len(lines) and diagnostic.column > 0:
        line = lines[diagnostic.line - 1].expandtabs(1)
        if len(line) <= 200 and line.isprintable():
            width = max(1, diagnostic.end_column - diagnostic.column)
            print(f"    {line}\n    {' ' * (diagnostic.column - 1)}{'^' * width}", file=sys.stderr)
    if diagnostic.suggestion:
        print(f"    did you mean: {diagnostic.suggestion}", file=sys.stderr)
