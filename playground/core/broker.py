"""Celery's in-memory broker for the embedded service, woken instead of polled.

kombu's memory transport sleeps `polling_interval` between looks at its queues: 1 s by default, and at 5 ms it costs 1-2 % of a core for ever.
Producer and consumer share a process, so here a put wakes the consumer.
"""

from __future__ import annotations

import socket
import threading
from queue import Empty
from time import monotonic
from typing import Any

from kombu.transport import memory

_news = threading.Condition()
_puts = 0


def _announce() -> None:
    global _puts  # noqa: PLW0603  # the memory transport's queues are process-wide as well
    with _news:
        _puts += 1
        _news.notify_all()


class Channel(memory.Channel):
    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)
        _announce()

    def _put_fanout(self, exchange: str, message: Any, routing_key: str | None = None, **kwargs: Any) -> None:
        super()._put_fanout(exchange, message, routing_key, **kwargs)
        _announce()

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        super().basic_ack(delivery_tag, multiple)
        _announce()  # the prefetch window may have room again


class Transport(memory.Transport):
    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:
        """Deliver one message, waiting up to `timeout` seconds (None: for ever). Raises TimeoutError when none came."""
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            seen = _puts
            try:
                self.cycle.get(self._deliver, timeout=timeout)
            except Empty:
                left = None if deadline is None else deadline - monotonic()
                if left is not None and left <= 0:
                    raise socket.timeout from None
                with _news:
                    _news.wait_for(lambda seen=seen: _puts != seen, left)
            else:
                return
