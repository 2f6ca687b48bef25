"""Lessons over HTTP."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from playground.core.answers import json
from playground.scenarios import selectors

router = Router(tags=["scenarios"])

LISTED = ("topic", "id", "number", "title", "summary", "tags")


class ScenarioListed(Schema):
    topic: str
    id: str
    number: int
    title: str
    summary: str
    tags: list[str]


class ScenarioShown(ScenarioListed):
    """Each of `programs` has a `run` that holds what POST /api/runs takes. `notes` are Markdown."""

    notes: str
    programs: list[dict[str, Any]]
    shows: list[str]
    stops: list[dict[str, Any]]
    predictions: list[dict[str, Any]]
    goal: str
    task_program: str
    checks: list[dict[str, Any]]


@router.get("/scenarios", response=list[ScenarioListed], summary="The lessons there are")
async def scenario_list(request: HttpRequest) -> HttpResponse:
    headers = [scenario.header for scenario in selectors.scenario_list()]
    return json(msgspec.json.encode([{name: getattr(header, name) for name in LISTED} for header in headers]))


@router.get("/scenarios/{topic}/{scenario_id}", response=ScenarioShown, summary="A lesson")
async def scenario_get(request: HttpRequest, topic: str, scenario_id: str) -> HttpResponse:
    return json(msgspec.json.encode(selectors.lesson_get(topic, scenario_id)))
