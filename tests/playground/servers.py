"""A real Redis and a real PostgreSQL on free ports and in folders of their own, run by a user who is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.playground.harness import eventually


def _program(name: str) -> str:
    """Return the path of a server's program; Debian keeps PostgreSQL's off the PATH."""
    for place in (*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True), shutil.which(name)):
        if place is not None and Path(place).exists():
            return str(place)
    pytest.skip(f"no {name} here")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_user() -> dict[str, Any]:
    return {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []} if os.getuid() == 0 else {}


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="playground-", ignore_cleanup_errors=True) as name:
        if os.getuid() == 0:
            os.chown(name, pwd.getpwnam("nobody").pw_uid, -1)
        yield Path(name)


@contextmanager
def _running(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("wb") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **_as_user()) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def redis() -> Iterator[str]:
    """Yield the URL of a new Redis server."""
    program, port = _program("redis-server"), _free_port()
    with _folder() as folder:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
        with _running(command, folder):
            eventually(lambda: _answers(port), "Redis does not come up")
            yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the URL of a new PostgreSQL database."""
    initdb, program, port = _program("initdb"), _program("postgres"), _free_port()
    with _folder() as folder:
        data = folder / "data"
        made = subprocess.run(
            [initdb, "-D", str(data), "-U", "playground", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync"],
            cwd=folder, capture_output=True, text=True, check=False, **_as_user(),
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        command = [program, "-D", str(data), "-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        with _running(command, folder):
            url = f"postgres://playground@127.0.0.1:{port}/postgres"
            eventually(lambda: _accepts(url), (folder / "log").read_text())
            yield url


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _accepts(url: str) -> bool:
    import psycopg  # only where it is needed

    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
