"""The form of a scenario: what scenario.toml may say, and what of it a learner may see.

docs/scenarios.md explains it to authors; a test holds the two together.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from emulator.scenario.query import AnyQuery, Measure
from emulator.trace.run import AsmProgram, ElfProgram, GuestFile, Level, Limits, RunSpec

Topic = Literal[
    "rings", "syscalls", "cost", "libc", "go", "vdso", "seccomp", "buffering", "mmap", "io-uring", "ebpf", "tracing", "preemption",
]  # fmt: skip
Name = Annotated[str, msgspec.Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Plain(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Data only: equal content is equal."""


class File(Plain, frozen=True):
    """A file put into the run's world: `text`, `repeat` times over."""

    path: Annotated[str, msgspec.Meta(pattern="^/")]
    text: str = ""
    repeat: Annotated[int, msgspec.Meta(ge=1, le=65536)] = 1
    mode: int | None = None

    def guest_file(self) -> GuestFile:
        return GuestFile(path=self.path, data=self.text.encode() * self.repeat, mode=self.mode)


class Program(Plain, frozen=True):
    """One program of the lesson and what it is run with.

    Its text is `<id>.asm` (beside an `<id>.elf` where it was built by more than the assembler), its golden trace `<id>.strace`;
    the trace of the program "main" is trace.strace.
    """

    id: Name = "main"
    title: Text = "The program"
    argv: tuple[str, ...] = ("prog",)
    env: tuple[str, ...] = ("PATH=/bin", "HOME=/home")
    stdin: str = ""
    stdin_repeat: Annotated[int, msgspec.Meta(ge=1, le=65536)] = 1
    files: tuple[File, ...] = ()
    seed: int = 0
    level: Level = "syscall"
    max_instructions: Annotated[int, msgspec.Meta(ge=1)] = 1_000_000

    def spec(self, source: str | bytes) -> RunSpec:
        """Return the run of `source` (the lesson's own text, or what the learner made of it; bytes are an ELF) in this setting."""
        return RunSpec(
            program=AsmProgram(text=source) if isinstance(source, str) else ElfProgram(data=source),
            argv=self.argv,
            env=self.env,
            stdin=self.stdin.encode() * self.stdin_repeat,
            files=tuple(file.guest_file() for file in self.files),
            seed=self.seed,
            level=self.level,
            limits=Limits(instructions=self.max_instructions),
        )


class Claim(Plain, frozen=True):
    """What a run of `program` shows."""

    says: Text
    holds: AnyQuery
    program: Name = "main"


class Stop(Plain, frozen=True):
    """A guided stop: when the instruction at the label `at` crosses the rings (the `nth` time), at its first event of a type."""

    at: str
    says: Text
    event: str = "ring"
    nth: Annotated[int, msgspec.Meta(ge=1)] = 1
    program: Name = "main"


class Option(Plain, frozen=True):
    """One answer to choose; it is right if its query is met by the run of `program`."""

    says: Text
    holds: AnyQuery
    program: Name = "main"


class Choice(Plain, frozen=True, tag_field="kind", tag="choice"):
    """Predict before the run: which of these are true? None, one or several may be."""

    id: Name
    asks: Text
    options: Annotated[tuple[Option, ...], msgspec.Meta(min_length=2)]
    reveals: Text
    """What to say when the run has answered."""


class Number(Plain, frozen=True, tag_field="kind", tag="number"):
    """Predict before the run how many of something there are."""

    id: Name
    asks: Text
    measure: Measure
    reveals: Text
    program: Name = "main"


class Check(Plain, frozen=True):
    """One thing a learner's program must do. `not_yet` is said when a run ended without it, `hint` when asked for."""

    says: Text
    holds: AnyQuery
    hint: Text
    not_yet: Text


class Task(Plain, frozen=True):
    """What the learner has to make of `program`. The folder's solve.asm does it; the program as it stands does not."""

    goal: Text
    checks: Annotated[tuple[Check, ...], msgspec.Meta(min_length=1)]
    program: Name = "main"


class Header(Plain, frozen=True, kw_only=True):
    """scenario.toml."""

    id: Name
    topic: Topic
    number: Annotated[int, msgspec.Meta(ge=1)]
    title: Text
    summary: Text
    tags: Annotated[tuple[Topic, ...], msgspec.Meta(min_length=1)]
    sentences: tuple[str, ...] = ()
    """Which sentences of playground/scenarios/sentences.toml the lesson shows."""
    programs: Annotated[tuple[Program, ...], msgspec.Meta(min_length=1)] = (Program(),)
    shows: Annotated[tuple[Claim, ...], msgspec.Meta(min_length=1)]
    stops: tuple[Stop, ...] = ()
    predictions: tuple[Choice | Number, ...] = ()
    task: Task | None = None


class Scenario(Plain, frozen=True):
    """A whole folder, read and checked."""

    header: Header
    notes: str
    """The lesson's text, Markdown."""
    sources: dict[str, str]
    """The assembly text of each program, by id; for an ELF program the text it was built from."""
    elfs: dict[str, bytes]
    traces: dict[str, tuple[str, ...]]
    solve: str | None

    def program(self, id: str = "main") -> Program:
        """Return one program. Raises KeyError."""
        return {program.id: program for program in self.header.programs}[id]

    def spec(self, id: str | None = None) -> RunSpec:
        """Return the run of a program as the lesson has it; the first one unless said. Raises KeyError."""
        program = self.header.programs[0] if id is None else self.program(id)
        return program.spec(self.elfs.get(program.id) or self.sources[program.id])
