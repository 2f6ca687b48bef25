"""The names of one assembly: what the text defines, its numeric labels, and the constants that come with the system."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from emulator.loader.assembler.diagnostics import Fault, nearest
from emulator.loader.assembler.layout import Place
from emulator.loader.assembler.lexer import Line, Token
from emulator.loader.assembler.names import REGISTERS
from emulator.loader.assembler.predefined import CONSTANTS
from emulator.loader.assembler.source import defined_names
from emulator.loader.assembler.values import Symbol, Value

_NAMES: Final = re.compile(r"[A-Za-z_.$][\w.$]*")


class SymbolTable:
    """Looks names up and defines them."""

    def __init__(self, lines: list[Line]) -> None:
        self.named: dict[str, Symbol] = {}
        self._lines = lines
        self._declared = defined_names(lines)
        self._mentioned: Counter[str] | None = None
        self._numeric: dict[int, Symbol] = {}
        self._numeric_next: dict[int, Symbol] = {}
        self._used_predefined: set[str] = set()

    def get(self, name: str) -> Symbol:
        """Return the symbol of that name, made undefined if it is new."""
        found = self.named.get(name)
        if found is None:
            found = self.named[name] = Symbol(name)
        return found

    def get_or_constant(self, name: str) -> Symbol:
        """Look a name up; one the text defines nowhere may be a predefined constant (SYS_write)."""
        found = self.named.get(name)
        if (found is None or not found.defined) and name in CONSTANTS and name not in self._declared:
            self._used_predefined.add(name)
            return Symbol(name, value=Value(CONSTANTS[name]), line=-1)
        return found if found is not None else self.get(name)

    def numeric(self, name: str) -> Symbol:
        """Return what `1b` or `1f` stands for here."""
        number = int(name[:-1])
        if name.endswith("b"):
            found = self._numeric.get(number)
            if found is None:
                raise Fault(f"there is no label `{number}:` before this line")
            return found
        return self._numeric_next.setdefault(number, Symbol(name))

    def define_numeric(self, number: int, place: Place, line: int) -> None:
        symbol = self._numeric_next.pop(number, None) or Symbol(f"{number}:")
        symbol.place, symbol.line = place, line
        self._numeric[number] = symbol

    def new(self, token: Token) -> Symbol:
        """Return the symbol to define by that name. Raises Fault if it is defined already."""
        symbol = self.get(token.text)
        if symbol.defined:
            raise Fault(f"`{token.text}` is already defined on line {symbol.line}", token.start, token.end)
        if token.text in self._used_predefined:
            raise Fault(f"`{token.text}` was used above as the predefined constant; define it before its first use", token.start, token.end)
        return symbol

    def undefined(self) -> Iterator[Symbol]:
        """Go over what is used and defined nowhere."""
        for symbol in (*self.named.values(), *self._numeric_next.values()):
            if not symbol.defined and symbol.first_use is not None:
                yield symbol

    def defines(self, name: str) -> bool:
        """Say whether the text defines a name, here or later."""
        return name in self._declared or (name in self.named and self.named[name].defined)

    def mentions(self, name: str) -> bool:
        """Say whether the text uses a name in more than one place."""
        if self._mentioned is None:
            self._mentioned = Counter(word for line in self._lines for word in _NAMES.findall(line.text))
        return self._mentioned[name] > 1

    def near(self, name: str) -> str:
        """Return the nearest name that is defined, or register."""
        return nearest(name, [s for s, v in self.named.items() if v.defined and s != name] + list(CONSTANTS) + sorted(REGISTERS))
