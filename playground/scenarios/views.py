from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from playground.accounts import visitor
from playground.core import page


async def scenario(request: HttpRequest, topic: str, scenario_id: str) -> HttpResponse:
    visitor.remember(request)
    return page.show(request, {"page": "scenario", "topic": topic, "id": scenario_id})
