"""The shape of a system call as everybody may know it: name and arguments, with how strace shows a bare register.

Kinds of argument: `d` int, `u` unsigned int, `U` unsigned 64-bit, `p` pointer (0 is NULL), `x` hex of 32 bits, `h` hex of 64, `o` octal.
"""

from __future__ import annotations

from typing import NamedTuple


class Parameter(NamedTuple):
    name: str
    kind: str


class Prototype(NamedTuple):
    name: str
    parameters: tuple[Parameter, ...]


UNKNOWN = Prototype("", tuple(Parameter(f"arg{n}", "h") for n in range(1, 7)))
"""A number without a call: strace shows all six registers in hex."""


def parse(text: str) -> dict[int, Prototype]:
    """Read rows of `number name argument:kind ...`, or `number name kinds` where arguments have no names.

    Rows are separated by a comma and a space, or by line ends.
    """
    table = {}
    for row in text.strip().replace("\n", ", ").split(", "):
        number, name, *fields = row.split()
        if fields and ":" not in fields[0]:
            fields = [f"arg{place}:{kind}" for place, kind in enumerate(fields[0], 1)]
        table[int(number)] = Prototype(name, tuple(Parameter(*field.split(":")) for field in fields))
    return table


def show_bare(kind: str, value: int) -> str:
    """Return strace's text of the register `value` (0..2**64-1) for an argument it only knows as `kind`."""
    if kind == "d":
        low = value & 0xFFFF_FFFF
        return str(low - (1 << 32) if low >> 31 else low)
    if kind == "u":
        return str(value & 0xFFFF_FFFF)
    if kind == "U":
        return str(value)
    if kind == "o":
        return oct(value & 0xFFFF_FFFF).replace("0o", "0") if value & 0xFFFF_FFFF else "0"
    if kind == "x":
        value &= 0xFFFF_FFFF
    if value:
        return f"{value:#x}"
    return "NULL" if kind == "p" else "0"
