"""One recorded case: what was run, what Linux did, and how the model's run compares. Schema "corpora.case/1"."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from emulator.cli.normalise import Row, comparable, masked, normalise
from emulator.trace.run import AsmProgram, ElfProgram, Exit, GuestFile, Limits, RunSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.trace.run import Report
    from emulator.trace.survey import FileAfter, Survey

SCHEMA = "corpora.case/1"
_LIMITS = Limits(instructions=1_000_000_000, output_bytes=16 << 20, events=2_000_000)


class _Lenient(msgspec.Struct, frozen=True, kw_only=True):
    """Fields that only inform are not listed here."""


class InputFile(_Lenient, frozen=True):
    path: str
    mode: int | None = None
    uid: int | None = None
    content_b64: str = ""
    symlink: str | None = None
    dir: bool = False
    host: str | None = None
    """Taken from the host the case is run on: a dynamic loader, a libc."""


class Input(_Lenient, frozen=True):
    kind: str
    argv: tuple[str, ...]
    env: tuple[str, ...]
    stdin: str
    files: tuple[InputFile, ...]
    uid: int
    cwd: str
    timeout_s: float
    elf: str | None = None


class Match(_Lenient, frozen=True):
    stdout: str = "exact"
    stderr: str = "exact"
    strace: str = ""
    steps: str = ""
    strace_drop: tuple[str, ...] = ()
    strace_mask: tuple[tuple[str, str], ...] = ()


class Content(_Lenient, frozen=True):
    text: str | None = None
    hex: str | None = None
    b64: str | None = None

    def data(self) -> bytes:
        if self.text is not None:
            return self.text.encode()
        return bytes.fromhex(self.hex) if self.hex is not None else base64.b64decode(self.b64 or "")


class Steps(_Lenient, frozen=True):
    user_instructions: int
    rip_fnv1a64: str


class RecordedFile(_Lenient, frozen=True):
    mode: str
    size: int | None = None
    content_b64: str | None = None
    symlink: str | None = None


class Expect(_Lenient, frozen=True):
    stdout: Content
    stderr: Content
    exit: Exit
    strace: dict[str, list[str]] | None
    files_after: dict[str, RecordedFile]
    steps: Steps | None = None


class Case(_Lenient, frozen=True):
    schema: str
    name: str
    family: str
    input: Input
    match: Match
    expect: Expect

    @property
    def judges_path(self) -> bool:
        """Whether the model must walk the same instructions."""
        return self.expect.steps is not None and not self.match.steps.startswith("informative")


class CaseError(Exception):
    """The case can't be run here."""


class Difference(msgspec.Struct, frozen=True):
    """Where model and Linux part. `what` names the facet, and the place in it."""

    what: str
    expected: Any
    got: Any


def find(directory: Path) -> Iterator[Path]:
    """Yield the folders below (or at) `directory` that hold a case."""
    yield from sorted(path.parent for path in directory.rglob("expect.json"))


def load(folder: Path) -> Case:
    """Read a case. CaseError if it is none."""
    try:
        case = msgspec.json.decode((folder / "expect.json").read_bytes(), type=Case)
    except (msgspec.DecodeError, OSError) as error:
        raise CaseError(str(error)) from error
    if case.schema != SCHEMA:
        raise CaseError(f"schema {case.schema}, not {SCHEMA}")
    return case


def spec(case: Case, folder: Path) -> RunSpec:
    """Return the run that the recording is of. CaseError if a file it needs is not there."""
    given = case.input
    try:
        program: AsmProgram | ElfProgram
        if given.kind == "asm":
            program = AsmProgram((folder / "main.asm").read_text(encoding="utf-8"))
        else:
            program = ElfProgram(_nearest(folder, given.elf or "").read_bytes())
        files = tuple(map(_guest_file, given.files))
    except OSError as error:
        raise CaseError(f"{error.filename}: {error.strerror}") from error
    return RunSpec(
        program=program,
        argv=given.argv,
        env=given.env,
        stdin=given.stdin.encode("latin-1"),
        files=files,
        uid=given.uid,
        cwd=given.cwd,
        limits=msgspec.structs.replace(_LIMITS, wall_ms=int(given.timeout_s * 1000)),
    )


def _nearest(folder: Path, name: str) -> Path:
    """Return `name` in the nearest folder above the case that contains it."""
    for above in folder.resolve().parents:
        if (above / name).is_file():
            return above / name
    raise CaseError(f"no folder above it has {name}")


def _guest_file(file: InputFile) -> GuestFile:
    data = Path(file.host).read_bytes() if file.host else base64.b64decode(file.content_b64)
    return GuestFile(path=file.path, data=data, mode=file.mode, uid=file.uid, directory=file.dir, symlink=file.symlink)


def compare(case: Case, report: Report, rows: list[Row], survey: Survey | None) -> Difference | None:
    """Return the first difference between a run and the recording, or None."""
    return next(_differences(case, report, rows, survey), None)


def _differences(case: Case, report: Report, rows: list[Row], survey: Survey | None) -> Iterator[Difference]:
    expect, match = case.expect, case.match
    if report.outcome not in ("exited", "signaled") or report.exit != expect.exit:
        ended = {"outcome": report.outcome, "exit": report.exit, "message": report.message, "diagnostics": report.diagnostics[:3]}
        yield Difference("exit", expect.exit, report.exit if report.outcome in ("exited", "signaled") else ended)
    if report.unmodelled:
        yield Difference("unmodelled", [], report.unmodelled)
    for stream, rule, recorded in (("stdout", match.stdout, expect.stdout), ("stderr", match.stderr, expect.stderr)):
        if not rule.startswith("ignore") and getattr(report, stream) != recorded.data():
            yield Difference(stream, _tail(recorded.data()), _tail(getattr(report, stream)))
    if expect.strace is not None and match.strace != "none" and not match.strace.startswith("stdout only"):
        yield from _trace_difference(case, rows)
    if expect.steps is not None and case.judges_path:
        yield from _step_difference(expect.steps, survey)
    if survey is not None:
        yield from _file_difference(expect.files_after, survey.files)


def _tail(data: bytes) -> str:
    return data[-400:].decode("utf-8", "backslashreplace")


def _trace_difference(case: Case, rows: list[Row]) -> Iterator[Difference]:
    drop = case.match.strace_drop
    expected = comparable(case.expect.strace or {}, drop)
    got = comparable(masked(normalise(rows), case.match.strace_mask), drop)
    for label in sorted(expected.keys() | got.keys()):
        ours, theirs = got.get(label, []), expected.get(label, [])
        for number in range(max(len(ours), len(theirs))):
            pair = [lines[number] if number < len(lines) else None for lines in (theirs, ours)]
            if pair[0] != pair[1]:
                yield Difference(f"strace {label} line {number + 1}", *pair)
                break


def _step_difference(steps: Steps, survey: Survey | None) -> Iterator[Difference]:
    if survey is None or survey.steps != steps.user_instructions:
        yield Difference("steps", steps.user_instructions, survey and survey.steps)
    elif survey.path_hash != steps.rip_fnv1a64:
        yield Difference("path of instructions", steps.rip_fnv1a64, survey.path_hash)


def _file_difference(expected: dict[str, RecordedFile], got: dict[str, FileAfter]) -> Iterator[Difference]:
    for path in sorted(expected.keys() | got.keys()):
        there, here = expected.get(path), got.get(path)
        theirs = there and {"mode": there.mode, "size": there.size, "content": there.content_b64, "symlink": there.symlink}
        ours = here and {
            "mode": f"{here.mode:o}",
            "size": here.size,
            "content": None if here.data is None else base64.b64encode(here.data[:65536]).decode(),
            "symlink": here.symlink,
        }
        if theirs != ours:
            yield Difference(f"file {path}", theirs, ours)
