"""The bytes GNU as pads with: the longest no-operations in code, zeros or the asked fill elsewhere.

Intel's SDM lists the multi-byte NOPs (vol. 2, NOP); the two longest carry operand-size and CS prefixes. A gap too long
to be walked is jumped over.
"""

from __future__ import annotations

from typing import Final

_NOPS: Final = (
    b"",
    bytes.fromhex("90"),
    bytes.fromhex("6690"),
    bytes.fromhex("0f1f00"),
    bytes.fromhex("0f1f4000"),
    bytes.fromhex("0f1f440000"),
    bytes.fromhex("660f1f440000"),
    bytes.fromhex("0f1f8000000000"),
    bytes.fromhex("0f1f840000000000"),
    bytes.fromhex("660f1f840000000000"),
    bytes.fromhex("662e0f1f840000000000"),
    bytes.fromhex("66662e0f1f840000000000"),
)
_LONGEST: Final = len(_NOPS) - 1
_MOST_IN_A_ROW: Final = 7


def nops(size: int) -> bytes:
    """Return `size` bytes of code that do nothing."""
    lead = b""
    if size // _LONGEST > _MOST_IN_A_ROW:
        lead = b"\xeb" + bytes([size - 2]) if size - 2 <= 127 else b"\xe9" + (size - 5).to_bytes(4, "little")
        size -= len(lead)
    return lead + _NOPS[_LONGEST] * (size // _LONGEST) + _NOPS[size % _LONGEST]


def pad(size: int, fill: bytes | None, *, code: bool) -> bytes:
    """Return the padding of an alignment of `size` bytes."""
    if fill is None or (code and fill == b"\x90"):
        return nops(size) if code else bytes(size)
    return fill * (size // len(fill))
