"""What readers may see of a run."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from playground.core.ids import ID_PATTERN
from playground.core.problems import NotFound
from playground.runs import events, leases
from playground.runs.models import Run, State

PAGE_BYTES = 256 << 10


@dataclass(frozen=True)
class Status:
    """A run at an instant. `report` is the Report's JSON, set exactly when the state is "done"."""

    run: str
    state: str
    attempt: int
    last_seq: int
    report: bytes | None
    execution: int


def run_get(run_id: str) -> Run:
    """Raises NotFound."""
    run = Run.objects.filter(pk=run_id).first() if ID_PATTERN.fullmatch(run_id) else None
    if run is None:
        raise _no_such_run()
    return run


def _no_such_run() -> NotFound:
    return NotFound("There is no such run.", hint="Run ids are 22 characters; runs are kept for some days.", where="run id")


def run_status(run_id: str) -> Status:
    """Raises NotFound."""
    columns = ("left_at_seq", "execution_id", "execution__state", "execution__attempt", "execution__last_seq", "execution__report")
    row = Run.objects.filter(pk=run_id).values_list(*columns).first() if ID_PATTERN.fullmatch(run_id) else None
    if row is None:
        raise _no_such_run()
    left_at_seq, execution, state, attempt, last_seq, report = row
    if left_at_seq is not None:
        state, last_seq, report = State.DONE, left_at_seq, msgspec.json.encode(leases.cancelled(left_at_seq))
    return Status(run_id, state, attempt, last_seq, None if report is None else bytes(report), execution)


def run_read(run_id: str, after: int, max_bytes: int = PAGE_BYTES) -> tuple[Status, list[events.Items]]:
    """Return the run's state, and then what is stored up to that state's last event, from behind `after` on."""
    status = run_status(run_id)
    return status, events.read(status.execution, after, status.last_seq, max_bytes)
