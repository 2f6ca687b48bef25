"""Celery's entry points; thin."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task, signals
from celery.worker.control import control_command

from playground.celery import app
from playground.runs import engine, worker

logger = logging.getLogger(__name__)

_keeper: worker.Keeper | None = None


@shared_task(name="runs.execute")
def execute(execution: int) -> None:
    worker.execute(execution)


@control_command(args=[("execution", int)])
def cancel_execution(state: Any, execution: int) -> dict[str, bool]:
    return {"cancelled": worker.cancel(execution)}


def cancel_everywhere(execution: int) -> None:
    """Stop an execution in whichever process it runs. Should the broker fail, its worker's keeper sees the row within a tick."""
    if worker.cancel(execution):
        return
    try:
        app.control.broadcast("cancel_execution", arguments={"execution": execution}, reply=False)
    except Exception:
        logger.warning("The broker did not take a cancel; the worker will see it in the row.", exc_info=True)


@signals.worker_init.connect
def start(**_: Any) -> None:
    engine.sandbox()


@signals.worker_ready.connect
def keep(**_: Any) -> None:
    global _keeper  # noqa: PLW0603
    _keeper = worker.Keeper()
    _keeper.start()


@signals.worker_shutting_down.connect
def hand_back(**_: Any) -> None:
    worker.drain()


@signals.worker_shutdown.connect
def stop(**_: Any) -> None:
    if _keeper is not None:
        _keeper.close()
    engine.close()
