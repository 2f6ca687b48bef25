"""The doorbell: "there is something new to read about this execution", through the channel layer.

A ring carries nothing and may get lost: the layer drops what it cannot hold. Readers look at the stored events, and now and then anyway.
All rings of a process leave through one event loop. In the embedded service it must be the server's own: the in-memory layer
queues in asyncio queues, and one that is filled from another thread does not wake its reader.
"""

from __future__ import annotations

import asyncio
import logging
import threading

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

MESSAGE = "run.rang"
"""Channels calls a consumer's `run_rang` for it."""


class _Bell:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.waiting: set[int] = set()

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        with self.lock:
            self.loop = loop

    def own_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop rings leave through; a process that has bound none gets one on a thread of its own."""
        with self.lock:
            if self.loop is None:
                self.loop = asyncio.new_event_loop()
                threading.Thread(target=self.loop.run_forever, name="doorbell", daemon=True).start()
            return self.loop

    def ring(self, execution: int) -> None:
        loop = self.own_loop()
        with self.lock:
            if execution in self.waiting:
                return  # that ring has not left yet, and will tell of this as well
            self.waiting.add(execution)
        try:
            asyncio.run_coroutine_threadsafe(self._send(execution), loop)
        except RuntimeError:  # the loop is closed: the service is going down, nobody listens
            self.waiting.discard(execution)

    async def _send(self, execution: int) -> None:
        with self.lock:
            self.waiting.discard(execution)
        try:
            await get_channel_layer().group_send(group(execution), {"type": MESSAGE})
        except Exception:
            logger.warning("A doorbell could not be rung; readers will look by themselves.", exc_info=True)


_bell = _Bell()
bind = _bell.bind


def group(execution: int) -> str:
    return f"execution.{execution}"


def ring(execution: int) -> None:
    """Tell all readers of `execution`; returns at once, from any thread. Call it behind the commit."""
    _bell.ring(execution)
