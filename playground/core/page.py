"""The one page: a shell that hands the application its initial data."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from playground.core.static import frontend


def show(request: HttpRequest, initial: dict[str, Any], *, title: str = "") -> HttpResponse:
    """Render the application with `initial` as the JSON of its element #page-data."""
    built = frontend()
    if built is None:
        return render(request, "playground/unbuilt.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
    return render(request, "playground/page.html", {"built": built, "initial": initial, "title": title})
