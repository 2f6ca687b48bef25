"""Frames on a child's socket: u32 payload length (little endian), u8 kind, payload. Neither side trusts the other.

A payload is at most `FRAME_LIMIT` bytes; what is longer comes as `PART` frames and ends in a frame of its own kind. The
reader keeps at most one message, no larger than it was told to expect.
"""

from __future__ import annotations

import enum
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAME_LIMIT = 256 << 10
_HEADER = struct.Struct("<IB")


class Kind(enum.IntEnum):
    PART = 0
    JOB = 1
    """To the child, once: what to do (messages.Job, msgpack)."""
    RUNNING = 2
    """From the child: assembling is over, the program starts; empty."""
    EVENTS = 3
    """From the child: events in order (a JSON array)."""
    RESULT = 4
    """From the child, last: what it has to say about the end (messages.Result, msgpack)."""


class FrameError(ValueError):
    """The peer sent what no honest peer sends."""


def encode(kind: Kind, payload: bytes | bytearray | memoryview = b"") -> bytes:
    """Return the bytes of one message, cut into frames."""
    view = memoryview(payload)
    frames = bytearray()
    while len(view) > FRAME_LIMIT:
        frames += _HEADER.pack(FRAME_LIMIT, Kind.PART) + view[:FRAME_LIMIT]
        view = view[FRAME_LIMIT:]
    frames += _HEADER.pack(len(view), kind)
    frames += view
    return bytes(frames)


class FrameReader:
    """Puts messages together from the bytes of a stream, however they were cut. `expected` are the kinds that may come."""

    def __init__(self, expected: frozenset[Kind], message_limit: int) -> None:
        self._expected = expected
        self._limit = message_limit
        self._buffer = bytearray()
        self._parts = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Kind, bytes]]:
        """Take what was read; yield every message that is complete. FrameError ends the conversation."""
        self._buffer += data
        while len(self._buffer) >= _HEADER.size:
            length, number = _HEADER.unpack_from(self._buffer)
            if length > FRAME_LIMIT:
                raise FrameError(f"a frame of {length} bytes")
            if number != Kind.PART and number not in self._expected:
                raise FrameError(f"a frame of kind {number}")
            if len(self._parts) + length > self._limit:
                raise FrameError(f"a message of more than {self._limit} bytes")
            end = _HEADER.size + length
            if len(self._buffer) < end:
                return
            self._parts += memoryview(self._buffer)[_HEADER.size : end]
            del self._buffer[:end]
            if number != Kind.PART:
                message, self._parts = bytes(self._parts), bytearray()
                yield Kind(number), message
            elif length == 0:
                raise FrameError("an empty part")
