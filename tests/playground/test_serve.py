"""One command, one process tree: it comes up, says where, and leaves nothing behind however it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.playground.harness import FOREVER, HELLO, ROOT, Client, Process, Service, calls, environment, eventually, free_of_traces

Starter = Callable[..., Service]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_leaves_in_order(start: Starter, number: int) -> None:
    service = start()
    run = service.run(FOREVER)
    family = service.web.family()
    assert len(family) > 2
    with service.socket(run) as reader:
        reader.recv()
        assert service.web.stop(number) == 0
    eventually(lambda: not any(alive(pid) for pid in family), "processes are left over")
    free_of_traces(service)


def test_killed_it_takes_its_children_along(start: Starter) -> None:
    service = start()
    service.run(FOREVER)
    eventually(lambda: len(service.web.family()) > 2)
    family = service.web.family()
    service.web.stop(signal.SIGKILL)
    eventually(lambda: not any(alive(pid) for pid in family), "processes are left over")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_ran_is_finished_by_the_next_start(start: Starter, tmp_path: Path, number: int) -> None:
    """Close the service in mid-run and start it again: the stream resumes, nothing is lost."""
    first = start(tmp_path, RUN_LEASE_SECONDS="2")
    program = calls(8_000)
    run = first.run(program)
    seen = first.stream(run, leave_at=500)
    first.web.stop(number)
    second = start(tmp_path, RUN_LEASE_SECONDS="2")
    rest = second.stream(run, after=seen.seqs[-1])
    assert rest.report is not None
    assert rest.report["outcome"] == "exited"
    assert seen.seqs + rest.seqs == list(range(1, rest.report["events"] + 1))
    assert second.stream(second.run(program + "# once more, uninterrupted\n")).items == seen.items + rest.items


def test_no_process_but_the_sandboxed_ones_has_an_engine(start: Starter) -> None:
    service = start()
    service.ended(service.run(HELLO))
    service.post("/api/assemble", {"source": HELLO})
    with_engine = {pid for pid in service.web.family() if "unicorn" in Path(f"/proc/{pid}/maps").read_text()}
    assert service.web.popen.pid not in with_engine
    assert with_engine, "the sandbox's processes have one, or this test sees nothing"
    assert "keystone" not in Path(f"/proc/{service.web.popen.pid}/maps").read_text()


def test_the_sandbox_knows_no_secret(start: Starter) -> None:
    service = start(SECRET_KEY="secret-marker-of-this-test" * 3)
    children = service.web.family() - {service.web.popen.pid}
    assert children
    for pid in children:
        assert b"secret-marker" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=environment(tmp_path, PORT=port),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode != 0
    assert f"port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_port_and_host_are_honoured(start: Starter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    service = start(PORT=str(port), HOST="127.0.0.1")
    assert service.url == f"http://127.0.0.1:{port}"


def test_the_key_is_made_once_and_kept_private(start: Starter, tmp_path: Path) -> None:
    start(tmp_path).web.stop()
    key = tmp_path / "secret_key"
    first = key.read_text()
    assert len(first) > 60
    assert key.stat().st_mode & 0o077 == 0
    start(tmp_path).web.stop()
    assert key.read_text() == first
    assert not list(tmp_path.glob("secret_key.*"))


def test_a_reader_that_does_not_read_costs_nothing(start: Starter) -> None:
    service = start()
    run = service.run(calls(25_000))
    report = service.ended(run)
    assert report["events"] > 100_000
    for _ in range(2):  # what serving a whole run takes at all is not the slow reader's doing
        service.stream(run)
    idle = resident(service)
    with socket.create_connection(tuple(service.host.split(":"))) as quiet:  # type: ignore[arg-type]
        quiet.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        quiet.sendall(
            f"GET /ws/runs/{run}/?after=0 HTTP/1.1\r\nHost: {service.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        for _ in range(2):  # others are served meanwhile
            assert service.stream(run).report == report
        grown = resident(service) - idle
    assert grown < 24 << 20, "one slow reader must not hold a run's events in memory"


def resident(client: Service) -> int:
    return int(Path(f"/proc/{client.web.popen.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def test_what_is_too_much_is_told(start: Starter) -> None:
    """One visitor's share of runs, of sockets, and the whole queue's length."""
    service = start(RATE_FACTOR="0.1", MAX_SOCKETS_PER_VISITOR="2", RUN_QUEUE_CAP="1", RUN_CONCURRENCY="1")
    running = service.run(FOREVER, seed=1)
    eventually(lambda: service.status(running)["state"] == "running")
    waiting = service.run(FOREVER, seed=2)
    full = service.post("/api/runs", {"source": FOREVER, "seed": 3})
    assert (full.status, full.error["code"]) == (503, "queue_full")
    assert int(full.headers["retry-after"]) > 0
    for _ in range(6):
        fast = service.post("/api/runs", {"source": FOREVER, "seed": 2})
    assert (fast.status, fast.error["code"]) == (429, "rate_limited")
    assert int(fast.headers["retry-after"]) > 0
    with service.socket(waiting) as first, service.socket(waiting) as second:
        assert [json.loads(socket.recv())["type"] for socket in (first, second)] == ["hello", "hello"]
        with service.socket(waiting) as third:
            assert json.loads(third.recv())["error"]["code"] == "too_many_sockets"
    with service.socket(running) as again:
        assert json.loads(again.recv())["type"] == "hello"


def test_deployment_checks_are_clean(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    env = environment(tmp_path, PUBLIC_URL="https://play.example.org", DATABASE_URL="postgres://u@db/x", REDIS_URL="redis://r/0")
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loose = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert loose.returncode != 0, "without https the checks have something to say, or they check nothing"


def test_migrations_are_complete(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]
    done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_foreign_host_name_is_refused(start: Starter) -> None:
    service = start()
    for path in ("/", "/api/catalog"):
        assert service.get(path, Host="evil.example").status == 400
    assert Client(service.url.replace("127.0.0.1", "localhost")).get("/healthz").status == 200


def test_process_helper_reads_output() -> None:
    """The harness itself: it sees what a process says and how it ends."""
    process = Process([sys.executable, "-c", "print('number 5'); raise SystemExit(3)"], dict(os.environ))
    assert process.says(r"number (\d)") == "5"
    assert process.stop() in {3, -signal.SIGTERM}
