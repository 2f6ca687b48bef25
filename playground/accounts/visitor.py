"""Anonymous visitors: a random key in a signed cookie, made when a page is shown. Nothing is stored about them.

A client without the cookie (curl) is nobody: what it starts belongs to whoever knows the id.
"""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

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
    """Return the client's network, as `network` does."""
    return network(str(request.META.get("REMOTE_ADDR", "")), request.headers.get("X-Forwarded-For", ""))


def network(remote: str, forwarded: str) -> str:
    """Return an IPv4 address or an IPv6 /64, as text. `forwarded` counts only where a proxy of ours wrote it."""
    if settings.TRUST_FORWARDED and forwarded:
        # The last entry is the one our own proxy wrote; those before it are the client's claims.
        remote = forwarded.rpartition(",")[2].strip()
    try:
        host = ip_address(remote)
    except ValueError:
        return "unknown"
    if isinstance(host, IPv6Address):
        return str(host.ipv4_mapped or IPv6Network((host, 64), strict=False).network_address)
    return str(host)
