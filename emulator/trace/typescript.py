"""The event schema as TypeScript, so that the page and the engine cannot disagree about it.

`frontend/generate_types.py` writes the text to `frontend/src/protocol/events.gen.ts`, and its `--check` holds it to this schema.
"""

from __future__ import annotations

import inspect as python_inspect
from typing import Any

import msgspec
from msgspec import inspect

from emulator.trace.events import SCHEMA_VERSION, AnyEvent
from emulator.trace.run import Report
from emulator.trace.state import REGISTERS

HEADER = """\
// Generated from emulator/trace by frontend/generate_types.py. Do not edit: change the schema and run `make types`.

/** A 64-bit value as hex text: numbers here end at 2**53. */
export type Hex = `0x${string}`;

/** Bytes as base64. */
export type Base64 = string;
"""

_SIMPLE: dict[type[inspect.Type], str] = {
    inspect.IntType: "number",
    inspect.FloatType: "number",
    inspect.BoolType: "boolean",
    inspect.NoneType: "null",
    inspect.BytesType: "Base64",
}


def typescript() -> str:
    """Return the module's text. Raises TypeError for a kind of field that has no TypeScript here yet."""
    union, report = inspect.multi_type_info([AnyEvent, Report])
    found: dict[str, inspect.StructType] = {}
    for root in (union, report):
        _collect(root, found)
    if not isinstance(union, inspect.UnionType):
        raise TypeError("AnyEvent is no union")
    events = [kind for kind in union.types if isinstance(kind, inspect.StructType)]
    parts = [
        HEADER,
        f"export const SCHEMA_VERSION = {SCHEMA_VERSION};\n",
        "/** What a state names, in display order. */\nexport const REGISTERS = [\n"
        + "".join(f'  "{name}",\n' for name in REGISTERS)
        + "] as const;\n",
        *(_interface(found[name]) for name in sorted(found)),
        "export type AnyEvent =\n" + "".join(f"  | {kind.cls.__name__}\n" for kind in events).rstrip("\n") + ";\n",
        'export type EventType = AnyEvent["type"];\n',
    ]
    return "\n".join(parts)


def _collect(kind: inspect.Type, found: dict[str, inspect.StructType]) -> None:
    """Gather every struct that `kind` reaches."""
    if isinstance(kind, inspect.StructType):
        if kind.cls.__name__ not in found:
            found[kind.cls.__name__] = kind
            for field in kind.fields:
                _collect(field.type, found)
    elif isinstance(kind, inspect.UnionType):
        for member in kind.types:
            _collect(member, found)
    elif isinstance(kind, inspect.VarTupleType):
        _collect(kind.item_type, found)
    elif isinstance(kind, inspect.DictType):
        _collect(kind.value_type, found)


def _interface(struct: inspect.StructType) -> str:
    lines = [f"export interface {struct.cls.__name__} {{"]
    if struct.tag is not None and struct.tag_field is not None:
        lines.append(f'  readonly {struct.tag_field}: "{struct.tag}";')
    omits = struct.cls.__struct_config__.omit_defaults
    for field in struct.fields:
        mark = "?" if omits and not field.required else ""
        lines.append(f"  readonly {field.encode_name}{mark}: {_type(field.type)};")
    return _comment(struct.cls) + "\n".join([*lines, "}"]) + "\n"


def _comment(cls: type[msgspec.Struct]) -> str:
    if cls.__dict__.get("__doc__") is None:
        return ""
    text = python_inspect.cleandoc(cls.__doc__ or "").replace("*/", "*\\/").splitlines()
    if len(text) == 1:
        return f"/** {text[0]} */\n"
    return "\n".join(["/**", *(f" * {line}".rstrip() for line in text), " */"]) + "\n"


def _type(kind: inspect.Type) -> str:
    simple = _SIMPLE.get(type(kind))
    if simple is not None:
        return simple
    match kind:
        case inspect.StrType():
            return "Hex" if kind.pattern is not None and kind.pattern.startswith("^0x") else "string"
        case inspect.LiteralType():
            return " | ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in kind.values)
        case inspect.StructType():
            return kind.cls.__name__
        case inspect.UnionType():
            return " | ".join(_type(member) for member in kind.types)
        case inspect.VarTupleType():
            return f"readonly {_grouped(kind.item_type)}[]"
        case inspect.DictType():
            return f"Readonly<Record<{_type(kind.key_type)}, {_type(kind.value_type)}>>"
    return _unknown(kind)


def _grouped(kind: inspect.Type) -> str:
    text = _type(kind)
    return f"({text})" if " | " in text else text


def _unknown(kind: Any) -> str:
    raise TypeError(f"no TypeScript for {kind!r}")
