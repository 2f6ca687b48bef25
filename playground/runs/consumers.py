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
from typing import Annotated, Any
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

CLOSE_INTERNAL = 1011
CLOSE_TRY_AGAIN = 1013

_open: Counter[str] = Counter()


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be told; the one message a spare socket takes."""

    run: Annotated[str, msgspec.Meta(max_length=64)]
    after: Annotated[int, msgspec.Meta(ge=0, lt=10**9)] = 0


class RunConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels is untyped
    """`/ws/runs/<id>/?after=<seq>`; with `&encoding=deflate` every frame is binary, its JSON deflated (zlib).

    `/ws/spare/` is a socket opened ahead of time, before there is a run to name: it is told by a Question.
    """

    async def connect(self) -> None:
        self.pump: asyncio.Task[None] | None = None
        self.bell = asyncio.Event()
        self.group = ""
        self.question: asyncio.Future[Question] = asyncio.get_running_loop().create_future()
        if "run_id" in self.scope["url_route"]["kwargs"]:
            self.question.cancel()  # the address says it
        await self.accept()
        visitor = self.scope["visitor"]
        if _open[visitor] >= settings.MAX_SOCKETS_PER_VISITOR:
            await self._refuse(Problem(429, "too_many_sockets", "You have too many runs open.", hint="Close other tabs."))
            return
        _open[visitor] += 1
        self.pump = asyncio.create_task(self._pump())

    async def _refuse(self, problem: Problem) -> None:
        """Say what is wrong and close with 4000 + the status HTTP would have."""
        await self.send(text_data=msgspec.json.encode({"type": "error", **problem.body()}).decode())
        await self.close(code=4000 + problem.status)

    async def disconnect(self, code: int) -> None:
        if self.pump is None:
            return
        self.pump.cancel()
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)
        visitor = self.scope["visitor"]
        _open[visitor] -= 1
        if not _open[visitor]:
            del _open[visitor]

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take the question of a spare socket, once; apart from that the socket only speaks."""
        if self.question.done():
            return
        try:
            self.question.set_result(msgspec.json.decode(text_data or bytes_data or b"", type=Question))
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            hint = 'Send {"run": ID, "after": SEQ} to a spare socket.'
            self.question.set_exception(Problem(400, "bad_question", f"This names no run: {error}.", hint=hint))

    async def run_rang(self, message: dict[str, Any]) -> None:
        self.bell.set()

    async def _pump(self) -> None:
        try:
            await self._stream()
        except Problem as problem:
            await self._refuse(problem)
        except TimeoutError:
            await self.close(code=CLOSE_TRY_AGAIN)
        except OSError:
            logger.debug("A reader went away.")
        except Exception:
            logger.exception("A socket's stream failed; the client will resume.")
            await self.close(code=CLOSE_INTERNAL)

    async def _stream(self) -> None:
        after, deflate = _parse(self.scope["query_string"])
        if self.question.cancelled():
            run_id = self.scope["url_route"]["kwargs"]["run_id"]
        else:
            question = await self.question
            run_id, after = question.run, question.after

        async def read() -> tuple[selectors.Status, list[events.Items]]:
            self.bell.clear()
            return await database.call(selectors.run_read, run_id, after, FRAME_BYTES)

        status, parts = await read()
        head = {"type": "hello", "run": run_id, "schema": SCHEMA_VERSION, "engine": ENGINE_VERSION, "state": status.state, "after": after}
        await self._frame(msgspec.json.encode(head), deflate)
        if status.report is None:
            self.group = doorbell.group(status.execution)
            await self.channel_layer.group_add(self.group, self.channel_name)
            if not parts:
                status, parts = await read()  # what came before we listened for the bell
        while True:
            if parts:
                items = parts[0] if len(parts) == 1 else events.joined(parts)
                await self._frame(b'{"type":"events","from":%d,"items":%b}' % (items.first, items.json), deflate)
                after = items.last
            if status.report is not None and after >= status.last_seq:
                await self._frame(b'{"type":"end","report":%b}' % status.report, deflate)
                await self.close()
                return
            if not parts:
                await self._wait()
            status, parts = await read()

    async def _wait(self) -> None:
        with suppress(TimeoutError):  # the bell may have been lost
            await asyncio.wait_for(self.bell.wait(), LOOK_ANYWAY_SECONDS)

    async def _frame(self, json: bytes, deflate: bool) -> None:  # noqa: FBT001
        async with asyncio.timeout(STALLED_SECONDS):
            if deflate:
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
