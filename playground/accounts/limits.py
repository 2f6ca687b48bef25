"""Token buckets on the cache: how fast one visitor, and one address, may ask for things."""

from __future__ import annotations

import math
import time
from http import HTTPStatus

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from playground.accounts import visitor
from playground.core.problems import Problem

Rate = tuple[float, float]
"""(burst, tokens a second)."""


def _take(key: str, rate: Rate) -> float:
    """Take one token from bucket `key`; return the seconds until there will be one, 0.0 if it was taken.

    Two takers at the same instant may share a token: a limit on abuse need not be exact.
    """
    burst, refill = rate
    now = time.time()
    tokens, then = cache.get(key, (burst, now))
    tokens = min(burst, tokens + max(0.0, now - then) * refill)
    if tokens < 1.0:
        return float((1.0 - tokens) / refill)
    cache.set(key, (tokens - 1.0, now), timeout=math.ceil(burst / refill) + 1)
    return 0.0


def spend(request: HttpRequest, what: str, rate: Rate) -> None:
    """Count one `what` against the visitor and their address. Raises Problem 429."""
    network = visitor.address(request)
    factor = settings.RATE_ADDRESS_FACTOR
    wait = _take(f"rate:{what}:{visitor.current(request) or network}", rate)
    wait = wait or _take(f"rate:{what}:net:{network}", (rate[0] * factor, rate[1] * factor))
    if wait:
        raise Problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            "rate_limited",
            "That was a lot at once.",
            hint=f"Try again in {math.ceil(wait)} s.",
            retry_after=math.ceil(wait),
        )
