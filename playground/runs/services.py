"""What visitors do with runs."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from http import HTTPStatus

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from emulator.trace.run import RunSpec
from playground.core.problems import Problem
from playground.runs import dispatch, doorbell, leases
from playground.runs.models import Execution, Run, State

logger = logging.getLogger(__name__)


def run_start(*, spec: RunSpec, owner: str) -> Run:
    """Start a run of `spec`, or join the execution that already stands for it. Raises Problem 503 when too many wait."""
    digest = spec.digest()
    while True:
        try:
            with transaction.atomic():
                # The lock keeps a cancel from ending the execution while we join it.
                execution = Execution.objects.select_for_update().only("pk").filter(digest=digest, reusable=True).first()
                if execution is None:
                    _check_queue()
                    execution = Execution.objects.create(digest=digest, spec=msgspec.json.encode(spec))
                    transaction.on_commit(partial(dispatch.announce, execution.pk))
                return Run.objects.create(execution=execution, owner=owner)
        except IntegrityError:
            logger.info("Two visitors started the same run at the same instant; joining.")


def _check_queue() -> None:
    waiting = Execution.objects.filter(state=State.QUEUED).count()
    if waiting >= settings.RUN_QUEUE_CAP:
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "queue_full",
            f"{waiting} runs are waiting already.",
            hint="Try again in a few seconds.",
            retry_after=5,
        )


def run_cancel(*, run: Run) -> None:
    """End `run`, whatever its state. The execution goes on as long as another run wants it."""
    with transaction.atomic():
        execution = Execution.objects.select_for_update().only("pk", "state", "last_seq").get(pk=run.execution_id)
        if execution.state == State.DONE:
            return
        if execution.runs.filter(left_at_seq=None).exclude(pk=run.pk).exists():
            Run.objects.filter(pk=run.pk, left_at_seq=None).update(left_at_seq=execution.last_seq)
        else:
            Execution.objects.filter(pk=execution.pk).update(cancel_requested=True, reusable=False)
            if not leases.cancel_waiting(execution.pk):
                transaction.on_commit(partial(dispatch.cancel, execution.pk))
        transaction.on_commit(partial(doorbell.ring, execution.pk))


def executions_sweep() -> None:
    """Give on what silent workers left and tell again of what the broker forgot. Any number of processes may do so at once."""
    for pk in leases.expire():
        dispatch.announce(pk)
    overdue = timezone.now() - timedelta(seconds=settings.RUN_LEASE_SECONDS)
    waiting = Execution.objects.filter(state=State.QUEUED, dispatched_at__lt=overdue).order_by("dispatched_at")
    for pk, told in waiting.values_list("pk", "dispatched_at")[:100]:
        if Execution.objects.filter(pk=pk, state=State.QUEUED, dispatched_at=told).update(dispatched_at=timezone.now()):
            dispatch.announce(pk)


def runs_expire() -> None:
    """Delete runs past their keeping time, and executions no run refers to any more."""
    limit = timezone.now() - timedelta(days=settings.RUN_KEEP_DAYS)
    Run.objects.filter(created_at__lt=limit).delete()
    Execution.objects.filter(runs=None, state=State.DONE, created_at__lt=limit).delete()
