"""Names a program may use without defining them, as the C headers spell them."""

from __future__ import annotations

from typing import Final

CONSTANTS: Final[dict[str, int]] = {}
