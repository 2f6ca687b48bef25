"""Anonymous visitors: a random key in a signed cookie, made when a page is shown. Nothing is stored about them.

A client without the cookie (curl) is nobody: what it starts belongs to whoever knows the id.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from playground.core.ids import new_id

KEY = "visitor"


def remember(request: HttpRequest) -> str:
    """Return the visitor's key, giving them one if they have none."""
    known = current(request)
    if known:
        return known
    fresh = new_id()
    request.session[KEY] = fresh
    return fresh


def current(request: HttpRequest) -> str:
    """Return the visitor's key, or "" for a client that carries none."""
    key = request.session.get(KEY, "")
    return key if isinstance(key, str) else ""


def address(request: HttpRequest) -> str:
    """Return the client's network: an IPv4 address or an IPv6 /64, as text."""
    remote = str(request.META.get("REMOTE_ADDR", ""))
    if settings.TRUST_FORWARDED:
        # The last entry is the one our own proxy wrote; those before it are the client's claims.
        remote = request.headers.get("X-Forwarded-For", remote).rpartition(",")[2].strip()
    return ":".join(remote.split(":")[:4]) if ":" in remote else remote
