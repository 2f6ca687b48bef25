"""System checks: what would be dangerous to leave out of the settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

REQUIRED = tuple(f"playground.core.middleware.{name}" for name in ("ContentSecurityPolicy", "Security", "Session", "SameOrigin"))


@register(Tags.security)
def middleware_is_in_place(**_: Any) -> list[CheckMessage]:
    return [Error(f"{name} is not in MIDDLEWARE", id="playground.E001") for name in REQUIRED if name not in settings.MIDDLEWARE]


@register(Tags.security, deploy=True)
def traffic_is_encrypted(**_: Any) -> list[CheckMessage]:
    """All that depends on it (secure cookies, HSTS, the redirect) follows from PUBLIC_URL."""
    if settings.PUBLIC_URL.startswith("https://"):
        return []
    return [Warning("PUBLIC_URL is not an https address: cookies and programs travel in the open.", id="playground.W001")]


@register(Tags.security)
def hosts_are_named(**_: Any) -> list[CheckMessage]:
    """A wildcard would let any page's origin pass for ours."""
    loose = [host for host in settings.ALLOWED_HOSTS if host == "*"]
    return [Error("ALLOWED_HOSTS may not hold '*'", hint="Name the hosts, or set PUBLIC_URL.", id="playground.E002") for _ in loose]
