"""What client, warm parent and child say to each other. Everything is decoded strictly, on both sides."""

from __future__ import annotations

from typing import Literal

import msgspec

from emulator.trace.run import Diagnostic, Exit, LimitName, RunSpec


class RunJob(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="run"):
    spec: RunSpec
    survey: bool = False
    """Also tell the hash over the path of instructions and the files left under /home: what the corpus compares."""


class AssembleJob(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="assemble"):
    text: str


Job = RunJob | AssembleJob


class SourceSpan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a line of the source went: `length` bytes at `address`."""

    address: int
    length: int
    line: int


class FileAfter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file as the run left it: `mode` is st_mode; `data` for a regular file, `symlink` for a link."""

    mode: int
    size: int | None = None
    data: bytes | None = None
    symlink: str | None = None


class Survey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path_hash: str | None
    """FNV-1a-64 over the addresses of all user-mode instructions, hex; None where the run did not record it."""
    files: dict[str, FileAfter]


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A child's last word. The client believes it where it can't know better, and only from a child that then left in order."""

    outcome: Literal["exited", "signaled", "limit", "source_error", "assembled", "internal"]
    exit: Exit | None = None
    limit: LimitName | None = None
    message: str = ""
    detail: str = ""
    """A traceback, for our log and nobody else."""
    diagnostics: tuple[Diagnostic, ...] = ()
    source_map: tuple[SourceSpan, ...] = ()
    instructions: int = 0
    virtual_ns: int = 0
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
