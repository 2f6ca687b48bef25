"""A Celery worker on threads of this process, for the service that is one process tree."""

from __future__ import annotations

import threading
from typing import Any

from celery.worker import WorkController
from django.conf import settings

from playground.celery import app
from playground.core import broker
from playground.runs import engine, worker

START_SECONDS = 20
STOP_SECONDS = 10


class _Controller(WorkController):
    """Says when it listens; Celery's own signal for that is sent by its command line only."""

    ready: threading.Event

    def on_consumer_ready(self, consumer: Any) -> None:
        super().on_consumer_ready(consumer)
        self.ready.set()


class EmbeddedWorker:
    """Raises what the sandbox's start raises: a service that cannot run programs safely does not start."""

    def __init__(self) -> None:
        self._sandbox = threading.Thread(target=self._start_sandbox, name="sandbox-start")
        self._sandbox_error: Exception | None = None
        self._sandbox.start()
        app.loader.import_default_modules()
        app.finalize()
        self._controller = _Controller(
            app=app,
            pool_cls="threads",
            concurrency=settings.RUN_CONCURRENCY,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            hostname="embedded",
        )
        self._controller.ready = threading.Event()
        self._thread = threading.Thread(target=self._controller.start, name="celery", daemon=True)
        self._keeper = worker.Keeper()

    def _start_sandbox(self) -> None:
        try:
            engine.sandbox().ready()
        except Exception as error:  # noqa: BLE001  # handed to the thread that waits
            self._sandbox_error = error

    def start(self) -> None:
        """Return when runs are taken."""
        self._sandbox.join()
        if self._sandbox_error is not None:
            raise self._sandbox_error
        self._thread.start()
        if not self._controller.ready.wait(START_SECONDS):
            raise TimeoutError("the embedded worker did not come up")
        self._keeper.start()

    def stop(self) -> None:
        """Give back what is in progress, then end the threads and the sandbox's processes."""
        worker.drain()
        self._keeper.close()
        self._controller.stop()
        broker.interrupt()
        self._thread.join(timeout=STOP_SECONDS)
        engine.close()
