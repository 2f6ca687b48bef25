"""Bodies of the runs API, strict: a field nobody reads is a mistake that should be told."""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec
from django.conf import settings
from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from emulator.trace.run import AsmProgram, GuestFile, Level, Limits, RunSpec
from playground.core.problems import Problem

DEFAULTS = RunSpec(program=AsmProgram(""))
MAX_ARGUMENT_BYTES = 128 << 10
"""Of argv and env together."""
MAX_INPUT_BYTES = 1 << 20
"""Of stdin, and of all files together."""

Argument = Annotated[str, StringConstraints(max_length=16384, pattern=r"^[^\x00]*$")]


class Body(Schema):
    model_config = ConfigDict(extra="forbid")


class SourceBody(Body):
    source: str = Field(description="Assembly in GNU as's Intel syntax, at most 1 MiB of UTF-8.")


class FileBody(Body):
    """A file of the run's world: its content is `text` or, for bytes, `data` in base64."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=4095, pattern=r"^/[^\x00]*$")]
    text: str | None = None
    data: str | None = None
    mode: Annotated[int, Field(ge=0, le=0o7777)] | None = None


class RunBody(SourceBody):
    argv: Annotated[list[Argument], Field(min_length=1, max_length=256)] = list(DEFAULTS.argv)
    env: Annotated[list[Annotated[Argument, StringConstraints(pattern=r"^[^=\x00]+=[^\x00]*$")]], Field(max_length=256)] = list(
        DEFAULTS.env
    )
    stdin: str = ""
    files: Annotated[list[FileBody], Field(max_length=64)] = []
    seed: Annotated[int, Field(ge=0, lt=1 << 64)] = DEFAULTS.seed
    max_instructions: Annotated[int, Field(ge=1, le=DEFAULTS.limits.instructions)] = DEFAULTS.limits.instructions
    level: Level = DEFAULTS.level


class RunStarted(Schema):
    id: str


class RunShown(Schema):
    """`report` is null until the state is "done"; then it is the Report of the run (see the event schema)."""

    id: str
    state: Literal["queued", "running", "done"]
    attempt: int
    events: int
    report: dict[str, Any] | None


class EventsShown(Schema):
    """Events above `after` in order. Ask again with after = `last` until `complete`."""

    run: str
    state: Literal["queued", "running", "done"]
    from_: Annotated[int, Field(alias="from")]
    items: list[dict[str, Any]]
    last: int
    complete: bool


class Assembled(Schema):
    diagnostics: list[dict[str, Any]]
    source_map: list[dict[str, Any]]


def too_large(what: str, limit: int) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", f"{what} is larger than {limit} bytes.", hint="Make it shorter.", where=what
    )


def encoded(what: str, text: str, limit: int) -> bytes:
    """Return `text` as UTF-8. Raises Problem if it is too long."""
    data = text.encode()
    if len(data) > limit:
        raise too_large(what, limit)
    return data


def source_of(body: SourceBody) -> str:
    encoded("source", body.source, settings.MAX_SOURCE_BYTES)
    return body.source


def _content(index: int, file: FileBody) -> bytes:
    where = f"files[{index}]"
    if (file.text is None) == (file.data is None):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "A file has either text or data.", hint="Send one of the two.", where=where
        )
    if file.text is not None:
        return file.text.encode()
    try:
        return base64.b64decode(file.data or "", validate=True)
    except binascii.Error:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid",
            "This is not base64.",
            hint="Plain text can be sent as `text`.",
            where=f"{where}.data",
        ) from None


def spec_of(body: RunBody) -> RunSpec:
    """Return what `body` asks for. Raises Problem."""
    source = source_of(body)
    stdin = encoded("stdin", body.stdin, MAX_INPUT_BYTES)
    if sum(len(text.encode()) for text in (*body.argv, *body.env)) > MAX_ARGUMENT_BYTES:
        raise too_large("argv and env", MAX_ARGUMENT_BYTES)
    files = tuple(GuestFile(path=file.path, data=_content(index, file), mode=file.mode) for index, file in enumerate(body.files))
    if sum(len(file.data) for file in files) > MAX_INPUT_BYTES:
        raise too_large("files", MAX_INPUT_BYTES)
    return RunSpec(
        program=AsmProgram(source),
        argv=tuple(body.argv),
        env=tuple(body.env),
        stdin=stdin,
        files=files,
        seed=body.seed,
        level=body.level,
        limits=msgspec.structs.replace(Limits(), instructions=body.max_instructions),
    )
