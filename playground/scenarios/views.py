from __future__ import annotations

import msgspec
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
    first = msgspec.to_builtins(lesson.programs[0].run)
    return page.show(
        request, first | {"kind": "scenario", "title": lesson.title, "lesson": msgspec.to_builtins(lesson)}, title=lesson.title
    )
