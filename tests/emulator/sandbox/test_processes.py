"""What the sandbox's processes are, what they know, and that they go when their owner goes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.sandbox import lockdown, selftest, warm
from emulator.sandbox.client import Sandbox, SandboxUnavailable
from tests.emulator.sandbox import programs
from tests.emulator.sandbox.programs import spec

MARKER = "marker-7c0ffee7-do-not-leak"


def children(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def gone(pid: int) -> bool:
    try:
        return status(pid)["State"].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return True


def eventually(condition: Callable[[], bool]) -> bool:
    for _ in range(1000):
        if condition():
            return True
        time.sleep(0.01)
    return False


def run_once(sandbox: Sandbox, **options: object) -> None:
    for _ in sandbox.start(spec(programs.hello(), **options)).batches():
        pass


def test_spare_children_are_locked_down(sandbox: Sandbox) -> None:
    warm_pid = sandbox._link.pid
    assert eventually(lambda: len(children(warm_pid)) == 2)
    assert eventually(lambda: all(status(child)["Seccomp"] == "2" for child in children(warm_pid)))
    assert status(warm_pid)["Threads"] == "1"
    for child in children(warm_pid):
        facts = status(child)
        assert (facts["NoNewPrivs"], facts["Threads"], facts["Seccomp_filters"]) == ("1", "1", "1")
        uid = str(lockdown.NOBODY if os.getuid() == 0 else os.getuid())
        assert facts["Uid"].split() == [uid] * 4
        if os.getuid() == 0:
            assert int(facts["CapEff"], 16) == int(facts["CapPrm"], 16) == 0
            assert facts["Groups"] == ""
            links = {fd.name: str(fd.readlink()) for fd in Path(f"/proc/{child}/fd").iterdir()}
            assert {fd: link for fd, link in links.items() if fd != "3"} == dict.fromkeys("012", "/dev/null")
            assert links["3"].startswith("socket:")


def test_the_environment_stays_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", MARKER)
    monkeypatch.setenv("DATABASE_URL", f"postgres://{MARKER}")
    monkeypatch.setenv("LD_PRELOAD_NOT", MARKER)
    with Sandbox(children=1, allow_weak=True) as sandbox:
        sandbox.ready()
        environment = Path(f"/proc/{sandbox._link.pid}/environ").read_bytes()
    assert MARKER.encode() not in environment
    names = {entry.partition(b"=")[0] for entry in environment.split(b"\0") if entry}
    assert names == {b"PATH", b"PYTHONPATH", b"PYTHONHASHSEED", b"LC_ALL"}


def memory(pid: int) -> bytes:
    found = bytearray()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as image:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            low, high = (int(part, 16) for part in span.split("-"))
            if "w" in rights and high - low <= 64 << 20:
                image.seek(low)
                found += image.read(high - low)
    return bytes(found)


def test_nothing_of_a_run_is_left_for_the_next(sandbox: Sandbox) -> None:
    """Whoever runs next is forked from a parent that has never seen the marker of the run before."""
    run_once(sandbox, stdin=MARKER.encode() * 1000, argv=("prog", MARKER))
    warm_pid = sandbox._link.pid
    try:
        images = {pid: memory(pid) for pid in (warm_pid, *children(warm_pid)) if not gone(pid)}
    except PermissionError:
        pytest.skip("this user may not look into processes")
    assert warm_pid in images
    assert all(MARKER.encode() not in image for image in images.values())
    assert any(b"emulator.sandbox.warm" in image for image in images.values())


def test_closing_leaves_no_process() -> None:
    sandbox = Sandbox(children=2, allow_weak=True)
    run = sandbox.start(spec(programs.SPIN, instructions=1 << 50))
    warm_pid = sandbox._link.pid
    pids = [warm_pid, *children(warm_pid)]
    sandbox.close()
    assert all(map(gone, pids))
    for _ in run.batches():
        pass
    assert run.report.outcome == "internal"
    with pytest.raises(SandboxUnavailable, match="closed"):
        sandbox.start(spec(programs.hello()))


OWNER = """
import sys, threading
from emulator.sandbox.client import Sandbox
from emulator.trace.run import AsmProgram, Limits, RunSpec
sandbox = Sandbox(children=2, allow_weak=True)
run = sandbox.start(RunSpec(program=AsmProgram("_start: jmp _start"), limits=Limits(instructions=1 << 50, wall_ms=60000)))
batches = run.batches()
next(batches)
print(sandbox._link.pid, flush=True)
for _ in batches:
    pass
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_its_owner(end: signal.Signals, root: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=root) as owner:
        assert owner.stdout is not None
        warm_pid = int(owner.stdout.readline())
        pids = [warm_pid, *children(warm_pid)]
        assert len(pids) >= 2
        owner.send_signal(end)
    assert eventually(lambda: all(map(gone, pids)))


def test_a_dead_warm_parent_is_replaced() -> None:
    with Sandbox(children=1, allow_weak=True) as sandbox:
        run = sandbox.start(spec(programs.SPIN, instructions=1 << 50))
        first = sandbox._link.pid
        os.kill(first, signal.SIGKILL)
        for _ in run.batches():
            pass
        assert run.report.outcome == "internal"
        assert run.report.message
        assert eventually(lambda: not sandbox._link.alive)
        run_once(sandbox)
        assert sandbox._link.pid != first


def test_a_dead_spare_is_replaced(sandbox: Sandbox) -> None:
    warm_pid = sandbox._link.pid
    assert eventually(lambda: len(children(warm_pid)) == 2)
    before = children(warm_pid)
    for child in before:
        os.kill(child, signal.SIGKILL)
    assert eventually(lambda: len(set(children(warm_pid)) - set(before)) == 2)
    run_once(sandbox)


def test_a_kernel_without_landlock_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockdown, "examine", lambda: lockdown.Host(landlock_abi=0, drop_uid=False))
    monkeypatch.setattr("emulator.sandbox.child.warm_up", lambda: None)
    monkeypatch.setattr(selftest, "prove", lambda _: 14)
    with pytest.raises(lockdown.LockdownError, match=r"no Landlock.*ALLOW_WEAK_SANDBOX"):
        warm._prepare(allow_weak=False)
    _, ready, _ = warm._prepare(allow_weak=True)
    assert "Landlock" in ready.missing[0]


def test_a_hole_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "attempt", lambda _, attack: "succeeded" if attack is selftest.fork else "killed")
    with pytest.raises(lockdown.LockdownError, match=r"does not hold.*fork \(succeeded\)"):
        selftest.prove(lockdown.Host(landlock_abi=1, drop_uid=False))


def test_an_attack_that_was_never_made_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "attempt", lambda _, attack: "broken" if attack is selftest.execute else "killed")
    with pytest.raises(lockdown.LockdownError, match="execute"):
        selftest.prove(lockdown.Host(landlock_abi=1, drop_uid=False))


def test_the_self_test_proves_this_host() -> None:
    done = subprocess.run([sys.executable, "-m", "emulator.sandbox.selftest"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert len(selftest.ATTACKS) >= 10
