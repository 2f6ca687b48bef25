"""What client, warm parent and child say to each other. Everything is decoded strictly, on both sides."""

from __future__ import annotations

from typing import Literal

import msgspec

from emulator.trace.run import Diagnostic, LimitName, RunSpec
from emulator.trace.survey import Survey


class RunJob(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="run"):
    spec: RunSpec
    survey: bool = False
    """Also tell what the run left (trace.survey)."""
    path: bool = False
    """Go instruction by instruction, for the survey's path."""


class AssembleJob(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="assemble"):
    text: str


Job = RunJob | AssembleJob


class SourceSpan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a line of the source went: `length` bytes at `address`."""

    address: int
    length: int
    line: int


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A child's last word. The client believes it only from a child that then left in order.

    How a program ended is not in it: that is in the run's events ("ran").
    """

    outcome: Literal["ran", "limit", "source_error", "assembled", "internal"]
    limit: LimitName | None = None
    message: str = ""
    detail: str = ""
    """A traceback, for our log and nobody else."""
    diagnostics: tuple[Diagnostic, ...] = ()
    source_map: tuple[SourceSpan, ...] = ()
    survey: Survey | None = None


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The warm parent has proven that its children are locked in."""

    attacks: int
    missing: tuple[str, ...]


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The warm parent will not serve."""

    message: str
    detail: str = ""
    """A traceback, for our log and nobody else."""


class Spare(msgspec.Struct, frozen=True, tag="spare"):
    """A new child; its socket and its black box come along as descriptors."""

    child: int


Cause = Literal["", "wall", "cancelled", "output", "events", "protocol"]


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """A child is dead and buried. `cause` is why it was killed from outside, if it was."""

    child: int
    status: int
    """As wait(2) encodes it."""
    peak_rss: int
    """Bytes."""
    cause: Cause


class Start(msgspec.Struct, frozen=True, tag="start"):
    """A spare child got a job: kill it after `wall_ms`, whatever the client does."""

    child: int
    wall_ms: int


class Kill(msgspec.Struct, frozen=True, tag="kill"):
    child: int
    cause: Cause


FromWarm = Ready | Refused | Spare | Ended
ToWarm = Start | Kill

CONTROL_LIMIT = 64 << 10
"""Bytes of one datagram on the control socket."""
