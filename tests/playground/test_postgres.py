"""What the tests of leases and of the event log hold SQLite to, PostgreSQL is held to as well."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.playground.harness import ROOT


@pytest.mark.services
def test_leases_and_events(infrastructure: dict[str, str]) -> None:
    env = dict(os.environ) | {"DATABASE_URL": infrastructure["DATABASE_URL"]}
    env.pop("REDIS_URL", None)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests/playground/runs"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 30
    assert "skipped" not in done.stdout
