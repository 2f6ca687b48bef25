"""docs/events.md has every kind of event with every field, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from msgspec import inspect

from emulator.trace.events import AnyEvent, Event

ENVELOPE = {field.name for field in msgspec.structs.fields(Event)}


def sections(page: str) -> dict[str, str]:
    parts = re.split(r"^### `(.*)`$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def kinds() -> dict[str, inspect.StructType]:
    union = inspect.type_info(AnyEvent)
    assert isinstance(union, inspect.UnionType)
    return {str(kind.tag): kind for kind in union.types if isinstance(kind, inspect.StructType)}


def fields(kind: inspect.Type) -> set[str]:
    """Gather the names in a struct and in the structs it lists; not what is behind the names of the state."""
    if isinstance(kind, inspect.VarTupleType):
        return fields(kind.item_type)
    if not isinstance(kind, inspect.StructType) or kind.cls.__module__ == "emulator.trace.state":
        return set()
    return {name for field in kind.fields for name in {field.name, *fields(field.type)}} - ENVELOPE


def test_every_kind_has_its_section(root: Path) -> None:
    assert set(sections((root / "docs/events.md").read_text())) == set(kinds())


def test_every_field_is_named(root: Path) -> None:
    written = sections((root / "docs/events.md").read_text())
    missing = {
        f"{tag}.{name}" for tag, kind in kinds().items() for name in fields(kind) if f"`{name}`" not in written[tag]
    } - {"task.exit.code", "task.exit.signal"}  # fmt: skip
    assert not missing


def test_the_envelope_is_named(root: Path) -> None:
    page = (root / "docs/events.md").read_text()
    assert all(f"`{name}`" in page for name in ENVELOPE)
