"""How the service says no: {"error": {"code", "message", "hint", "where"}} to programs, a short page to people."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

logger = logging.getLogger("playground")


class Problem(Exception):
    """A refusal. `code` is for programs, `message` says what is wrong, `hint` how to mend it, `where` which part of the request."""

    def __init__(self, status: int, code: str, message: str, *, hint: str = "", where: str = "", retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        self.where = where
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message, "hint": self.hint, "where": self.where}}

    def response(self) -> JsonResponse:
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return JsonResponse(self.body(), status=self.status, headers=headers)


class NotFound(Problem):
    def __init__(self, message: str, hint: str = "", where: str = "") -> None:
        super().__init__(HTTPStatus.NOT_FOUND, "not_found", message, hint=hint, where=where)


def show(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Answer in the form this client reads."""
    if request.path.startswith("/api/") or "text/html" not in request.headers.get("Accept", ""):
        return problem.response()
    return render(request, "playground/problem.html", {"problem": problem}, status=problem.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return show(request, Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "The request is too large."))
    return show(
        request,
        Problem(
            HTTPStatus.BAD_REQUEST, "bad_request", "The request cannot be understood.", hint="Is it addressed to this service's own name?"
        ),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    return show(request, Problem(HTTPStatus.FORBIDDEN, "forbidden", reason or str(exception or "") or "This is not allowed."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show(request, NotFound("There is nothing at this address.", hint="The editor is at /."))


def server_error(request: HttpRequest) -> HttpResponse:
    return show(
        request,
        Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "Something in the service failed; it has been logged.", hint="Try again."),
    )
