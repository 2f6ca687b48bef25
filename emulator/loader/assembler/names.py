"""The words of the language: registers, operand sizes, prefixes."""

from __future__ import annotations

from typing import Any, Final

from iced_x86 import Register

_CLASSES: Final[tuple[tuple[str, int, tuple[str, ...]], ...]] = (
    ("gpr", 8, ("al", "cl", "dl", "bl", "ah", "ch", "dh", "bh", "spl", "bpl", "sil", "dil", *(f"r{n}b" for n in range(8, 16)))),
    ("gpr", 16, ("ax", "cx", "dx", "bx", "sp", "bp", "si", "di", *(f"r{n}w" for n in range(8, 16)))),
    ("gpr", 32, ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", *(f"r{n}d" for n in range(8, 16)))),
    ("gpr", 64, ("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", *(f"r{n}" for n in range(8, 16)))),
    ("segment", 16, ("es", "cs", "ss", "ds", "fs", "gs")),
    ("control", 64, tuple(f"cr{n}" for n in range(16))),
    ("debug", 64, tuple(f"dr{n}" for n in range(16))),
    ("fpu", 80, tuple(f"st({n})" for n in range(8))),
    ("mmx", 64, tuple(f"mm{n}" for n in range(8))),
    ("xmm", 128, tuple(f"xmm{n}" for n in range(16))),
    ("ymm", 256, tuple(f"ymm{n}" for n in range(16))),
    ("ip", 64, ("rip",)),
    ("ip", 32, ("eip",)),
)

HIGH_BYTES: Final = frozenset({"ah", "ch", "dh", "bh"})
REX_BYTES: Final = frozenset({"spl", "bpl", "sil", "dil"})

CLASS: Final[dict[str, str]] = {name: kind for kind, _, names in _CLASSES for name in names}
BITS: Final[dict[str, int]] = {name: bits for _, bits, names in _CLASSES for name in names}


def _iced(name: str) -> Any:
    spelled = {"st(": "ST"}.get(name[:3])
    attribute = f"ST{name[3]}" if spelled else name.upper()
    if attribute[:1] == "R" and attribute[-1:] == "B" and attribute[1:-1].isdigit():
        attribute = attribute[:-1] + "L"
    return getattr(Register, attribute)


ICED: Final[dict[str, Any]] = {name: _iced(name) for name in CLASS}
NAME_OF: Final[dict[int, str]] = {value: name for name, value in ICED.items()}
REGISTERS: Final[frozenset[str]] = frozenset(CLASS) | {"st"}
_HIGH_NUMBERS: Final = frozenset(f"{k}{n}" for k in ("cr", "dr", "xmm") for n in range(8, 16))
NEEDS_REX: Final[frozenset[str]] = frozenset(
    name for name in CLASS if name in REX_BYTES or (name[0] == "r" and name[1:2].isdigit()) or name in _HIGH_NUMBERS
)
"""Registers that can only be named with a REX prefix."""

SIZES: Final[dict[str, int]] = {
    "byte": 8, "word": 16, "dword": 32, "fword": 48, "qword": 64, "mmword": 64, "tbyte": 80,
    "oword": 128, "xmmword": 128, "ymmword": 256, "zmmword": 512, "near": -1, "far": -2,
}  # fmt: skip
SIZE_NAMES: Final[dict[int, str]] = {
    8: "byte",
    16: "word",
    32: "dword",
    48: "fword",
    64: "qword",
    80: "tbyte",
    128: "xmmword",
    256: "ymmword",
}

PREFIXES: Final[dict[str, int]] = {
    "lock": 0xF0,
    "rep": 0xF3,
    "repe": 0xF3,
    "repz": 0xF3,
    "repne": 0xF2,
    "repnz": 0xF2,
    "data16": 0x66,
    "addr32": 0x67,
    "cs": 0x2E,
    "ds": 0x3E,
    "es": 0x26,
    "ss": 0x36,
    "fs": 0x64,
    "gs": 0x65,
}
