"""Share links over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Schema
from pydantic import StringConstraints

from playground.accounts import limits, visitor
from playground.core import database
from playground.core.answers import json
from playground.runs.schemas import RunBody, spec_of
from playground.sharing import services
from playground.sharing.models import Link

router = Router(tags=["links"])


class LinkBody(RunBody):
    title: Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class LinkMade(Schema):
    id: str
    url: str


class LinkShown(Schema):
    """`run` holds what POST /api/runs takes."""

    id: str
    title: str
    run: dict[str, Any]


@router.post("/links", response={201: LinkMade}, summary="Make a share link")
async def link_post(request: HttpRequest, body: LinkBody) -> HttpResponse:
    limits.spend(request, "links", settings.RATE_LINKS)
    spec_of(body)  # what could not be run is not kept
    stored = body.model_dump_json(exclude={"title"}, exclude_defaults=True).encode()
    link = await database.call(services.link_create, body=stored, title=body.title, owner=visitor.current(request))
    return json(msgspec.json.encode({"id": link.pk, "url": reverse("link", args=[link.pk])}), 201)


@router.get("/links/{link_id}", response=LinkShown, summary="What a share link holds")
async def link_get(request: HttpRequest, link_id: str) -> HttpResponse:
    return json(msgspec.json.encode(shown(await database.call(services.link_get, link_id))))


def shown(link: Link) -> dict[str, Any]:
    return {"id": link.pk, "title": link.title, "run": msgspec.Raw(bytes(link.body))}
