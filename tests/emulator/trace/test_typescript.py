from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from emulator.trace import events as ev
from emulator.trace.typescript import _type, typescript

ROOT = Path(__file__).parents[3]


def test_the_committed_types_are_what_the_schema_gives() -> None:
    subprocess.run([sys.executable, str(ROOT / "frontend" / "generate_types.py"), "--check"], check=True)


def test_every_event_is_in_the_union() -> None:
    text = typescript()
    union = text[text.index("export type AnyEvent") :]
    for kind in ev.AnyEvent.__args__:
        assert f"  | {kind.__name__}\n" in union or f"  | {kind.__name__};\n" in union
        assert f'readonly type: "{kind.__struct_config__.tag}";' in text


def test_shapes() -> None:
    text = typescript()
    assert "readonly rip_from: Hex;" in text
    assert "readonly regs: Readonly<Record<string, Hex>>;" in text
    assert "readonly code?: number | null;" in text, "omit_defaults makes a field optional"
    assert "readonly mapping: Mapping | null;" in text
    assert "readonly data: Base64;" in text


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="no TypeScript"):
        _type(msgspec.inspect.type_info(set[int]))
