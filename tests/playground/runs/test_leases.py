"""Every move of an execution between its states, and every move that must not be possible."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from emulator.trace.run import AsmProgram, Exit, Report, RunSpec
from playground.core.problems import Problem
from playground.runs import dispatch, events, leases, selectors, services
from playground.runs.events import Items
from playground.runs.models import Execution, Run, State

pytestmark = pytest.mark.django_db

EXITED = Report(outcome="exited", exit=Exit(code=0), events=4)


@pytest.fixture(autouse=True)
def said(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What would have been said to workers and readers: here nobody listens."""
    said: list[tuple[str, int]] = []
    monkeypatch.setattr(dispatch, "announce", lambda pk: said.append(("announce", pk)))
    monkeypatch.setattr(dispatch, "cancel", lambda pk: said.append(("cancel", pk)))
    monkeypatch.setattr("playground.runs.doorbell.ring", lambda pk: said.append(("ring", pk)))
    return said


def start(text: str = "nop", owner: str = "", **fields: Any) -> Run:
    return services.run_start(spec=RunSpec(program=AsmProgram(text), **fields), owner=owner)


def claim(run: Run, worker: str = "w1") -> leases.Lease:
    lease = leases.claim(run.execution_id, worker)
    assert lease is not None
    return lease


def batch(first: int, last: int) -> Items:
    return Items(first, last, json.dumps([{"seq": seq} for seq in range(first, last + 1)]).encode())


def let_lease_run_out(run: Run) -> None:
    Execution.objects.filter(pk=run.execution_id).update(lease_until=timezone.now() - timedelta(seconds=1))


def state(run: Run) -> tuple[str, str]:
    status = selectors.run_status(run.pk)
    return status.state, json.loads(status.report)["outcome"] if status.report else ""


def stored(run: Run) -> list[int]:
    return [event["seq"] for items in events.read(run.execution_id, 0, 99, 1 << 20) for event in json.loads(items.json)]


def test_one_claim_wins() -> None:
    run = start()
    assert leases.claim(run.execution_id, "w1") is not None
    assert leases.claim(run.execution_id, "w2") is None


def test_from_start_to_end(said: list[tuple[str, int]], django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = start()
    assert said == [("announce", run.execution_id)]
    assert state(run) == ("queued", "")
    lease = claim(run)
    assert msgspec.json.decode(lease.spec, type=RunSpec).digest() == lease.digest
    assert state(run) == ("running", "")
    leases.append(lease, batch(1, 3))
    leases.append(lease, batch(4, 4))
    assert leases.finish(lease, EXITED)
    assert state(run) == ("done", "exited")
    assert stored(run) == [1, 2, 3, 4]
    assert not leases.finish(lease, EXITED)


def test_the_second_attempt_goes_on_behind_the_first() -> None:
    run = start()
    first = claim(run)
    leases.append(first, batch(1, 5))
    let_lease_run_out(run)
    assert leases.expire() == [run.execution_id]
    second = claim(run, "w2")
    assert (second.attempt, second.last_seq) == (2, 5)
    leases.append(second, batch(1, 3))
    leases.append(second, batch(4, 7))
    assert stored(run) == [1, 2, 3, 4, 5, 6, 7]


def test_whoever_lost_the_lease_writes_nothing() -> None:
    run = start()
    slow = claim(run)
    let_lease_run_out(run)
    leases.expire()
    leases.append(claim(run, "w2"), batch(1, 2))
    with pytest.raises(leases.LeaseLost):
        leases.append(slow, batch(1, 2))
    with pytest.raises(leases.LeaseLost):
        leases.renew(slow)
    assert not leases.finish(slow, EXITED)
    assert not leases.hand_back(slow)
    assert stored(run) == [1, 2]
    assert state(run) == ("running", "")


def test_events_that_leave_a_gap_are_refused() -> None:
    run = start()
    lease = claim(run)
    leases.append(lease, batch(1, 2))
    with pytest.raises(leases.LeaseLost):
        leases.append(lease, batch(4, 5))
    assert stored(run) == [1, 2]


def test_two_lost_workers_are_the_end_and_the_next_run_is_new() -> None:
    run = start()
    for _ in range(leases.MAX_ATTEMPTS):
        claim(run)
        let_lease_run_out(run)
        leases.expire()
    assert state(run) == ("done", "lost")
    assert leases.claim(run.execution_id, "w3") is None
    assert start().execution_id != run.execution_id


def test_a_lease_in_force_is_left_alone() -> None:
    run = start()
    leases.renew(claim(run))
    assert leases.expire() == []
    assert state(run) == ("running", "")


def test_handing_back_is_no_attempt() -> None:
    run = start()
    for worker in ("w1", "w2", "w3"):
        lease = claim(run, worker)
        assert lease.attempt == 1
        assert leases.hand_back(lease)
    assert state(run) == ("queued", "")


def test_what_the_broker_forgot_is_announced_again_once(said: list[tuple[str, int]]) -> None:
    run = start()
    leases.hand_back(claim(run))
    said.clear()
    services.executions_sweep()
    services.executions_sweep()
    assert said == [("announce", run.execution_id)]


@pytest.mark.parametrize(("report", "again"), [
    (EXITED, True),
    (Report(outcome="signaled", exit=Exit(signal="SIGSEGV")), True),
    (Report(outcome="source_error"), True),
    (Report(outcome="limit", limit="instructions"), True),
    (Report(outcome="limit", limit="wall"), False),
    (Report(outcome="limit", limit="memory"), False),
    (Report(outcome="engine_crash"), False),
    (Report(outcome="internal"), False),
])  # fmt: skip
def test_only_what_the_spec_decides_stands_for_the_next_run(report: Report, *, again: bool) -> None:
    run = start()
    leases.finish(claim(run), report)
    assert (start().execution_id == run.execution_id) is again
    assert start("other").execution_id != run.execution_id


def test_cancel_while_it_waits() -> None:
    run = start()
    services.run_cancel(run=run)
    assert state(run) == ("done", "cancelled")
    assert leases.claim(run.execution_id, "w1") is None
    assert start().execution_id != run.execution_id


def test_cancel_while_it_runs(said: list[tuple[str, int]], django_capture_on_commit_callbacks: Any) -> None:
    run = start()
    lease = claim(run)
    leases.append(lease, batch(1, 2))
    with django_capture_on_commit_callbacks(execute=True):
        services.run_cancel(run=run)
    assert ("cancel", run.execution_id) in said
    assert state(run) == ("running", "")  # until the worker has said what there was up to here
    with pytest.raises(leases.LeaseLost):
        leases.append(lease, batch(3, 4))
    assert leases.finish(lease, Report(outcome="cancelled", events=2))
    assert state(run) == ("done", "cancelled")


def test_cancel_after_the_end_changes_nothing() -> None:
    run = start()
    leases.finish(claim(run), EXITED)
    services.run_cancel(run=run)
    assert state(run) == ("done", "exited")
    assert start().execution_id == run.execution_id


def test_cancelling_a_worker_that_is_gone() -> None:
    run = start()
    claim(run)
    services.run_cancel(run=run)
    let_lease_run_out(run)
    assert leases.expire() == []
    assert Execution.objects.get(pk=run.execution_id).state == State.DONE
    assert state(run) == ("done", "cancelled")


def test_one_visitor_does_not_cancel_for_another() -> None:
    mine, yours = start(owner="a"), start(owner="b")
    assert mine.execution_id == yours.execution_id
    lease = claim(mine)
    leases.append(lease, batch(1, 2))
    services.run_cancel(run=mine)
    services.run_cancel(run=mine)
    assert state(mine) == ("done", "cancelled")
    assert state(yours) == ("running", "")
    leases.append(lease, batch(3, 4))
    leases.finish(lease, EXITED)
    assert state(yours) == ("done", "exited")
    status, parts = selectors.run_read(mine.pk, 0)
    assert json.loads(status.report or b"")["outcome"] == "cancelled"
    assert [items.last for items in parts] == [2]
    assert start(owner="a").execution_id == yours.execution_id


def test_the_last_to_cancel_ends_it() -> None:
    runs = [start(owner=owner) for owner in "ab"]
    for run in runs:
        services.run_cancel(run=run)
    assert [state(run) for run in runs] == [("done", "cancelled")] * 2
    assert Execution.objects.get().state == State.DONE


def test_the_queue_has_an_end(settings: Any) -> None:
    settings.RUN_QUEUE_CAP = 2
    start("a")
    start("b")
    with pytest.raises(Problem) as refused:
        start("c")
    assert refused.value.status == 503
    assert refused.value.retry_after
    assert start("a").pk  # joins


def test_old_runs_go_and_what_others_use_stays(settings: Any) -> None:
    old, young = start(), start()
    leases.finish(claim(old), EXITED)
    ago = timezone.now() - timedelta(days=settings.RUN_KEEP_DAYS + 1)
    Execution.objects.update(created_at=ago)
    Run.objects.filter(pk=old.pk).update(created_at=ago)
    services.runs_expire()
    assert list(Run.objects.all()) == [young]
    assert Execution.objects.count() == 1
    Run.objects.update(created_at=ago)
    services.runs_expire()
    assert not Execution.objects.exists()
