"""A run from outside: what goes in (`RunSpec`) and what comes out (`Report`).

A run is a pure function of its spec: the same spec and engine version give the same events, byte for byte.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

from emulator import ENGINE_VERSION

Level = Literal["syscall", "kernel", "memory", "instruction"]
"""How much a run records, each level adding to the one before. What is not wanted installs no hook."""

LimitName = Literal["instructions", "wall", "memory", "output", "events"]

Outcome = Literal[
    "exited",  # the program ended by itself
    "signaled",  # a fatal signal ended it
    "limit",  # one of the run's limits ended it
    "source_error",  # the text is not a program; see diagnostics
    "assembler_crash",  # the assembler's process died or hung
    "engine_crash",  # the CPU engine's process died
    "sandbox_violation",  # the run's process tried what it must not
    "lost",  # its worker vanished, twice
    "cancelled",
    "internal",  # a bug of ours
]


class AsmProgram(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="asm"):
    """Assembly in GNU as's Intel syntax."""

    text: str


class ElfProgram(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="elf"):
    """A static or dynamic x86-64 ELF executable, as the bytes of its file."""

    data: bytes


class GuestFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file, directory (`directory`) or symbolic link (`symlink`) put into the run's file system before it starts.

    `uid` is owner and group; None = the run's own uid. `mode` holds the permission bits.
    """

    path: str
    data: bytes = b""
    mode: int | None = None
    uid: int | None = None
    directory: bool = False
    symlink: str | None = None


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a run is ended from outside its program. Each is checked by whoever can't be fooled by the guest."""

    instructions: int = 100_000_000
    wall_ms: int = 10_000
    memory_bytes: int = 64 << 20
    """Guest-physical RAM."""
    output_bytes: int = 1 << 20
    events: int = 200_000


class RunSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that determines a run."""

    program: AsmProgram | ElfProgram
    argv: tuple[str, ...] = ("prog",)
    env: tuple[str, ...] = ("PATH=/bin", "HOME=/home")
    stdin: bytes = b""
    files: tuple[GuestFile, ...] = ()
    uid: int = 1000
    cwd: str = "/home"
    seed: int = 0
    level: Level = "syscall"
    limits: Limits = Limits()

    def digest(self) -> str:
        """Return the run's content address: hex SHA-256 over the canonical spec and the engine's version."""
        body = msgspec.json.encode(self, order="sorted")
        return hashlib.sha256(ENGINE_VERSION.encode() + b"\0" + body).hexdigest()


class Diagnostic(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing wrong with the source text. Lines and columns count from 1, columns in characters; 0 = the whole file."""

    line: int
    column: int
    message: str
    end_column: int = 0
    """First column after the offending text; 0 = unknown."""
    suggestion: str = ""
    """The nearest thing that would be right, as text to put in its place; empty if none is near."""
    severity: Literal["error", "warning"] = "error"


class Exit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a task ended, wait(2): exactly one of the two is set. In JSON {"code": 0} or {"signal": "SIGSEGV"}."""

    code: int | None = None
    signal: str | None = None


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a run ended. Decided by the process outside the sandbox; `stdout` and `stderr` are base64 in JSON."""

    outcome: Outcome
    exit: Exit | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    limit: LimitName | None = None
    message: str = ""
    """One sentence for the learner where the outcome needs one."""
    stdout: bytes = b""
    stderr: bytes = b""
    strace: tuple[str, ...] = ()
    instructions: int = 0
    virtual_ns: int = 0
    events: int = 0
    unmodelled: tuple[str, ...] = ()
    """Names of what the program asked for and the model does not have."""
