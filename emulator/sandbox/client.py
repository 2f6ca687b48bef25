"""The sandbox as its users see it: `Sandbox.start(spec)` and `Sandbox.assemble(text)`, from any thread. Imports no engine."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Self

import msgspec

from emulator.sandbox.account import EventBatch
from emulator.sandbox.handle import RunHandle
from emulator.sandbox.link import Link, SandboxUnavailable
from emulator.sandbox.messages import AssembleJob, RunJob, SourceSpan
from emulator.trace.run import Diagnostic, Outcome, RunSpec

if TYPE_CHECKING:
    from types import TracebackType

    from emulator.sandbox.messages import Ready

__all__ = ["AssembleResult", "EventBatch", "RunHandle", "Sandbox", "SandboxUnavailable", "SourceSpan"]


class AssembleResult(msgspec.Struct, frozen=True):
    """`outcome` is "exited" if the text is a program, "source_error" with diagnostics if not, or how the assembler failed."""

    outcome: Outcome
    diagnostics: tuple[Diagnostic, ...]
    source_map: tuple[SourceSpan, ...]
    message: str


class Sandbox:
    """Owns a warm parent that keeps `children` spare children ready; starts another if it dies. Not to be taken across a fork.

    A host whose kernel lacks a layer of the sandbox is refused, unless `allow_weak` (environment: ALLOW_WEAK_SANDBOX=1).
    """

    def __init__(self, children: int = 2, *, allow_weak: bool | None = None) -> None:
        self._children = children
        self._allow_weak = os.environ.get("ALLOW_WEAK_SANDBOX") == "1" if allow_weak is None else allow_weak
        self._lock = threading.Lock()
        self._closed = False
        self._link = self._connect()

    def ready(self) -> Ready:
        """Wait until programs can be run; SandboxUnavailable if this host can't."""
        return self._living().ready()

    def start(self, spec: RunSpec, *, survey: bool = False, path: bool = False) -> RunHandle:
        """Start a run; with `survey`, its handle can also tell the files it left, with `path` (which is slow) the way it took."""
        return RunHandle(self._living(), RunJob(spec, survey, path))

    def assemble(self, text: str) -> AssembleResult:
        """Assemble `text` and tell what is wrong with it, or where its lines went."""
        handle = RunHandle(self._living(), AssembleJob(text))
        for _ in handle.batches():
            pass
        report = handle.report
        return AssembleResult(report.outcome, report.diagnostics, handle.source_map, report.message)

    def close(self) -> None:
        """End every job and every process."""
        with self._lock:
            self._closed = True
            self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _connect(self) -> Link:
        return Link(self._children, allow_weak=self._allow_weak)

    def _living(self) -> Link:
        with self._lock:
            if not self._closed and not self._link.alive:
                self._link = self._connect()
            return self._link
