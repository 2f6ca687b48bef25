from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

router = Router(tags=["scenarios"])
