"""From what the command line names (a source text, an ELF file, a scenario folder) to the spec of a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from emulator.scenario import ScenarioError, load
from emulator.scenario.folder import HEADER
from emulator.trace.run import AsmProgram, Diagnostic, ElfProgram, GuestFile, RunSpec

if TYPE_CHECKING:
    import argparse

ELF_MAGIC = b"\x7fELF"


class UsageError(Exception):
    """What was asked for can't be done; the message says why."""


class NotText(Exception):
    """The source is no UTF-8 text."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def read(path: Path) -> bytes:
    """Return a file's content. UsageError if it can't be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


def decode(data: bytes) -> str:
    """Return a source text. NotText names the first byte that is none."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise NotText(Diagnostic(line, column, f"byte 0x{data[error.start]:02x} is not UTF-8 text")) from error


def load_spec(path: Path, program: str | None) -> RunSpec:
    """Return the run of PROG as it stands: with a scenario's own inputs, or with none. UsageError, NotText."""
    if path.is_dir():
        return _scenario(path, program)
    if program is not None:
        raise UsageError(f"{path}: only a scenario folder has a --program to choose")
    data = read(path)
    if data.startswith(ELF_MAGIC):
        return RunSpec(program=ElfProgram(data))
    if path.suffix not in (".asm", ".s", ".S"):
        raise UsageError(f"{path}: neither an ELF file nor named .asm or .s, nor a scenario folder")
    return RunSpec(program=AsmProgram(decode(data)))


def _scenario(path: Path, name: str | None) -> RunSpec:
    if not (path / HEADER).is_file():
        raise UsageError(f"{path}: a folder without {HEADER} is no scenario")
    try:
        scenario = load({file.name: read(file) for file in path.iterdir() if file.is_file()})
    except ScenarioError as error:
        raise UsageError(f"{path}: {error}") from error
    try:
        return scenario.spec(name)
    except KeyError as error:
        raise UsageError(f"{path}: it has no program {name!r}, only {', '.join(scenario.sources)}") from error


def with_inputs(spec: RunSpec, arguments: argparse.Namespace) -> RunSpec:
    """Return `spec` with what the command line says about its inputs and options in place of its own. UsageError."""
    changes: dict[str, object] = {}
    if arguments.arg:
        changes["argv"] = (spec.argv[0], *arguments.arg)
    if arguments.env:
        changes["env"] = tuple(map(_variable, arguments.env))
    if arguments.stdin is not None:
        changes["stdin"] = read(arguments.stdin)
    if arguments.file:
        changes["files"] = (*spec.files, *map(_guest_file, arguments.file))
    for name in ("seed", "uid", "level"):
        if getattr(arguments, name) is not None:
            changes[name] = getattr(arguments, name)
    limits = spec.limits
    if arguments.max_instructions is not None:
        limits = msgspec.structs.replace(limits, instructions=arguments.max_instructions)
    if arguments.wall_ms is not None:
        limits = msgspec.structs.replace(limits, wall_ms=arguments.wall_ms)
    return msgspec.structs.replace(spec, limits=limits, **changes)


def _variable(text: str) -> str:
    if "=" not in text or text.startswith("=") or "\0" in text:
        raise UsageError(f"--env {text!r}: not of the form NAME=VALUE")
    return text


def _guest_file(text: str) -> GuestFile:
    guest, _, host = text.partition("=")
    if not guest.startswith("/") or not host:
        raise UsageError(f"--file {text!r}: not of the form /GUEST/PATH=HOSTPATH")
    path = Path(host)
    return GuestFile(path=guest, data=read(path), mode=0o755 if os.access(path, os.X_OK) else 0o644)
