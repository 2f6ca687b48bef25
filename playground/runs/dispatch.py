"""What is said to the workers through the broker. All of it may get lost: rows are the truth, and workers look at them."""

from __future__ import annotations

import logging

from playground.celery import app

logger = logging.getLogger(__name__)

EXECUTE = "runs.execute"
CANCEL = "cancel_execution"


def announce(execution: int) -> None:
    """Say that `execution` waits."""
    try:
        app.send_task(EXECUTE, (execution,))
    except Exception:
        logger.warning("The broker did not take execution %d; a worker will find it.", execution, exc_info=True)


def cancel(execution: int) -> None:
    """Ask whichever process runs `execution` to stop it."""
    try:
        app.control.broadcast(CANCEL, arguments={"execution": execution}, reply=False)
    except Exception:
        logger.warning("The broker did not take a cancel; the worker will see it in the row.", exc_info=True)
