"""The in-process broker wakes its consumer; nothing is left lying until a timeout."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator

import pytest
from kombu import Connection, Consumer, Exchange, Producer, Queue

import playground.celery  # noqa: F401  # registers the transport
from playground.core import broker

BETWEEN_LOOKS = 30.0
"""Seconds. A consumer that only looked when its wait is over would make a test last longer than its patience."""


@pytest.fixture
def delivered() -> Iterator[tuple[queue.Queue[object], str]]:
    """A consumer on a thread of its own, waiting for a queue."""
    name = f"test-{time.monotonic_ns()}"
    got: queue.Queue[object] = queue.Queue()
    down = threading.Event()

    def take(body: object, message: object) -> None:
        message.ack()  # type: ignore[attr-defined]
        got.put(body)

    def consume() -> None:
        with Connection("inprocess://localhost/") as connection, Consumer(connection, [_queue(name)], callbacks=[take]):
            while not down.is_set():
                connection.drain_events(timeout=BETWEEN_LOOKS)

    thread = threading.Thread(target=consume, daemon=True)
    thread.start()
    yield got, name
    down.set()
    put(name, "last")
    thread.join(10)
    assert not thread.is_alive()


def _queue(name: str) -> Queue:
    return Queue(name, Exchange(name), routing_key=name)


def put(name: str, body: object) -> None:
    with Connection("inprocess://localhost/") as connection:
        Producer(connection).publish(body, exchange=Exchange(name), routing_key=name, declare=[_queue(name)])


def test_a_waiting_consumer_is_woken(delivered: tuple[queue.Queue[object], str]) -> None:
    got, name = delivered
    for number in range(20):
        time.sleep(0.002 * (number % 3))
        put(name, number)
        assert got.get(timeout=BETWEEN_LOOKS / 3) == number


def test_a_burst_arrives_whole_and_in_order(delivered: tuple[queue.Queue[object], str]) -> None:
    got, name = delivered
    for number in range(500):
        put(name, number)
    assert [got.get(timeout=BETWEEN_LOOKS / 3) for _ in range(500)] == list(range(500))


def test_waiting_can_be_interrupted() -> None:
    with Connection("inprocess://localhost/") as connection, Consumer(connection, [_queue("test-interrupted")]):
        threading.Timer(0.05, broker.interrupt).start()
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=10 * BETWEEN_LOOKS)


def test_waiting_ends() -> None:
    name = "test-silent"
    with Connection("inprocess://localhost/") as connection, Consumer(connection, [_queue(name)]), pytest.raises(TimeoutError):
        connection.drain_events(timeout=0.01)
