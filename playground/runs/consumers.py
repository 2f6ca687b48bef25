"""The socket of a run: hello, events in order, end.

Pull, not push: one task per socket reads the stored events and sends them, and reads on only when the transport has taken the last frame.
So a reader that does not read costs one frame of memory, and what was sent is decided by the log, never by the doorbell.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections import Counter
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

import msgspec
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from emulator import ENGINE_VERSION
from emulator.trace.events import SCHEMA_VERSION
from playground.core import database
from playground.core.problems import Problem
from playground.runs import doorbell, events, selectors

logger = logging.getLogger(__name__)

LOOK_ANYWAY_SECONDS = 1.0
FRAME_BYTES = 256 << 10
STALLED_SECONDS = 120.0
"""A socket whose other side takes nothing for so long is closed; the client can resume."""

CLOSE_BAD_REQUEST = 4400
CLOSE_NOT_FOUND = 4404
CLOSE_TOO_MANY = 4429

_open: Counter[str] = Counter()


class RunConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels is untyped
    """`/ws/runs/<id>/?after=<seq>`; with `&encoding=deflate` every frame is binary, its JSON deflated (zlib)."""

    async def connect(self) -> None:
        self.pump: asyncio.Task[None] | None = None
        self.bell = asyncio.Event()
        self.visitor = self.scope["visitor"]
        self.counted = False
        await self.accept()
        try:
            self.after, self.deflate = _parse(self.scope["query_string"])
            status = await database.call(selectors.run_status, self.scope["url_route"]["kwargs"]["run_id"])
        except Problem as problem:
            await self._refuse(problem, CLOSE_NOT_FOUND if problem.code == "not_found" else CLOSE_BAD_REQUEST)
            return
        if _open[self.visitor] >= settings.MAX_SOCKETS_PER_VISITOR:
            await self._refuse(Problem(429, "too_many_sockets", "You have too many runs open.", hint="Close other tabs."), CLOSE_TOO_MANY)
            return
        _open[self.visitor] += 1
        self.counted = True
        self.group = doorbell.group(status.execution)
        await self.channel_layer.group_add(self.group, self.channel_name)
        self.pump = asyncio.create_task(self._pump(status.run))

    async def _refuse(self, problem: Problem, code: int) -> None:
        await self.send(text_data=msgspec.json.encode({"type": "error", **problem.body()}).decode())
        await self.close(code=code)

    async def disconnect(self, code: int) -> None:
        if self.pump is not None:
            self.pump.cancel()
            await self.channel_layer.group_discard(self.group, self.channel_name)
        if self.counted:
            _open[self.visitor] -= 1
            if not _open[self.visitor]:
                del _open[self.visitor]

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take nothing: the socket only speaks."""

    async def run_rang(self, message: dict[str, Any]) -> None:
        self.bell.set()

    async def _pump(self, run_id: str) -> None:
        try:
            await self._stream(run_id)
        except asyncio.CancelledError:
            raise
        except TimeoutError:
            await self.close(code=1013)
        except Exception:
            logger.exception("A socket's stream failed; the client will resume.")
            await self.close(code=1011)

    async def _stream(self, run_id: str) -> None:
        hello = False
        while True:
            self.bell.clear()
            status, parts = await database.call(selectors.run_read, run_id, self.after, FRAME_BYTES)
            if not hello:
                hello = True
                head = {"type": "hello", "run": run_id, "schema": SCHEMA_VERSION, "engine": ENGINE_VERSION, "state": status.state}
                await self._frame(msgspec.json.encode(head | {"after": self.after}))
            if parts:
                first, last = parts[0].first, parts[-1].last
                items = parts[0].json if len(parts) == 1 else events.joined(parts).json
                await self._frame(b'{"type":"events","from":%d,"items":%b}' % (first, items))
                self.after = last
            elif status.report is not None:
                await self._frame(b'{"type":"end","report":%b}' % status.report)
                await self.close()
                return
            else:
                await self._wait()

    async def _wait(self) -> None:
        with suppress(TimeoutError):  # the bell may have been lost
            await asyncio.wait_for(self.bell.wait(), LOOK_ANYWAY_SECONDS)

    async def _frame(self, json: bytes) -> None:
        async with asyncio.timeout(STALLED_SECONDS):
            if self.deflate:
                await self.send(bytes_data=zlib.compress(json, 1))
            else:
                await self.send(text_data=json.decode())


def _parse(query_string: bytes) -> tuple[int, bool]:
    """Return (after, deflate). Raises Problem."""
    query = parse_qs(query_string.decode("latin-1"))
    after = query.get("after", ["0"])[-1]
    encoding = query.get("encoding", ["text"])[-1]
    if not after.isdecimal() or not after.isascii() or len(after) > 9:
        raise Problem(
            400, "bad_after", "`after` is not a sequence number.", hint="Send the seq of the last event you have, or 0.", where="after"
        )
    if encoding not in {"text", "deflate"}:
        raise Problem(400, "bad_encoding", "This encoding is not spoken here.", hint="text or deflate", where="encoding")
    return int(after), encoding == "deflate"
