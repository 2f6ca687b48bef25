"""What readers may see of a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

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
    state: Literal["queued", "running", "done"]
    attempt: int
    last_seq: int
    created_at: datetime
    report: bytes | None
    execution: int


def run_get(run_id: str) -> Run:
    """Raises NotFound."""
    run = (
        Run.objects.select_related("execution").defer("execution__spec").filter(pk=run_id).first() if ID_PATTERN.fullmatch(run_id) else None
    )
    if run is None:
        raise NotFound("There is no such run.", hint="Run ids are 22 characters; runs are kept for some days.", where="run id")
    return run


def status_of(run: Run) -> Status:
    execution = run.execution
    done = execution.state == State.DONE
    report = bytes(execution.report) if execution.report is not None else None
    if run.cancelled_at is not None and not done:
        # This visitor's run is over, although the execution may go on for another.
        done, report = True, msgspec.json.encode(leases.cancelled(execution.last_seq))
    state: Literal["queued", "running", "done"] = "done" if done else "running" if execution.state == State.RUNNING else "queued"
    return Status(run.pk, state, execution.attempt, execution.last_seq, run.created_at, report, execution.pk)


def run_status(run_id: str) -> Status:
    return status_of(run_get(run_id))


def run_read(run_id: str, after: int, max_bytes: int = PAGE_BYTES) -> tuple[Status, list[events.Items]]:
    """Return the run's state and events above `after`. If the state is done, an empty list means that there are no more."""
    status = run_status(run_id)  # first: what is stored before the end is then also in the list
    return status, events.read(status.execution, after, max_bytes)
