"""The service under test: embedded, and with separate workers on a real Redis and PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.playground import servers
from tests.playground.harness import Service, environment

Starter = Callable[..., Service]
MODES = ["embedded", pytest.param("distributed", marks=pytest.mark.services)]


@pytest.fixture(scope="session")
def infrastructure() -> Iterator[dict[str, str]]:
    """Where the distributed service keeps its data: the servers the environment names, or new ones."""
    with ExitStack() as stack:
        yield {
            "REDIS_URL": os.environ.get("REDIS_URL") or stack.enter_context(servers.redis()),
            "DATABASE_URL": os.environ.get("DATABASE_URL") or stack.enter_context(servers.postgres()),
        }


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """Start embedded services; all are gone at the end of the tests."""
    with ExitStack() as stack:

        def starter(var: Path | None = None, **changes: str) -> Service:
            service = Service(environment(var or tmp_path_factory.mktemp("var"), **changes), workers=0)
            stack.callback(service.close)
            return service

        yield starter


@pytest.fixture(scope="session", params=MODES)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that many tests share."""
    settings = {"RATE_FACTOR": "1000", "MAX_SOCKETS_PER_VISITOR": "64", "RUN_LEASE_SECONDS": "4"}
    separate = request.param == "distributed"
    place = request.getfixturevalue("infrastructure") if separate else {}
    running = Service(environment(tmp_path_factory.mktemp("var"), **place, **settings), workers=2 if separate else 0)
    try:
        yield running
    finally:
        running.close()
