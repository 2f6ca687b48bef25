from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from playground.accounts import visitor
from playground.core import page, problems
from playground.scenarios import selectors


async def scenario(request: HttpRequest, topic: str, scenario_id: str) -> HttpResponse:
    visitor.remember(request)
    try:
        lesson = selectors.lesson_get(topic, scenario_id)
    except problems.NotFound as problem:
        return problems.show(request, problem)
    return page.show(request, {"page": "scenario", "topic": topic, "id": scenario_id, "title": lesson.title}, title=lesson.title)
