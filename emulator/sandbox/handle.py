"""One job in a child, seen from the client: its events as they come, its end as it was."""

from __future__ import annotations

import logging
import select
import threading
import time
from typing import TYPE_CHECKING

import msgspec

from emulator.sandbox import blackbox, frames, outcome
from emulator.sandbox.account import Account, EventBatch, OverLimit
from emulator.sandbox.frames import FrameError, FrameReader, Kind
from emulator.sandbox.messages import AssembleJob, Ended, Job, Result, RunJob
from emulator.trace.run import Limits, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.sandbox.link import Link, SpareChild
    from emulator.sandbox.messages import Cause, SourceSpan
    from emulator.sandbox.outcome import Stage
    from emulator.trace.survey import Survey

log = logging.getLogger(__name__)

MESSAGE_LIMIT = 16 << 20
"""Bytes of one message from a child: an event with a large buffer, or the files a run left."""

PEEK_SECONDS = 0.020
"""How long a quiet child is waited for before its black box is looked into: a program that computes sends nothing."""

_READ_SIZE = frames.FRAME_LIMIT
_FROM_CHILD = frozenset({Kind.RUNNING, Kind.EVENTS, Kind.RESULT})
_GRACE_MS = 2_000
_EXIT_SECONDS = 2.0
_DEATH_SECONDS = 10.0
_results: msgspec.msgpack.Decoder[Result] = msgspec.msgpack.Decoder(Result)


class RunHandle:
    """A started job. `batches()` must be iterated, by one thread; giving up on it ends the job."""

    def __init__(self, link: Link, job: Job) -> None:
        self._limits = job.spec.limits if isinstance(job, RunJob) else Limits()
        self._stage: Stage = "assembling"
        """Until the child says that it runs; with an ELF file it says so at once."""
        self._link = link
        self._account = Account(self._limits)
        self._result: Result | None = None
        self._report: Report | None = None
        self._kill_lock = threading.Lock()
        self._killed: Cause = ""
        self._fault: Cause = ""
        """What this side found wrong with the child's messages."""
        wall_ms = 0 if isinstance(job, AssembleJob) else self._limits.wall_ms
        self._child: SpareChild = link.take(outcome.ASSEMBLE_WALL_MS + wall_ms + _GRACE_MS)
        self._deadline = time.monotonic() + outcome.ASSEMBLE_WALL_MS / 1000
        self._drained = False
        """The child has hung up, and everything it sent has been read."""
        self._reader = FrameReader(_FROM_CHILD, MESSAGE_LIMIT)
        try:
            self._child.channel.sendall(frames.encode(Kind.JOB, msgspec.msgpack.encode(job)))
        except OSError:
            log.debug("child %d died before it had its job", self._child.number)

    @property
    def report(self) -> Report:
        """How the run ended; there is one as soon as `batches()` is exhausted."""
        if self._report is None:
            raise RuntimeError("the run has not ended: batches() has not been exhausted")
        return self._report

    @property
    def source_map(self) -> tuple[SourceSpan, ...]:
        return self._result.source_map if self._result else ()

    @property
    def survey(self) -> Survey | None:
        return self._result.survey if self._result else None

    def cancel(self) -> None:
        """End the job, from any thread; a job that has ended stays as it was."""
        self._kill("cancelled")

    def close(self) -> None:
        """Give up on a job whose `batches()` nobody will iterate."""
        if self._report is None:
            self._conclude()

    def batches(self) -> Iterator[EventBatch]:
        """Yield the run's events as they come, blocking; afterwards there is a report."""
        if self._report is not None:
            return
        try:
            yield from self._live()
            yield from self._tail()
        finally:
            self._conclude()

    def _kill(self, cause: Cause) -> None:
        with self._kill_lock:
            if not self._killed and self._report is None:
                self._killed = cause
                self._link.kill(self._child.number, cause)

    def _live(self) -> Iterator[EventBatch]:
        poll = select.poll()
        poll.register(self._child.channel, select.POLLIN)
        while True:
            if not poll.poll(PEEK_SECONDS * 1000):
                if time.monotonic() >= self._deadline:
                    self._kill("wall")
                yield from self._peek()
                continue
            try:
                data = self._child.channel.recv(_READ_SIZE)
            except ConnectionError:
                data = b""
            if not data:
                self._drained = True
                return
            if time.monotonic() >= self._deadline:
                self._kill("wall")
            try:
                yield from self._hear(data)
            except OverLimit as over:
                self._fault = over.limit
            except FrameError as error:
                log.error("child %d broke the protocol: %s", self._child.number, error)  # noqa: TRY400 - no bug of ours to trace
                self._fault = "protocol"
            if self._fault:
                self._result = None
                self._kill(self._fault)
                return

    def _hear(self, data: bytes) -> Iterator[EventBatch]:
        for kind, payload in self._reader.feed(data):
            if self._result is not None:
                raise FrameError("a message behind the result")
            if kind is Kind.EVENTS:
                batch = self._account.take(payload)
                if batch is not None:
                    yield batch
            elif kind is Kind.RUNNING:
                if self._stage == "running":
                    raise FrameError("a second start")
                self._stage = "running"
                self._deadline = time.monotonic() + self._limits.wall_ms / 1000
            else:
                try:
                    self._result = _results.decode(payload)
                except msgspec.DecodeError as error:
                    raise FrameError(f"a result that is none: {error}") from error

    def _peek(self) -> Iterator[EventBatch]:
        """Take what waits in the black box. Anything odd in it is left for the channel to bring, or not."""
        waiting = blackbox.read(self._child.box)
        if not waiting:
            return
        try:
            batch = self._account.take(b"[" + waiting[:-1] + b"]")
        except (FrameError, OverLimit) as odd:
            log.debug("child %d has %s in its black box", self._child.number, odd)
            return
        if batch is not None:
            yield batch

    def _tail(self) -> Iterator[EventBatch]:
        """What a child that died without a result had not sent."""
        if self._result is None and not self._fault:
            yield from self._peek()

    def _conclude(self) -> None:
        if not self._drained:
            self._kill("cancelled")  # given up in the middle
        ended = self._link.wait(self._child.number, _EXIT_SECONDS)
        if ended is None and self._link.alive:  # it has hung up, and lives on
            self._kill("protocol")
            ended = self._link.wait(self._child.number, _DEATH_SECONDS)
        self._child.close()
        with self._kill_lock:
            self._report = self._judge(ended)

    def _judge(self, ended: Ended | None) -> Report:
        account, result = self._account, self._result
        if ended is None:
            verdict = outcome.Verdict("internal", message=outcome.PARENT_GONE)
        else:
            ended = msgspec.structs.replace(ended, cause=self._fault or ended.cause)
            verdict = outcome.judge(self._stage, result, ended, self._limits, account.stop)
        believed = result if result is not None and ended is not None and ended.status == 0 else None
        if verdict.outcome in ("internal", "sandbox_violation"):
            log.error("a job ended in %s: %s", verdict.outcome, result.detail if result else ended)
        return Report(
            outcome=verdict.outcome,
            exit=account.exit if verdict.outcome in ("exited", "signaled") else None,
            diagnostics=believed.diagnostics if believed else (),
            limit=verdict.limit,
            message=verdict.message,
            stdout=bytes(account.output[1]),
            stderr=bytes(account.output[2]),
            strace=tuple(account.strace),
            instructions=account.instructions,
            virtual_ns=account.virtual_ns,
            events=account.last,
            unmodelled=tuple(account.unmodelled),
        )
