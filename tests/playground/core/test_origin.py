"""Which origins are ours. Sockets and posts are tried end to end in test_runs and test_requests; here the table."""

from __future__ import annotations

from typing import Any

import pytest

from playground.core.origin import is_same_origin, may_act


@pytest.fixture
def public(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["play.example.org", "127.0.0.1"]
    settings.TRUSTED_ORIGINS = ["https://play.example.org", "http://localhost:5173"]
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.parametrize(("origin", "host", "same"), [
    ("https://play.example.org", "play.example.org", True),
    ("https://play.example.org", "127.0.0.1:8000", True),  # the proxy speaks to an inner name
    ("http://localhost:5173", "127.0.0.1:8000", True),
    ("https://play.example.org:8443", "play.example.org", False),
    ("http://play.example.org", "play.example.org", False),
    ("https://sub.play.example.org", "play.example.org", False),
    ("https://play.example.org.evil.example", "play.example.org", False),
    ("https://evil.example", "evil.example", False),
    ("https://127.0.0.1:8000", "127.0.0.1:8000", True),
    ("https://127.0.0.1:8001", "127.0.0.1:8000", False),
    ("null", "play.example.org", False),
    ("", "play.example.org", False),
    ("https://", "", False),
    ("file://", "", False),
    ("https://play.example.org@evil.example", "play.example.org", False),
])  # fmt: skip
@pytest.mark.usefixtures("public")
def test_same_origin(origin: str, host: str, *, same: bool) -> None:
    assert is_same_origin(origin, host) is same


@pytest.mark.usefixtures("public")
def test_origin_weighs_more_than_fetch_metadata() -> None:
    assert not may_act({"Origin": "https://evil.example", "Host": "play.example.org", "Sec-Fetch-Site": "same-origin"})
    assert not may_act({"Host": "play.example.org", "Sec-Fetch-Site": "cross-site"})
    assert may_act({"Host": "play.example.org"})
