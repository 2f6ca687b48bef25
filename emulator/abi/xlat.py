"""Named numbers as strace prints them: sets of flags and single constants."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Flags:
    """Bits with names. What is not known is printed in hex; if nothing is, `unknown` stands behind it in a comment."""

    def __init__(self, unknown: str, names: Mapping[str, int], zero: str = "0") -> None:
        self.unknown = unknown
        self.names = dict(names)
        self.zero = zero
        self._texts: dict[int, str] = {}

    def show(self, value: int) -> str:
        """Return the text of a 32- or 64-bit `value`, in the order of the declaration."""
        text = self._texts.get(value)
        if text is None:
            text = self._show(value)
            if len(self._texts) < 256:
                self._texts[value] = text
        return text

    def _show(self, value: int) -> str:
        if not value:
            return self.zero
        rest, found = value, []
        for name, bits in self.names.items():
            if bits and rest & bits == bits:
                found.append(name)
                rest &= ~bits
        if not found:
            return f"{rest:#x} /* {self.unknown} */" if self.unknown else f"{rest:#x}"
        if rest:
            found.append(f"{rest:#x}")
        return "|".join(found)


class Constants:
    """Numbers of which exactly one is meant."""

    def __init__(self, unknown: str, names: Mapping[str, int]) -> None:
        self.unknown = unknown
        self.names = dict(names)
        self._by_value = {value: name for name, value in reversed(self.names.items())}

    def show(self, value: int) -> str:
        """Return the name, or the number in hex with `unknown` behind it in a comment."""
        return self._by_value.get(value) or f"{value:#x} /* {self.unknown} */"

    def name(self, value: int) -> str | None:
        return self._by_value.get(value)
