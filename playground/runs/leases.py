"""How executions move through their states. Every move is one conditional UPDATE: whoever changes the row has won.

    queued --claim--> running --finish--> done
      ^                 |
      +--- hand_back ---+     its worker goes down in order
      +---- expire -----+     its worker fell silent; behind the last attempt: done, outcome "lost"

A lease is held by (worker, attempt); everything its worker writes is conditional on still holding it.
Runs are deterministic, so a second attempt makes the same events again and goes on behind the last one stored.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from emulator.trace.run import Report
from playground.runs import doorbell, events
from playground.runs.models import Execution, State

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 2


class LeaseLost(Exception):
    """The execution is no longer ours to write: it was given to another worker, or is to be cancelled."""


class Lease(msgspec.Struct):
    execution: int
    worker: str
    attempt: int
    last_seq: int
    digest: str
    spec: bytes

    def row(self) -> QuerySet[Execution]:
        return Execution.objects.filter(pk=self.execution, state=State.RUNNING, worker=self.worker, attempt=self.attempt)


def claim(execution: int, worker: str) -> Lease | None:
    """Take a waiting execution; None if it does not wait (another worker was faster, or it was cancelled)."""
    now = timezone.now()
    taken = Execution.objects.filter(pk=execution, state=State.QUEUED, cancel_requested=False).update(
        state=State.RUNNING, attempt=F("attempt") + 1, worker=worker, lease_until=_until(), started_at=now
    )
    if not taken:
        return None
    row = Execution.objects.get(pk=execution)
    return Lease(row.pk, worker, row.attempt, row.last_seq, row.digest, bytes(row.spec))


def _until() -> object:
    return timezone.now() + timedelta(seconds=settings.RUN_LEASE_SECONDS)


def renew(lease: Lease) -> None:
    """Say that the worker lives. Raises LeaseLost."""
    if not lease.row().filter(cancel_requested=False).update(lease_until=_until()):
        raise LeaseLost


def append(lease: Lease, items: events.Items) -> None:
    """Store events, skipping those that an earlier attempt stored. Raises LeaseLost; then nothing was stored."""
    new = items.behind(lease.last_seq)
    if new is None:
        return
    with transaction.atomic():
        _without_waiting_for_the_disk()
        mine = lease.row().filter(cancel_requested=False, last_seq=new.first - 1)
        if not mine.update(last_seq=new.last, lease_until=_until()):
            raise LeaseLost
        events.append(lease.execution, new)
    lease.last_seq = new.last
    doorbell.ring(lease.execution)


def _without_waiting_for_the_disk() -> None:
    """Let this transaction's commit be lost if the database server crashes in the next instants, together with all that came after it.

    Another attempt makes lost events again; the commit that ends a run does wait, and brings to disk what was written before it.
    SQLite's WAL with synchronous=NORMAL is like that throughout.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO OFF")


def finish(lease: Lease, report: Report) -> bool:
    """Record how it ended, unless the lease is lost."""
    done = lease.row().update(**_ended(report))
    doorbell.ring(lease.execution)
    return bool(done)


def hand_back(lease: Lease) -> bool:
    """Give an execution up in order: that does not count as an attempt."""
    given = lease.row().update(
        state=State.QUEUED, attempt=F("attempt") - 1, worker="", lease_until=None, dispatched_at=timezone.now() - timedelta(days=1)
    )
    return bool(given)


def expire() -> list[int]:
    """Take leases that ran out; return the executions that wait again because of it."""
    again = []
    for row in Execution.objects.filter(state=State.RUNNING, lease_until__lt=timezone.now()).defer("spec"):
        same = Execution.objects.filter(pk=row.pk, state=State.RUNNING, attempt=row.attempt, lease_until=row.lease_until)
        if row.cancel_requested or row.attempt >= MAX_ATTEMPTS:
            changed = same.update(**_ended(cancelled(row.last_seq) if row.cancel_requested else lost(row.last_seq)))
        else:
            changed = same.update(state=State.QUEUED, worker="", lease_until=None, dispatched_at=timezone.now())
            again += [row.pk] * changed
        if changed:
            logger.warning("Execution %d lost its worker %s in attempt %d.", row.pk, row.worker, row.attempt)
            doorbell.ring(row.pk)
    return again


def cancel_waiting(execution: int) -> bool:
    """End an execution that no worker has; tell whether that was so."""
    row = Execution.objects.filter(pk=execution, state=State.QUEUED)
    last_seq = row.values_list("last_seq", flat=True).first()
    return last_seq is not None and bool(row.update(**_ended(cancelled(last_seq))))


def cancelled(events_stored: int) -> Report:
    return Report(outcome="cancelled", message="The run was cancelled.", events=events_stored)


def lost(events_stored: int) -> Report:
    return Report(outcome="lost", message="The workers that ran this vanished, twice. Running it again may help.", events=events_stored)


def repeatable(report: Report) -> bool:
    """Tell whether the spec alone decided this outcome, so that it may stand for the next run of the same spec."""
    if report.outcome == "limit":
        return report.limit in {"instructions", "output", "events"}
    return report.outcome in {"exited", "signaled", "source_error"}


def _ended(report: Report) -> dict[str, object]:
    ended: dict[str, object] = {
        "state": State.DONE,
        "outcome": report.outcome,
        "report": msgspec.json.encode(report),
        "finished_at": timezone.now(),
        "lease_until": None,
    }
    return ended if repeatable(report) else ended | {"reusable": False}
