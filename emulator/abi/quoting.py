"""Bytes as strace 6.1 prints them: C escapes, octal for the rest, 32 bytes and an ellipsis."""

from __future__ import annotations

from typing import Final

STRING_LIMIT: Final = 32
"""strace's -s."""

_ESCAPES: Final = {0x22: '\\"', 0x5C: "\\\\", 0x09: "\\t", 0x0A: "\\n", 0x0B: "\\v", 0x0C: "\\f", 0x0D: "\\r"}
_PLAIN: Final = {byte: chr(byte) for byte in range(0x20, 0x7F)} | _ESCAPES


def escape(data: bytes) -> str:
    r"""Return `data` between no quotes. An octal escape is as short as the next byte allows: 01 31 01 39 is \\0011\\19."""
    if data.isascii():
        text = data.decode("ascii")
        if text.isprintable() and '"' not in text and "\\" not in text:
            return text
    pieces = []
    for here, byte in enumerate(data):
        plain = _PLAIN.get(byte)
        if plain is not None:
            pieces.append(plain)
        elif here + 1 < len(data) and 0x30 <= data[here + 1] <= 0x37:
            pieces.append(f"\\{byte:03o}")
        else:
            pieces.append(f"\\{byte:o}")
    return "".join(pieces)


def quote(data: bytes, *, cut: bool = False) -> str:
    """Return `data` in quotes; `cut` says that there was more of it."""
    return f'"{escape(data)}"...' if cut else f'"{escape(data)}"'


def quote_hex(data: bytes, *, cut: bool = False) -> str:
    r"""Return `data` in quotes with every byte as \\x, as strace does for random bytes."""
    text = "".join(f"\\x{byte:02x}" for byte in data)
    return f'"{text}"...' if cut else f'"{text}"'
