"""What a run leaves behind besides its events: the path its program took and the files it left. The recorded corpus compares both."""

from __future__ import annotations

import msgspec

DATA_KEPT = 65536
"""Bytes of a file that are told; its size is told anyway."""


class FileAfter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file as the run left it: `mode` is st_mode; `data` and `size` for a regular file, `symlink` for a link."""

    mode: int
    size: int | None = None
    data: bytes | None = None
    symlink: str | None = None


class Survey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    steps: int | None
    """How many steps a single-stepping tracer would have seen; None where the run was not stepped. See emulator.machine.steps."""
    path_hash: str | None
    """FNV-1a-64 over their addresses, 16 hex digits."""
    files: dict[str, FileAfter]
    """By absolute path; bytes that are not UTF-8 are escaped."""
