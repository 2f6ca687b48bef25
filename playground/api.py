"""The HTTP API: the apps' routers under /api, documented at /api/docs, every refusal a problem object."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Swagger
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from playground.core.problems import NotFound, Problem
from playground.runs.api import router as runs
from playground.scenarios.api import router as scenarios
from playground.sharing.api import router as sharing


class _Json(Parser):
    """Strict: UTF-8 only, no unpaired surrogates, no NaN, bounded depth and numbers."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        body: dict[str, Any] = msgspec.json.decode(request.body)
        return body


def _looser_policy(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the documentation's page build itself: it sets inner HTML and inline styles, and shows nothing that a visitor wrote."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
        return response

    return answer


api = NinjaAPI(
    title="Syscall Playground",
    version="1",
    description="Run x86-64 assembly on an emulated CPU under a modelled Linux kernel and read what happened. "
    "Live events: WebSocket `/ws/runs/{id}/?after={seq}`.",
    docs=Swagger(),
    docs_decorator=_looser_policy,
    parser=_Json(),
)
api.add_router("", runs)
api.add_router("", scenarios)
api.add_router("", sharing)


@api.exception_handler(Problem)
def on_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem.response()


@api.exception_handler(Http404)
def on_missing(request: HttpRequest, exc: Http404) -> HttpResponse:
    return NotFound("There is nothing at this address.", hint="/api/docs lists what there is.").response()


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, exc: ValidationError) -> HttpResponse:
    first: dict[str, Any] = exc.errors[0]
    # ["body", "<parameter name>", field, ...]
    place = [str(part) for part in first["loc"][2 if first["loc"][0] == "body" else 1 :]]
    hint = "The API's fields are listed at /api/docs."
    if first["type"] == "extra_forbidden":
        message = f"There is no field {place[-1]!r}."
        hint = "Leave it out. " + hint
    elif first["type"] == "missing":
        message = f"The field {place[-1]!r} is missing." if place else "The body is missing."
    else:
        message = f"{'.'.join(place) or 'The body'}: {first['msg']}."
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", message, hint=hint, where=".".join(place)).response()


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, exc: HttpError) -> HttpResponse:
    if exc.status_code != HTTPStatus.BAD_REQUEST:
        return Problem(exc.status_code, "refused", str(exc)).response()
    cause = str(exc.__cause__ or "")
    message = f"The body is not JSON in UTF-8 ({cause})." if "byte" in cause else "The body is not JSON in UTF-8."
    return Problem(exc.status_code, "malformed", message, hint='Send an object such as {"source": "nop"}.', where="body").response()
