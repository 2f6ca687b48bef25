"""A running service for tests: its processes, and clients for its HTTP and its sockets. Nothing in it is simulated."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
PATIENCE_SECONDS = 60
"""How long anything may take before a test gives up; no test asserts that something is fast."""

HELLO = """
.global _start
_start: mov eax, 1
        mov edi, 1
        lea rsi, [rip + msg]
        mov edx, 14
        syscall
        mov eax, 60
        xor edi, edi
        syscall
msg:    .ascii "Hello, world!\\n"
"""

FOREVER = "_start: cpuid\n jmp _start\n"
"""Ends at the wall limit only: each cpuid is a trip out of the engine, so the instruction limit is far away."""


def calls(count: int, salt: int = 0) -> str:
    """Return a program that makes `count` system calls (several events each) and exits with 0."""
    return f"""
.global _start
_start: mov ebx, {count}
        mov r12d, {salt}
again:  mov eax, 110
        syscall
        dec ebx
        jnz again
        mov eax, 60
        xor edi, edi
        syscall
"""


def eventually(condition: Callable[[], Any], what: str = "") -> Any:
    """Wait until `condition` returns something true, and return that."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, what or "it did not come to pass"
        time.sleep(0.02)


class Process:
    """A child with its output kept."""

    def __init__(self, command: list[str], env: dict[str, str], **options: Any) -> None:
        self.lines: list[str] = []
        self.popen = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True, **options
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.popen.stdout is not None
        self.lines.extend(iter(self.popen.stdout.readline, ""))

    @property
    def output(self) -> str:
        return "".join(self.lines)

    def says(self, pattern: str) -> str:
        """Wait for `pattern` in the output; return its first group."""

        def look() -> str | None:
            assert self.popen.poll() is None or re.search(pattern, self.output), f"it ended: {self.output}"
            found = re.search(pattern, self.output)
            return found and found.group(1)

        return str(eventually(look, f"it did not say {pattern!r}"))

    def family(self) -> set[int]:
        """Return it and its living descendants, whatever sessions they have made for themselves."""
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                except OSError:
                    continue
                if state != "Z":
                    parents[int(entry.name)] = int(parent)
        found = {self.popen.pid} & set(parents)
        while True:
            more = {pid for pid, parent in parents.items() if parent in found} - found
            if not more:
                return found
            found |= more

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it by a signal and return its exit status, once its output is complete."""
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        status = self.popen.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        assert self.popen.stdout is not None
        self.popen.stdout.close()
        return status

    def kill(self) -> None:
        """End it and all its family, whatever state they are in."""
        if self.popen.poll() is not None:  # its number may be somebody else's by now
            self.stop()
            return
        for pid in self.family():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.stop(signal.SIGKILL)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, str]:
        """The problem object; every refusal has all its parts."""
        assert self.headers["content-type"].startswith("application/json"), self
        error: dict[str, str] = self.json["error"]
        assert set(error) == {"code", "message", "hint", "where"}
        assert error["message"]
        return error


@dataclass
class Stream:
    """What one socket told: hello, the events of its frames, the report of its end (None if it was left before)."""

    hello: dict[str, Any]
    items: list[dict[str, Any]] = field(default_factory=list)
    report: dict[str, Any] | None = None

    @property
    def seqs(self) -> list[int]:
        return [item["seq"] for item in self.items]


class Client:
    """Talks to a service under `url`."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.host = urlsplit(url).netloc

    def request(self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        data = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
        return self.request("POST", path, data, {"Content-Type": "application/json", **headers})

    def run(self, source: str, **fields: Any) -> str:
        answer = self.post("/api/runs", {"source": source, **fields})
        assert answer.status == 201, answer
        return str(answer.json["id"])

    def status(self, run: str) -> dict[str, Any]:
        answer = self.get(f"/api/runs/{run}")
        assert answer.status == 200, answer
        return dict(answer.json)

    def ended(self, run: str) -> dict[str, Any]:
        """Wait for the end of `run` and return its report."""
        return dict(eventually(lambda: self.status(run)["report"], f"run {run} does not end"))

    @contextmanager
    def socket(self, run: str, after: int = 0, query: str = "", **options: Any) -> Iterator[ClientConnection]:
        address = f"ws://{self.host}/ws/runs/{run}/?after={after}{query}"
        with connect(address, compression=None, max_size=None, open_timeout=PATIENCE_SECONDS, **options) as socket:
            yield socket

    @contextmanager
    def spare_socket(self) -> Iterator[ClientConnection]:
        with connect(f"ws://{self.host}/ws/spare/", compression=None, max_size=None, open_timeout=PATIENCE_SECONDS) as socket:
            yield socket

    def stream(self, run: str, after: int = 0, leave_at: int | None = None) -> Stream:
        """Read the run's socket to its end, or until an event with number `leave_at` has come."""
        with self.socket(run, after) as socket:
            stream = Stream(json.loads(socket.recv(PATIENCE_SECONDS)))
            assert stream.hello["type"] == "hello"
            while True:
                frame = json.loads(socket.recv(PATIENCE_SECONDS))
                if frame["type"] == "end":
                    stream.report = frame["report"]
                    return stream
                assert frame["type"] == "events"
                assert frame["from"] == frame["items"][0]["seq"]
                stream.items += frame["items"]
                if leave_at is not None and stream.items[-1]["seq"] >= leave_at:
                    return stream


def environment(var: Path, **changes: str) -> dict[str, str]:
    """Return this environment without what would steer a service, and with `changes`."""
    steering = (
        "REDIS_URL",
        "DATABASE_URL",
        "PUBLIC_URL",
        "SECRET_KEY",
        "HOST",
        "PORT",
        "RUN_",
        "RATE_",
        "MAX_SOCKETS",
        "ALLOWED_HOSTS",
        "TRUST",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    return kept | {"PLAYGROUND_VAR": str(var), "PORT": "0", "PYTHONUNBUFFERED": "1"} | changes


class Service(Client):
    """A service and its processes: `web` alone when embedded, else also `workers`."""

    def __init__(self, env: dict[str, str], workers: int) -> None:
        self.env = env
        self.web = Process([sys.executable, "manage.py", "serve"], env)
        self.workers: list[Process] = []
        try:
            super().__init__(self.web.says(r"Syscall Playground: (\S+)"))
            for _ in range(workers):
                self.add_worker()
            eventually(lambda: self.get("/readyz").status == 200, "the service does not get ready")
        except BaseException:
            self.close()
            raise

    def add_worker(self) -> Process:
        command = [sys.executable, "-m", "celery", "-A", "playground", "worker", "-P", "threads", "-n", f"w{len(self.workers)}@%h"]
        worker = Process([*command, "--loglevel", "INFO"], self.env)
        self.workers.append(worker)
        worker.says(r"(ready)\.")
        return worker

    def processes(self) -> list[Process]:
        return [self.web, *self.workers]

    def close(self) -> None:
        for process in self.processes():
            process.kill()


def free_of_traces(service: Service) -> None:
    """No process of the service has logged a traceback."""
    for process in service.processes():
        if "Traceback" in process.output:
            pytest.fail(process.output)
