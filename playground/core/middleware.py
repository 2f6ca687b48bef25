"""What every response carries and every request must pass.

All of it runs on the event loop: none of it waits for anything, and a hop to a thread and back costs more than all of it together.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from asgiref.sync import markcoroutinefunction
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject

from playground.core import origin, problems

Handler = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


class AsyncMiddleware:
    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)  # type: ignore[type-var]  # an instance with an async __call__


class ContentSecurityPolicy(AsyncMiddleware):
    """Scripts and styles only from here or with this response's nonce; no frames, no forms elsewhere, no markup from strings."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        response = await self.get_response(request)
        source = f"'self' 'nonce-{request.csp_nonce}'"  # type: ignore[attr-defined]
        headers = response.headers
        headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'none'; script-src {source}; style-src {source}; connect-src 'self'; img-src 'self' data:; font-src 'self'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
            "require-trusted-types-for 'script'; trusted-types svelte-trusted-html",
        )
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not response.streaming:
            headers.setdefault("Content-Length", str(len(response.content)))  # type: ignore[attr-defined]
        return response


def nonce(request: HttpRequest) -> dict[str, object]:
    """Give templates `csp_nonce`."""
    return {"csp_nonce": SimpleLazyObject(lambda: request.csp_nonce)}  # type: ignore[attr-defined]


class _OnTheLoop(MiddlewareMixin):
    """Runs a middleware of Django's that does no I/O without its hops to a thread."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        early: HttpResponseBase | None = self.process_request(request)  # type: ignore[attr-defined]
        response = early or await self.get_response(request)  # type: ignore[misc]  # the chain is async here
        answered: HttpResponseBase = self.process_response(request, response)  # type: ignore[attr-defined]
        return answered


class Security(_OnTheLoop, SecurityMiddleware):
    """HTTPS redirect, HSTS, nosniff, referrer and opener policy."""


class Session(_OnTheLoop, SessionMiddleware):
    """The session of a signed cookie."""


class SameOrigin(AsyncMiddleware):
    """Refuse what a page of another origin makes a visitor's browser do: the protection against request forgery, see `origin`.

    A foreign host name is refused as well: a page of that name, pointed at this address, would have our origin.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not origin.host_is_ours(request.headers.get("Host", "")):
            return problems.Problem(
                HTTPStatus.BAD_REQUEST,
                "bad_host",
                "The service does not go by this name.",
                hint="Use its own address. Its operator can set PUBLIC_URL or ALLOWED_HOSTS.",
                where="Host",
            ).response()
        if request.method not in origin.SAFE_METHODS and not origin.may_act(request.headers):
            return problems.Problem(
                HTTPStatus.FORBIDDEN,
                "cross_origin",
                "A page of another site tried to do this.",
                hint="Open the playground itself and try there. Behind a proxy, set PUBLIC_URL or TRUSTED_ORIGINS.",
                where="Origin",
            ).response()
        return await self.get_response(request)
