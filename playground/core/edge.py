"""What is refused before Django or a consumer sees it."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from channels.security.websocket import WebsocketDenier
from django.conf import settings

from playground.core.origin import host_is_ours, is_same_origin
from playground.core.problems import Problem

DRAINED = 64 << 20
"""Bytes. A body over the limit and up to this size is taken in, so that its sender can read why it was refused."""


class _TooLarge(Exception):
    pass


class BodyLimit:
    """Answer 413 to a body over MAX_BODY_BYTES, by its announced length or as soon as it gets there: Django would spool it all."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        limit = settings.MAX_BODY_BYTES
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        taken = 0

        async def counted() -> Any:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                if message.get("more_body"):
                    await _drain(receive, DRAINED - taken)
                raise _TooLarge
            return message

        try:
            if int(announced) <= limit:
                await self.app(scope, counted, send)
                return
            await _drain(receive, DRAINED)
        except _TooLarge:
            pass
        await _answer_too_large(send, limit)


async def _drain(receive: Any, most: int) -> None:
    """Read up to `most` bytes of a body and forget them: a client that is still sending when the connection closes sees no answer."""
    while most > 0:
        message = await receive()
        most -= len(message.get("body", b""))
        if not message.get("more_body"):
            return


async def _answer_too_large(send: Any, limit: int) -> None:
    problem = Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too_large",
        f"The request is larger than {limit} bytes.",
        hint="A source may have 1 MiB.",
        where="body",
    )
    body = json.dumps(problem.body()).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class OwnOrigin:
    """Refuse sockets (403) under a foreign host name or opened by a page of another origin.

    A client that sends no Origin is not a browser.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        page = headers.get(b"origin")
        if host_is_ours(host) and (page is None or is_same_origin(page, host)):
            await self.app(scope, receive, send)
        else:
            await WebsocketDenier()(scope, receive, send)
