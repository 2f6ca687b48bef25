"""Executions are computations; runs are visitors' requests for one.

A run is a pure function of its spec, so visitors who ask for the same thing share one execution, each under an id and with a cancel of
their own. The row of an execution, not the broker, says what is to be done: see services.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from playground.core.ids import new_id


class State(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"


class Execution(models.Model):
    """One computation, leased to one worker at a time. `attempt` counts the leases and fences off a worker that lost its own."""

    digest = models.CharField(max_length=64)
    spec = models.BinaryField()
    """emulator.trace.run.RunSpec as JSON."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    reusable = models.BooleanField(default=True)
    """False once its outcome, or the wish to cancel it, has to do with this one computation and not with its spec."""
    attempt = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(default=timezone.now)
    cancel_requested = models.BooleanField(default=False)
    last_seq = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=20, blank=True)
    report = models.BinaryField(null=True)
    """emulator.trace.run.Report as JSON; set exactly when the state is done."""
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], condition=models.Q(reusable=True), name="one_reusable_execution_per_digest"),
            models.CheckConstraint(
                condition=models.Q(state=State.DONE, report__isnull=False) | (~models.Q(state=State.DONE) & models.Q(report__isnull=True)),
                name="report_when_done",
            ),
        ]
        indexes = [models.Index(fields=["state", "dispatched_at"], name="unfinished", condition=~models.Q(state=State.DONE))]

    def __str__(self) -> str:
        return f"execution {self.pk} ({self.state})"


class EventBatch(models.Model):
    """Events `first` to `last` of an execution, as the JSON array the sandbox sent, deflated if that pays."""

    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="batches")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    deflated = models.BooleanField()
    items = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["execution", "last"], name="one_batch_per_last_seq"),
            models.CheckConstraint(condition=models.Q(first__lte=models.F("last")), name="batch_not_empty"),
        ]

    def __str__(self) -> str:
        return f"events {self.first}-{self.last} of execution {self.execution_id}"


class Run(models.Model):
    """A visitor's request. `owner` is their key, or "" for a client without one; then whoever knows the id may cancel it.

    `left_at_seq` is set when it was cancelled while others still wanted the execution: for this visitor it ended there.
    """

    id = models.CharField(primary_key=True, max_length=22, default=new_id, editable=False)
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="runs")
    owner = models.CharField(max_length=22, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    left_at_seq = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"run {self.pk}"
