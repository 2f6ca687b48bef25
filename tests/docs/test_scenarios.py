"""docs/scenarios.md names everything a scenario.toml may say."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec import inspect

from emulator.scenario import form
from emulator.scenario.query import AnyQuery

FORMS = [form.Header, form.Program, form.File, form.Claim, form.Stop, form.Option, form.Choice, form.Number, form.Check, form.Task]


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/scenarios.md").read_text()


def test_every_key_is_named(page: str) -> None:
    keys = {field.encode_name for kind in FORMS for field in msgspec.structs.fields(kind)}
    queries = inspect.type_info(AnyQuery)
    assert isinstance(queries, inspect.UnionType)
    for query in queries.types:
        assert isinstance(query, inspect.StructType)
        assert f"| `{query.tag}` |" in page
        keys |= {field.encode_name for field in query.fields}
    missing = {key for key in keys if f"`{key}`" not in page and f"[{key}]" not in page and f".{key}]" not in page}
    assert not missing
