"""Liveness and readiness, for whoever restarts and routes."""

from __future__ import annotations

import asyncio
import logging

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse

from playground.core import database
from playground.runs import engine
from playground.runs.worker import SEEN_KEY

logger = logging.getLogger(__name__)


async def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


class WorkerSilentError(Exception):
    """No worker has been heard of for some seconds."""


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _worker() -> None:
    if cache.get(SEEN_KEY) is None:
        raise WorkerSilentError


def _sandbox() -> None:
    engine.sandbox().ready()


async def readyz(request: HttpRequest) -> JsonResponse:
    """What a run needs is there: the database, a worker (it writes its sign of life through the cache), the sandbox."""
    checks = {"database": database.call(_database), "worker": database.call(_worker), "sandbox": asyncio.to_thread(_sandbox)}
    results = await asyncio.gather(*checks.values(), return_exceptions=True)
    for name, result in zip(checks, results, strict=True):
        if isinstance(result, BaseException):
            logger.warning("Not ready: %s: %r", name, result)  # what it says may be nobody else's business
    parts = {
        name: type(result).__name__ if isinstance(result, BaseException) else "ok" for name, result in zip(checks, results, strict=True)
    }
    ready = set(parts.values()) == {"ok"}
    return JsonResponse({"status": "ready" if ready else "not ready", "checks": parts}, status=200 if ready else 503)
