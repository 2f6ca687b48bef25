"""Celery's entry points; thin."""

from __future__ import annotations

from typing import Any

from celery import shared_task, signals
from celery.worker.control import control_command

from emulator.sandbox.client import SandboxUnavailable
from playground.runs import dispatch, engine, worker

_keeper: worker.Keeper | None = None


@shared_task(name=dispatch.EXECUTE)
def execute(execution: int) -> None:
    worker.execute(execution)


@control_command(name=dispatch.CANCEL, args=[("execution", int)])
def cancel_execution(state: Any, execution: int) -> dict[str, bool]:
    return {"cancelled": worker.cancel(execution)}


@signals.worker_init.connect
def start(**_: Any) -> None:
    """Refuse to work where programs cannot be confined."""
    try:
        engine.sandbox().ready()
    except SandboxUnavailable as error:
        raise SystemExit(f"programs cannot be run safely here: {error}") from error


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
