"""The attack list and the sweep over all system calls, against the locked-down child: as root who becomes nobody, and as a plain user."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.sandbox import filter as seccomp
from emulator.sandbox import landlock
from tests.security import attacks

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("attacks.py")
NOBODY = 65534
KERNEL_LETS_THROUGH = {335, 336}
"""uretprobe and uprobe: seccomp leaves them out by design (6.14 and later); without a probe they end in SIGILL or an error."""


def verdicts(user: int, *switches: str) -> dict[str, str]:
    if user != os.getuid():
        if os.getuid() != 0:
            pytest.skip("only root can try both")
        switches = (*switches, f"--user={user}")
    command = [sys.executable, "-B", str(SCRIPT), *switches]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["uid"] == user
    return told["verdicts"]


@pytest.fixture(scope="module", params=["as started", "plain user"])
def user(request: pytest.FixtureRequest) -> int:
    return os.getuid() if request.param == "as started" else NOBODY


def test_no_attack_succeeds(user: int) -> None:
    expected = {name: verdict for name, (verdict, _) in attacks.EXPECTED.items()}
    assert len(expected) >= 100
    assert verdicts(user) == expected


def test_the_filter_holds_alone(user: int) -> None:
    """Landlock is the second layer: without it, every attack fails all the same."""
    assert verdicts(user, "--no-landlock") == {name: verdict for name, (verdict, _) in attacks.EXPECTED.items()}


def test_every_number_that_is_not_allowed_is_refused_or_kills(user: int) -> None:
    told = {int(number): verdict for number, verdict in verdicts(user, "--sweep").items()}
    assert len(told) > 450
    expected = {number: "refused" if number in seccomp.REFUSED.values() else "killed" for number in told}
    for number in KERNEL_LETS_THROUGH:
        assert told.pop(number) in ("killed", "refused", "broken")
        del expected[number]
    assert told == expected


def test_few_calls_reach_the_host() -> None:
    assert len(seccomp.ALLOWED) + len(seccomp.CHECKED) <= 33


@pytest.mark.skipif(not landlock.abi(), reason="this kernel offers no Landlock")
@pytest.mark.skipif(os.getuid() != 0 and not os.access("/etc/passwd", os.R_OK), reason="nothing to be kept from")
def test_landlock_holds_alone() -> None:
    """The second layer by itself, in a process without a filter: no file can be read, listed or made."""
    program = """
import os, sys
from emulator.sandbox import landlock, libc
libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
landlock.forbid_everything(landlock.abi())
for attempt in (lambda: os.open("/etc/passwd", os.O_RDONLY), lambda: os.scandir("/"), lambda: os.open("/tmp", os.O_TMPFILE | os.O_RDWR)):
    try:
        attempt()
    except PermissionError:
        continue
    sys.exit("let through")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
