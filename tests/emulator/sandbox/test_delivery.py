import os
import socket
from collections.abc import Iterator

import msgspec
import pytest

from emulator.sandbox import blackbox, delivery
from emulator.sandbox.delivery import BATCH_EVENTS, Delivery
from emulator.sandbox.frames import FrameReader, Kind
from emulator.trace import events as ev


class Wire:
    """A child's channel, with the clock in the test's hand."""

    def __init__(self) -> None:
        self.theirs, self._ours = socket.socketpair()
        self._ours.setblocking(False)
        self._box = blackbox.create()
        self.now = 100.0
        self._reader = FrameReader(frozenset({Kind.EVENTS}), 1 << 24)
        self.delivery = Delivery(self.theirs.fileno(), blackbox.Writer(self._box))

    def batches(self) -> list[list[int]]:
        """The seq of the events that have been sent since the last call, batch by batch."""
        found = []
        while True:
            try:
                data = self._ours.recv(1 << 20)
            except BlockingIOError:
                return found
            found += [[event.seq for event in msgspec.json.decode(text, type=list[ev.AnyEvent])] for _, text in self._reader.feed(data)]

    def boxed(self) -> bytes | None:
        return blackbox.read(self._box)

    def close(self) -> None:
        self.theirs.close()
        self._ours.close()
        os.close(self._box)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    wire = Wire()
    monkeypatch.setattr(delivery.time, "monotonic", lambda: wire.now)
    yield wire
    wire.close()


def output(seq: int, size: int = 1) -> ev.Output:
    return ev.Output(seq, 0, 0, 1, 1, b"x" * size)


def test_the_first_event_travels_at_once_and_the_next_with_its_batch(wire: Wire) -> None:
    wire.delivery(output(1))
    assert wire.batches() == [[1]]
    wire.delivery(output(2))
    wire.delivery(output(3))
    assert wire.batches() == []
    assert wire.boxed() == b"".join(msgspec.json.encode(output(seq)) + b"," for seq in (2, 3))
    wire.now += delivery.BATCH_SECONDS
    wire.delivery(output(4))
    assert wire.batches() == [[2, 3, 4]]
    assert wire.boxed() == b""


def test_the_wait_grows_up_to_its_bound(wire: Wire) -> None:
    waits = []
    for seq in range(1, 9):
        wire.delivery(output(seq))
        waits.append(wire.delivery._due - wire.now)
        wire.now = wire.delivery._due
    assert waits[0] == pytest.approx(delivery.FIRST_BATCH_SECONDS)
    assert waits[-1] == pytest.approx(delivery.BATCH_SECONDS)
    assert waits == sorted(waits)


def test_a_full_batch_does_not_wait(wire: Wire) -> None:
    for seq in range(1, BATCH_EVENTS + 3):
        wire.delivery(output(seq))
    assert wire.batches() == [[1], list(range(2, BATCH_EVENTS + 2))]
    wire.delivery.flush()
    assert wire.batches() == [[BATCH_EVENTS + 2]]
    wire.delivery.flush()
    assert wire.batches() == []


def test_large_events_keep_their_place(wire: Wire) -> None:
    wire.delivery(output(1))
    wire.delivery(output(2, 30_000))
    wire.delivery(output(3, 30_000))
    assert wire.batches() == [[1], [2]]
    wire.delivery(output(4, blackbox.CAPACITY))
    assert wire.batches() == [[3], [4]]
    wire.delivery(output(5))
    wire.delivery.flush()
    assert wire.batches() == [[5]]
