"""The x87 and SSE state as an FXSAVE image (SDM vol. 1, 10.5.1), read and written register by register."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.cpu.engine import Engine

SIZE = 512
MXCSR_MASK = 0xFFFF
INITIAL_FCW, INITIAL_MXCSR = 0x37F, 0x1F80
_EMPTY = 3


def get(engine: Engine) -> bytes:
    """Return the image. FOP, FIP and FDP are not kept by the engine and read as 0."""
    tags = engine.read("fptag")
    status = engine.read("fpsw")
    abridged = sum((tags >> 2 * n & 3 != _EMPTY) << n for n in range(8))
    image = bytearray(struct.pack("<HHBxHQQII", engine.read("fpcw"), status, abridged, 0, 0, 0, engine.read("mxcsr"), MXCSR_MASK))
    top = status >> 11 & 7
    for n in range(8):
        mantissa, exponent = engine.read(f"fp{(top + n) & 7}")
        image += struct.pack("<QH6x", mantissa, exponent)
    for n in range(16):
        image += engine.read(f"xmm{n}").to_bytes(16, "little")
    return bytes(image).ljust(SIZE, b"\0")


def put(engine: Engine, image: bytes) -> None:
    """Load an image of at least 416 bytes."""
    control, status, abridged, _, _, _, mxcsr, _ = struct.unpack_from("<HHBxHQQII", image)
    engine.write("fpcw", control)
    engine.write("fpsw", status)
    top = status >> 11 & 7
    for n in range(8):
        engine.write(f"fp{(top + n) & 7}", struct.unpack_from("<QH", image, 32 + 16 * n))
    engine.write("fptag", sum(0 if abridged >> n & 1 else _EMPTY << 2 * n for n in range(8)))
    engine.write("mxcsr", mxcsr & MXCSR_MASK)
    for n in range(16):
        engine.write(f"xmm{n}", int.from_bytes(image[160 + 16 * n : 176 + 16 * n], "little"))


def initial() -> bytes:
    """Return what execve leaves: every register empty or 0, all exceptions masked."""
    return struct.pack("<HHBxHQQII", INITIAL_FCW, 0, 0, 0, 0, 0, INITIAL_MXCSR, MXCSR_MASK).ljust(SIZE, b"\0")
