"""What goes down while a run is under way: workers, the broker's memory. Nothing of the run is lost or told twice."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis

from tests.playground.harness import FOREVER, Process, Service, Stream, calls, environment, eventually, free_of_traces
from tests.playground.test_runs import salts

pytestmark = pytest.mark.services
COUNT = 6_000


@pytest.fixture(scope="module")
def place(infrastructure: dict[str, str]) -> dict[str, str]:
    """A database and a broker that the other services under test do not look at."""
    name = f"faults_{random.randrange(1 << 40):x}"
    with psycopg.connect(infrastructure["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return {
        "DATABASE_URL": urlunsplit(urlsplit(infrastructure["DATABASE_URL"])._replace(path=f"/{name}")),
        "REDIS_URL": urlunsplit(urlsplit(infrastructure["REDIS_URL"])._replace(path="/7")),
    }


@pytest.fixture(scope="module")
def fragile(place: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose workers get killed. One worker, one run at a time: who has the run is known."""
    settings = {"RATE_FACTOR": "1000", "RUN_LEASE_SECONDS": "2", "RUN_CONCURRENCY": "1"}
    service = Service(environment(tmp_path_factory.mktemp("var"), **place, **settings), workers=1)
    yield service
    service.close()


def worker(service: Service) -> Process:
    return service.workers[-1]


def assert_whole(parts: list[Stream]) -> None:
    report = parts[-1].report
    assert report is not None
    assert (report["outcome"], report["exit"]) == ("exited", {"code": 0})
    assert [seq for part in parts for seq in part.seqs] == list(range(1, report["events"] + 1))


def cut(service: Service, program: str, at: int) -> tuple[str, int, Stream]:
    """Start `program` and kill its worker when event `at` has been read; return the run, its seed, and what was read."""
    for seed in range(10):
        run = service.run(program, seed=seed)
        before = service.stream(run, leave_at=at)
        worker(service).kill()
        caught = service.status(run)["state"] == "running"
        service.add_worker()
        if caught:
            return run, seed, before
    raise AssertionError("the run is always over before its worker can be killed")


def test_a_worker_killed_in_mid_run(fragile: Service) -> None:
    """At any point: another takes over, and the stream goes on where it was, with the events the first would have made."""
    for at in (1, random.randrange(1, 3 * COUNT)):
        program = calls(COUNT, next(salts))
        run, seed, before = cut(fragile, program, at)
        after = fragile.stream(run, after=before.seqs[-1])
        assert_whole([before, after])
        assert fragile.status(run)["attempt"] == 2
        whole = fragile.run(program + "# the same once more\n", seed=seed)
        assert fragile.stream(whole).items == before.items + after.items
        assert fragile.status(whole)["attempt"] == 1


def test_a_socket_stays_open_while_workers_change(fragile: Service) -> None:
    run = fragile.run(calls(COUNT, next(salts)))
    eventually(lambda: fragile.status(run)["events"])
    with fragile.socket(run) as socket:
        socket.recv()
        worker(fragile).kill()
        fragile.add_worker()
    assert_whole([fragile.stream(run)])


def test_two_workers_lost_are_told(fragile: Service) -> None:
    run = fragile.run(FOREVER, seed=next(salts))
    for attempt in (1, 2):
        eventually(lambda attempt=attempt: (fragile.status(run)["state"], fragile.status(run)["attempt"]) == ("running", attempt))
        worker(fragile).kill()
        fragile.add_worker()
    report = fragile.ended(run)
    assert report["outcome"] == "lost"
    assert report["message"]
    assert fragile.stream(run).report == report


def test_a_worker_told_to_go_hands_its_run_on(fragile: Service) -> None:
    run = fragile.run(calls(COUNT, next(salts)))
    before = fragile.stream(run, leave_at=200)
    leaving = worker(fragile)
    fragile.add_worker()
    assert leaving.stop(signal.SIGTERM) == 0
    assert_whole([before, fragile.stream(run, after=before.seqs[-1])])
    assert fragile.status(run)["attempt"] == 1


def test_a_broker_that_forgets(fragile: Service, place: dict[str, str]) -> None:
    """Rows are the truth: what was queued is found again."""
    worker(fragile).kill()
    runs = [fragile.run(calls(5, next(salts))) for _ in range(5)]
    with redis.Redis.from_url(place["REDIS_URL"]) as broker:
        broker.flushdb()
    fragile.add_worker()
    assert {fragile.ended(run)["outcome"] for run in runs} == {"exited"}


def test_a_broker_that_repeats_itself(fragile: Service, place: dict[str, str]) -> None:
    """Every message ten times over: every run once."""
    worker(fragile).kill()
    runs = [fragile.run(calls(300, next(salts))) for _ in range(3)]
    with redis.Redis.from_url(place["REDIS_URL"]) as broker:
        messages = broker.lrange("runs", 0, -1)
        assert len(messages) >= 3
        for _ in range(9):
            broker.rpush("runs", *messages)
    fragile.add_worker()
    fragile.add_worker()
    for run in runs:
        assert_whole([fragile.stream(run)])
        assert fragile.status(run)["attempt"] == 1


def test_without_workers_it_is_not_ready_and_says_why(fragile: Service) -> None:
    for process in fragile.workers:
        process.kill()
    eventually(lambda: fragile.get("/readyz").status == 503)
    answer = fragile.get("/readyz")
    assert answer.json["checks"]["worker"] != "ok"
    assert answer.json["checks"]["database"] == "ok"
    assert fragile.get("/healthz").status == 200
    run = fragile.run(calls(5, next(salts)))
    assert fragile.status(run)["state"] == "queued"
    assert fragile.post(f"/api/runs/{run}/cancel").json["report"]["outcome"] == "cancelled"
    fragile.add_worker()
    eventually(lambda: fragile.get("/readyz").status == 200)


def test_nothing_of_this_was_a_surprise(fragile: Service) -> None:
    free_of_traces(fragile)
