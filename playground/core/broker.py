"""Celery's in-memory broker for the embedded service, woken instead of polled.

kombu's memory transport sleeps `polling_interval` between looks at its queues: 1 s by default; 5 ms would cost 1-2 % of a core for ever.
Producer and consumer share a process, so here a put wakes the consumer.
"""

from __future__ import annotations

import threading
from queue import Empty
from time import monotonic
from typing import Any

from kombu.transport import memory

_news = threading.Condition()
_puts = 0
_interrupts = 0


def _announce() -> None:
    global _puts  # noqa: PLW0603  # the memory transport's queues are process-wide as well
    with _news:
        _puts += 1
        _news.notify_all()


def interrupt() -> None:
    """Make all that wait for a message stop waiting, as if their time were over: the worker that they wait for goes down."""
    global _interrupts  # noqa: PLW0603
    with _news:
        _interrupts += 1
        _news.notify_all()


class Channel(memory.Channel):
    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)
        _announce()

    def _put_fanout(self, exchange: str, message: Any, routing_key: str | None = None, **kwargs: Any) -> None:
        super()._put_fanout(exchange, message, routing_key, **kwargs)
        _announce()

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:  # noqa: FBT001, FBT002  # kombu's signature
        super().basic_ack(delivery_tag, multiple)
        _announce()  # the prefetch window may have room again


class Transport(memory.Transport):
    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> None:
        """Deliver one message, waiting up to `timeout` seconds (None: for ever). Raises TimeoutError when none came."""
        deadline = None if timeout is None else monotonic() + timeout
        before = _interrupts
        while True:
            seen = _puts
            try:
                self.cycle.get(self._deliver, timeout=timeout)  # type: ignore[union-attr]  # set by kombu's constructor
            except Empty:
                left = None if deadline is None else deadline - monotonic()
                if (left is not None and left <= 0) or before != _interrupts:
                    raise TimeoutError from None
                with _news:
                    if seen == _puts and before == _interrupts:
                        _news.wait(left)
            else:
                return
