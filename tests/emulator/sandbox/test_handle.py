"""A hostile child, played by the test: whatever it sends, the client gives one explained outcome and kills it if need be."""

import os
import socket
import threading
from collections.abc import Iterator

import msgspec
import pytest

from emulator.sandbox import blackbox
from emulator.sandbox.frames import FRAME_LIMIT, Kind, encode
from emulator.sandbox.handle import RunHandle
from emulator.sandbox.link import SpareChild
from emulator.sandbox.messages import Cause, Ended, Result, RunJob
from emulator.trace import events as ev
from emulator.trace.run import AsmProgram, Exit, Limits, RunSpec

SPEC = RunSpec(program=AsmProgram("_start:"), limits=Limits(wall_ms=300))


class Stage:
    """A link with one child on it, whose part the test plays."""

    def __init__(self) -> None:
        ours, self.child = socket.socketpair()
        box = blackbox.create()
        self.box = blackbox.Writer(box)
        self._spare = SpareChild(1, ours, box)
        self._ended: Ended | None = None
        self._changed = threading.Condition()
        self.kills: list[Cause] = []
        self.alive = True

    def take(self, wall_ms: int) -> SpareChild:
        assert wall_ms > 300
        return self._spare

    def kill(self, child: int, cause: Cause) -> None:
        assert child == 1
        self.kills.append(cause)
        self.die(9, cause)

    def die(self, status: int, cause: Cause = "") -> None:
        with self._changed:
            if self._ended is None:
                self._ended = Ended(1, status, 1 << 20, cause)
                self.child.close()
            self._changed.notify_all()

    def wait(self, child: int, seconds: float) -> Ended | None:
        with self._changed:
            self._changed.wait_for(lambda: self._ended is not None, min(seconds, 0.2))
            return self._ended


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.child.close()


def start(stage: Stage, spec: RunSpec = SPEC) -> RunHandle:
    return RunHandle(stage, RunJob(spec))  # type: ignore[arg-type]


START = ev.TaskStart(1, 0, 0, 5, 5, 1, "prog")
END = [ev.TaskExit(2, 70, 7, 5, Exit(code=3), core_dumped=False), ev.Stop(3, 70, 7, 5, "exited", None, "")]


def regs(seq: int) -> ev.Regs:
    return ev.Regs(seq, seq, seq, 1, {"rax": "0x0"})


def events(*seqs: int) -> bytes:
    return encode(Kind.EVENTS, msgspec.json.encode([regs(seq) for seq in seqs]))


RUNNING = encode(Kind.RUNNING)
RESULT = encode(Kind.RESULT, msgspec.msgpack.encode(Result(outcome="ran")))


def test_an_honest_child(stage: Stage) -> None:
    run = start(stage)
    stage.child.sendall(
        RUNNING + encode(Kind.EVENTS, msgspec.json.encode([START])) + encode(Kind.EVENTS, msgspec.json.encode(END)) + RESULT
    )
    stage.die(0)
    assert [(batch.first, batch.last) for batch in run.batches()] == [(1, 1), (2, 3)]
    told = run.report
    assert (told.outcome, told.exit, told.instructions, told.virtual_ns, told.events) == ("exited", Exit(code=3), 7, 70, 3)
    assert told.strace == ("+++ exited with 3 +++",)
    assert stage.kills == []
    assert list(run.batches()) == []


def test_there_is_no_report_before_the_end(stage: Stage) -> None:
    run = start(stage)
    with pytest.raises(RuntimeError, match="has not ended"):
        _ = run.report
    run.close()
    assert run.report.outcome == "cancelled"
    assert list(run.batches()) == []


@pytest.mark.parametrize(
    "lie",
    [
        b"\xff\xff\xff\xff\xff",
        b"GET / HTTP/1.1\r\n\r\n",
        encode(Kind.JOB, b"{}"),
        encode(Kind.EVENTS, b"no json"),
        encode(Kind.EVENTS, b"[" * 100_000),
        encode(Kind.RESULT, b"no msgpack"),
        encode(Kind.RESULT, msgspec.msgpack.encode({"outcome": "lost"})),
        encode(Kind.RESULT, msgspec.msgpack.encode({"outcome": "ran", "extra": 1})),
        RUNNING + RUNNING,
        RUNNING + events(2),
        RUNNING + events(1) + events(3),
        RUNNING + RESULT + events(1),
        RUNNING + RESULT + RESULT,
    ],
)
def test_a_lying_child_is_killed(stage: Stage, lie: bytes) -> None:
    run = start(stage)
    stage.child.sendall(lie)
    list(run.batches())
    assert run.report.outcome == "sandbox_violation"
    assert run.report.exit is None
    assert stage.kills == ["protocol"]


def test_a_lie_counts_even_if_the_child_left_in_order(stage: Stage) -> None:
    run = start(stage)
    stage.child.sendall(RUNNING + RESULT + RESULT)
    stage.die(0)
    list(run.batches())
    assert run.report.outcome == "sandbox_violation"


def test_a_message_without_end(stage: Stage) -> None:
    run = start(stage)
    part = FRAME_LIMIT.to_bytes(4, "little") + bytes([Kind.PART]) + bytes(FRAME_LIMIT)

    def flood() -> None:
        try:
            while True:
                stage.child.sendall(part)
        except OSError:
            return

    flooding = threading.Thread(target=flood)
    flooding.start()
    list(run.batches())
    flooding.join()
    assert run.report.outcome == "sandbox_violation"


def test_a_child_that_hangs_up_and_lives_on(stage: Stage) -> None:
    run = start(stage)
    stage.child.shutdown(socket.SHUT_RDWR)
    list(run.batches())
    assert run.report.outcome == "sandbox_violation"
    assert stage.kills == ["protocol"]


def test_a_child_that_says_nothing(stage: Stage) -> None:
    run = start(stage)
    stage.child.sendall(RUNNING)
    list(run.batches())
    assert (run.report.outcome, run.report.limit, stage.kills) == ("limit", "wall", ["wall"])


def test_a_dead_link(stage: Stage) -> None:
    run = start(stage)
    stage.alive = False
    stage.child.close()
    list(run.batches())
    assert run.report.outcome == "internal"


def test_cancel_from_another_thread(stage: Stage) -> None:
    run = start(stage)
    stage.child.sendall(RUNNING + events(1))
    batches = run.batches()
    next(batches)
    threading.Thread(target=run.cancel).start()
    assert list(batches) == []
    assert run.report.outcome == "cancelled"
    assert run.report.events == 1
    run.cancel()
    assert stage.kills == ["cancelled"]


def test_giving_up_ends_the_run(stage: Stage) -> None:
    run = start(stage)
    stage.child.sendall(RUNNING + events(1))
    batches = run.batches()
    next(batches)
    batches.close()  # type: ignore[attr-defined]
    assert stage.kills == ["cancelled"]
    assert run.report.outcome == "cancelled"


def test_what_a_dead_child_had_not_sent_is_in_its_black_box(stage: Stage) -> None:
    run = start(stage)
    stage.child.sendall(RUNNING + events(1))
    for seq in (1, 2, 3):
        stage.box.append(msgspec.json.encode(regs(seq)) + b",")
    stage.die(6)
    assert [(batch.first, batch.last) for batch in run.batches()] == [(1, 1), (2, 3)]
    assert (run.report.outcome, run.report.events, run.report.instructions) == ("engine_crash", 3, 3)


def test_a_quiet_child_is_looked_into(stage: Stage) -> None:
    run = start(stage)
    stage.child.sendall(RUNNING)
    stage.box.append(msgspec.json.encode(regs(1)) + b",")
    batches = run.batches()
    assert next(batches).last == 1
    stage.box.append(msgspec.json.encode(regs(2)) + b",")
    assert next(batches).last == 2
    stage.child.sendall(events(1, 2, 3) + RESULT)
    stage.die(0)
    assert [(batch.first, batch.last) for batch in batches] == [(3, 3)]


@pytest.mark.parametrize("rubbish", [b"\x00" * 40, b"[[[[", b'{"type":"regs"},', msgspec.json.encode(regs(5)) + b","])
def test_rubbish_in_the_black_box_is_no_event(stage: Stage, rubbish: bytes) -> None:
    run = start(stage)
    stage.child.sendall(RUNNING)
    stage.box.append(rubbish)
    stage.die(6)
    assert list(run.batches()) == []
    assert run.report.outcome == "engine_crash"


def test_output_behind_its_limit(stage: Stage) -> None:
    run = start(stage, msgspec.structs.replace(SPEC, limits=Limits(output_bytes=10)))
    output = ev.Output(1, 0, 0, 1, 1, b"x" * 11)
    stage.child.sendall(RUNNING + encode(Kind.EVENTS, msgspec.json.encode([output])) + RESULT)
    stage.die(0)
    list(run.batches())
    assert (run.report.outcome, run.report.limit, run.report.stdout) == ("limit", "output", b"x" * 10)


def test_nothing_is_left_open(stage: Stage) -> None:
    run = start(stage)
    stage.die(0)
    list(run.batches())
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(stage._spare.box)
    assert stage._spare.channel.fileno() == -1
