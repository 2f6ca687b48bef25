"""Answers that are encoded already."""

from __future__ import annotations

from django.http import HttpResponse


def json(data: bytes, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(data, status=status, content_type="application/json", headers=headers or {})
