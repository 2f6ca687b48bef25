"""Liveness and readiness, for whoever restarts and routes."""

from __future__ import annotations

import asyncio

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse

from playground.core import database
from playground.runs import engine
from playground.runs.worker import SEEN_KEY


async def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _worker() -> None:
    if cache.get(SEEN_KEY) is None:
        raise LookupError("no worker has been heard of for some seconds")


async def readyz(request: HttpRequest) -> JsonResponse:
    """What a run needs is there: the database, a worker (it writes its sign of life through the cache), the sandbox."""
    checks = {"database": database.call(_database), "worker": database.call(_worker), "sandbox": asyncio.to_thread(engine.sandbox)}
    results = await asyncio.gather(*checks.values(), return_exceptions=True)
    parts = {
        name: f"{type(result).__name__}: {result}" if isinstance(result, BaseException) else "ok"
        for name, result in zip(checks, results, strict=True)
    }
    ready = set(parts.values()) == {"ok"}
    return JsonResponse({"status": "ready" if ready else "not ready", "checks": parts}, status=200 if ready else 503)
