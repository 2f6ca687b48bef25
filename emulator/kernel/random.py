"""Random bytes of a run: SHA-256 in counter mode over the seed, one independent stream per use."""

from __future__ import annotations

import hashlib


class RandomStream:
    """The same (seed, purpose) gives the same bytes in every run, on every machine."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._key = hashlib.sha256(f"syscall-playground/{purpose}/{seed}".encode()).digest()
        self._block = 0
        self._rest = b""

    def take(self, length: int) -> bytes:
        """Return the next `length` bytes of the stream."""
        pieces = [self._rest]
        have = len(self._rest)
        while have < length:
            pieces.append(hashlib.sha256(self._key + self._block.to_bytes(8, "little")).digest())
            self._block += 1
            have += 32
        data = b"".join(pieces)
        self._rest = data[length:]
        return data[:length]
