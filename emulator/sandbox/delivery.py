"""How a child's events travel: the first at once, then in batches, and never more than a batch away from the client."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import msgspec

from emulator.sandbox import blackbox, frames
from emulator.sandbox.frames import Kind

if TYPE_CHECKING:
    from emulator.trace.events import Event

BATCH_EVENTS = 500
BATCH_SECONDS = 0.020
FIRST_BATCH_SECONDS = 0.001
"""The wait doubles from here up to BATCH_SECONDS: a short program is seen at once, a long one costs little."""


def send(descriptor: int, kind: Kind, payload: bytes = b"") -> None:
    """Write one message, however long the reader takes."""
    data = memoryview(frames.encode(kind, payload))
    while data:
        data = data[os.write(descriptor, data) :]


class Delivery:
    """Takes events one by one, as a recorder hands them on."""

    def __init__(self, descriptor: int, box: blackbox.Writer) -> None:
        self._descriptor = descriptor
        self._box = box
        self._encode = msgspec.json.Encoder().encode
        self._waiting = 0
        self._due = 0.0
        self._patience = FIRST_BATCH_SECONDS

    def __call__(self, event: Event) -> None:
        text = self._encode(event) + b","
        if self._box.used + len(text) > blackbox.CAPACITY:
            self.flush()
            if len(text) > blackbox.CAPACITY:
                send(self._descriptor, Kind.EVENTS, b"[" + text[:-1] + b"]")
                return
        self._box.append(text)
        self._waiting += 1
        if self._waiting >= BATCH_EVENTS or time.monotonic() >= self._due:
            self.flush()

    def flush(self) -> None:
        """Send what has been gathered."""
        if not self._waiting:
            return
        send(self._descriptor, Kind.EVENTS, b"[" + self._box.contents()[:-1] + b"]")
        self._box.clear()
        self._waiting = 0
        self._due = time.monotonic() + self._patience
        self._patience = min(2 * self._patience, BATCH_SECONDS)
