"""Runs over HTTP."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Annotated

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from emulator.catalog import catalog
from playground.accounts import limits, visitor
from playground.core import database
from playground.core.answers import json
from playground.core.problems import Problem
from playground.runs import engine, events, schemas, selectors, services

router = Router(tags=["runs"])


@router.post("/runs", response={201: schemas.RunStarted}, summary="Run a program")
async def run_post(request: HttpRequest, body: schemas.RunBody) -> HttpResponse:
    limits.spend(request, "runs", settings.RATE_RUNS)
    spec = schemas.spec_of(body)
    run = await database.call(services.run_start, spec=spec, owner=visitor.current(request))
    return json(msgspec.json.encode({"id": run.pk}), 201, {"Location": f"/api/runs/{run.pk}"})


@router.get("/runs/{run_id}", response=schemas.RunShown, summary="How far a run is, and how it ended")
async def run_get(request: HttpRequest, run_id: str) -> HttpResponse:
    return json(_shown(await database.call(selectors.run_status, run_id)))


def _shown(status: selectors.Status) -> bytes:
    report = msgspec.Raw(status.report or b"null")
    shown = {"id": status.run, "state": status.state, "attempt": status.attempt, "events": status.last_seq, "report": report}
    return msgspec.json.encode(shown)


@router.post("/runs/{run_id}/cancel", response=schemas.RunShown, summary="End a run, whatever its state")
async def run_cancel(request: HttpRequest, run_id: str) -> HttpResponse:
    def cancel() -> selectors.Status:
        run = selectors.run_get(run_id)
        if run.owner not in {"", visitor.current(request)}:
            raise Problem(403, "not_yours", "Another visitor started this run.", hint="Run the program yourself.", where="run id")
        services.run_cancel(run=run)
        return selectors.run_status(run_id)

    return json(_shown(await database.call(cancel)))


@router.get("/runs/{run_id}/events", response=schemas.EventsShown, summary="A run's events")
async def run_events(request: HttpRequest, run_id: str, after: Annotated[int, Query(), Field(ge=0, lt=1 << 31)] = 0) -> HttpResponse:
    status, parts = await database.call(selectors.run_read, run_id, after)
    last = parts[-1].last if parts else after
    body = {
        "run": status.run,
        "state": status.state,
        "from": after + 1,
        "items": msgspec.Raw(events.joined(parts).json if parts else b"[]"),
        "last": last,
        "complete": status.report is not None and last >= status.last_seq,
    }
    return json(msgspec.json.encode(body))


@router.post("/assemble", response=schemas.Assembled, summary="What is wrong with a source, and where its lines lie in memory")
async def assemble(request: HttpRequest, body: schemas.SourceBody) -> HttpResponse:
    limits.spend(request, "assemble", settings.RATE_ASSEMBLE)
    source = schemas.source_of(body)
    result = await asyncio.to_thread(lambda: engine.sandbox().assemble(source))
    return json(msgspec.json.encode({"diagnostics": result.diagnostics, "source_map": result.source_map}))


@router.get("/catalog", summary="System calls, registers and error numbers, for the editor")
async def catalog_get(request: HttpRequest) -> HttpResponse:
    return json(_catalog(), headers={"Cache-Control": "public, max-age=300"})


@cache
def _catalog() -> bytes:
    return msgspec.json.encode(catalog())
