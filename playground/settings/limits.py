"""How much one visitor may ask for. The embedded service has one visitor, so there the rates only stop accidents."""

from playground.settings.base import env
from playground.settings.infrastructure import EMBEDDED

MAX_SOURCE_BYTES = 1 << 20
MAX_BODY_BYTES = 8 << 20
"""Of a request. JSON escapes can make a source several times longer."""
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

RUN_CONCURRENCY = env.int("RUN_CONCURRENCY", default=2)
"""Programs one worker process runs at once."""
RUN_QUEUE_CAP = env.int("RUN_QUEUE_CAP", default=100)
"""Runs that may wait; further ones are told to come back (503)."""
RUN_LEASE_SECONDS = env.float("RUN_LEASE_SECONDS", default=15.0)
"""How long a worker may be silent before its run is given to another."""
RUN_KEEP_DAYS = env.int("RUN_KEEP_DAYS", default=7)

_factor = env.float("RATE_FACTOR", default=10.0 if EMBEDDED else 1.0)


def _rate(burst: float, a_second: float) -> tuple[float, float]:
    """Return a token bucket's (burst, tokens a second)."""
    return burst * _factor, a_second * _factor


RATE_RUNS = _rate(60, 1.0)
RATE_ASSEMBLE = _rate(120, 4.0)
RATE_LINKS = _rate(20, 0.2)
RATE_ADDRESS_FACTOR = 60
"""A class sits behind one address: an address may do what this many visitors may."""

MAX_SOCKETS_PER_VISITOR = env.int("MAX_SOCKETS_PER_VISITOR", default=64 if EMBEDDED else 16)
