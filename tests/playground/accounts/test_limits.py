"""Token buckets: what a visitor, and an address, may do, and when again."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from playground.accounts import limits, visitor
from playground.core.problems import Problem

RATE = (3.0, 0.5)


class Clock:
    now = 1000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    cache.clear()
    clock = Clock()
    monkeypatch.setattr(limits, "time", clock)
    return clock


def request(key: str = "", remote: str = "192.0.2.1", **headers: str) -> Any:
    made = RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers)
    made.session = {visitor.KEY: key} if key else {}  # type: ignore[assignment]
    return made


def spend(*args: Any, times: int = 1, **kwargs: Any) -> None:
    for _ in range(times):
        limits.spend(request(*args, **kwargs), "runs", RATE)


def test_a_burst_then_a_pace(clock: Clock) -> None:
    spend("a", times=3)
    with pytest.raises(Problem) as refused:
        spend("a")
    assert (refused.value.status, refused.value.retry_after) == (429, 2)
    clock.now += 2
    spend("a")
    with pytest.raises(Problem):
        spend("a")
    clock.now += 10**6
    spend("a", times=3)
    with pytest.raises(Problem):
        spend("a")


def test_a_clock_that_steps_back_gives_nothing_away(clock: Clock) -> None:
    spend("a", times=3)
    clock.now -= 500
    with pytest.raises(Problem):
        spend("a")


@pytest.mark.usefixtures("clock")
def test_visitors_do_not_share_and_new_cookies_do_not_help_for_ever(settings: Any) -> None:
    settings.RATE_ADDRESS_FACTOR = 4
    spend("a", times=3)
    spend("b", times=3)
    spend("c", times=3)
    spend("d", times=3)
    with pytest.raises(Problem):
        spend("e")
    spend("e", remote="192.0.2.2")


@pytest.mark.usefixtures("clock")
def test_a_client_without_a_cookie_is_its_address() -> None:
    spend(times=3)
    with pytest.raises(Problem):
        spend()
    spend(remote="192.0.2.9")


@pytest.mark.parametrize(("remote", "forwarded", "trusted", "network"), [
    ("192.0.2.1", "", False, "192.0.2.1"),
    ("192.0.2.1", "203.0.113.5", False, "192.0.2.1"),
    ("192.0.2.1", "203.0.113.5", True, "203.0.113.5"),
    ("192.0.2.1", "10.9.9.9, 203.0.113.5", True, "203.0.113.5"),
    ("2001:db8:1:2:3:4:5:6", "", False, "2001:db8:1:2::"),
    ("2001:db8:1:2::6", "", False, "2001:db8:1:2::"),
    ("2001:db8::6", "", False, "2001:db8::"),
    ("", "", False, "unknown"),
    ("::ffff:192.0.2.7", "", False, "192.0.2.7"),
    ("192.0.2.1", "no address", True, "unknown"),
])  # fmt: skip
def test_address(settings: Any, remote: str, forwarded: str, *, trusted: bool, network: str) -> None:
    settings.TRUST_FORWARDED = trusted
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert visitor.address(request(remote=remote, **headers)) == network
