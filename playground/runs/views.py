from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from playground.accounts import visitor
from playground.core import page


async def home(request: HttpRequest) -> HttpResponse:
    visitor.remember(request)
    return page.show(request, {"page": "home"})
