from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse

from playground.accounts import visitor
from playground.core import database, page, problems
from playground.sharing import services


async def link(request: HttpRequest, link_id: str) -> HttpResponse:
    visitor.remember(request)
    try:
        found = await database.call(services.link_get, link_id)
    except problems.NotFound as problem:
        return problems.show(request, problem)
    initial = {"page": "link", "id": found.pk, "title": found.title, "run": json.loads(bytes(found.body))}
    return page.show(request, initial, title=found.title)
