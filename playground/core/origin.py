"""Which pages may act on the service: its own.

Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`) and pages cannot forge either, so this needs no token and
also covers what carries no cookie. A client that sends neither is not a browser, and nobody's cookies can be misused through it.
Sockets: browsers always send `Origin` with them, and the same-origin policy does not apply to them, so there it is checked as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

if TYPE_CHECKING:
    from collections.abc import Mapping

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def host_is_ours(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def is_same_origin(origin: str, host: str) -> bool:
    """Tell whether a page of `origin` belongs to the service addressed as `host` ("name:port"): scheme, name and port must agree."""
    if origin in settings.TRUSTED_ORIGINS:
        return True
    parts = urlsplit(origin)
    schemes = ("https",) if settings.SECURE_SSL_REDIRECT else ("http", "https")
    return parts.scheme in schemes and parts.netloc.lower() == host.lower() and host_is_ours(host)


def may_act(headers: Mapping[str, str]) -> bool:
    """Tell whether a state-changing request with these headers comes from our own page or from no page at all."""
    site = headers.get("Sec-Fetch-Site")
    origin = headers.get("Origin")
    if origin is not None:
        return is_same_origin(origin, headers.get("Host", ""))
    return site is None or site in {"same-origin", "none"}
