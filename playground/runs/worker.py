"""The worker's side: executions this process holds a lease for, and the keeper that watches over them."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from typing import TYPE_CHECKING

import msgspec
from django.core.cache import cache
from django.db import close_old_connections, connections

from emulator.trace.run import Report, RunSpec
from playground.runs import engine, leases, services
from playground.runs.events import Items

if TYPE_CHECKING:
    from emulator.sandbox.client import RunHandle

logger = logging.getLogger(__name__)

SEEN_KEY = "worker-seen"
SEEN_SECONDS = 10
TICK_SECONDS = 1.0
SWEEP_TICKS = 3
EXPIRE_TICKS = 3600

NAME = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Active:
    """An execution in progress here. `stop` may come from any thread, at any time, also before the sandbox has started it."""

    def __init__(self, lease: leases.Lease) -> None:
        self.lease = lease
        self.hand_back = False
        self._lock = threading.Lock()
        self._handle: RunHandle | None = None
        self._stopped = False

    def attach(self, handle: RunHandle) -> None:
        with self._lock:
            self._handle = handle
            stopped = self._stopped
        if stopped:
            handle.cancel()

    def stop(self, *, hand_back: bool = False) -> None:
        with self._lock:
            self._stopped = True
            self.hand_back = self.hand_back or hand_back
            handle = self._handle
        if handle is not None:
            handle.cancel()


_active: dict[int, Active] = {}


def execute(execution: int) -> None:
    """Run one execution to its end, if it waits for one."""
    close_old_connections()
    lease = leases.claim(execution, NAME)
    if lease is None:
        return
    active = _active[execution] = Active(lease)
    try:
        report = _run(active)
        if active.hand_back:
            leases.hand_back(lease)
        elif report is not None:
            leases.finish(lease, report)
    except Exception:
        mark = secrets.token_hex(4)
        logger.exception("Execution %d failed (%s).", execution, mark)
        connections.close_all()
        leases.finish(
            lease, Report(outcome="internal", message=f"The service failed; the log says more under {mark}.", events=lease.last_seq)
        )
    finally:
        del _active[execution]


def _run(active: Active) -> Report | None:
    """Return how the run ended; None if its lease was lost on the way."""
    lease = active.lease
    spec = msgspec.json.decode(lease.spec, type=RunSpec)
    if spec.digest() != lease.digest:
        return Report(outcome="lost", message="The engine was replaced while this run waited; run it again.", events=lease.last_seq)
    handle = engine.sandbox().start(spec)
    active.attach(handle)
    kept = True
    for batch in handle.batches():
        if not kept:
            continue  # what the sandbox sends until it has noticed the cancel
        try:
            leases.append(lease, Items(batch.first, batch.last, batch.items))
        except leases.LeaseLost:
            kept = False
            active.stop()
    report: Report = handle.report
    return report


def cancel(execution: int) -> bool:
    """Stop an execution if it is in progress here."""
    active = _active.get(execution)
    if active is None:
        return False
    active.stop()
    return True


def drain() -> None:
    """Give back all that is in progress here: the process goes down."""
    for active in list(_active.values()):
        active.stop(hand_back=True)


class Keeper(threading.Thread):
    """Renews the leases held here, stops what was cancelled, and takes its turn at sweeping up behind others."""

    def __init__(self) -> None:
        super().__init__(name="keeper", daemon=True)
        self._down = threading.Event()

    def run(self) -> None:
        tick = 0
        while True:
            try:
                self._tick(tick)
            except Exception:
                logger.warning("The keeper could not do its round; it will try again.", exc_info=True)
                connections.close_all()
            if self._down.wait(TICK_SECONDS):
                break
            tick += 1
        connections.close_all()

    def _tick(self, tick: int) -> None:
        close_old_connections()
        cache.set(SEEN_KEY, NAME, SEEN_SECONDS)
        for active in list(_active.values()):
            try:
                leases.renew(active.lease)
            except leases.LeaseLost:
                active.stop()
        if tick % SWEEP_TICKS == 0:
            services.executions_sweep()
        if tick % EXPIRE_TICKS == 0:
            services.runs_expire()

    def close(self) -> None:
        self._down.set()
        self.join(timeout=5)
