"""What every response carries and every request must pass. All of it runs on the event loop."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
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
        response.headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'none'; script-src {source}; style-src {source}; connect-src 'self'; img-src 'self' data:; font-src 'self'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
            "require-trusted-types-for 'script'; trusted-types svelte-trusted-html",
        )
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))  # type: ignore[attr-defined]
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


def nonce(request: HttpRequest) -> dict[str, object]:
    """Give templates `csp_nonce`."""
    return {"csp_nonce": SimpleLazyObject(lambda: request.csp_nonce)}  # type: ignore[attr-defined]


class SameOrigin(AsyncMiddleware):
    """Refuse what a page of another origin makes a visitor's browser do."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in origin.SAFE_METHODS and not origin.may_act(request.headers):
            return problems.Problem(
                HTTPStatus.FORBIDDEN,
                "cross_origin",
                "A page of another site tried to do this.",
                hint="Open the playground itself and try there. Behind a proxy, set PUBLIC_URL or TRUSTED_ORIGINS.",
                where="Origin",
            ).response()
        return await self.get_response(request)
