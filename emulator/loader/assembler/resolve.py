"""What values are worth once fragments have addresses."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.loader.assembler import limits
from emulator.loader.assembler.diagnostics import Fault
from emulator.loader.assembler.expressions import Node
from emulator.loader.assembler.layout import Section
from emulator.loader.assembler.values import COMPARE, Symbol, Value, arithmetic, signed, unary


@dataclass(slots=True, frozen=True)
class Final:
    """A value after layout: an offset into a section, or an absolute number (section None)."""

    section: Section | None
    number: int

    @property
    def absolute(self) -> int:
        """The number after linking."""
        return self.number + (self.section.address if self.section is not None else 0)


class Resolver:
    """Resolves values against one state of the layout; each shared part once, and never deeper than the stack allows."""

    def __init__(self) -> None:
        self._known: dict[Value, Final] = {}
        self._open: set[Symbol] = set()
        self._depth = 0

    def resolve(self, value: Value) -> Final:
        """Return the worth of a value. Raises Fault if it has none: undefined, circular, two addresses added."""
        if value.constant:
            return Final(None, value.number)
        found = self._known.get(value)
        if found is not None:
            return found
        self._depth += 1
        if self._depth > limits.SYMBOL_CHAIN:
            self._depth = 0
            raise Fault("too many symbols hang on one another here", value.start, value.end)
        found = self._operation(value) if value.op else self._sum(value)
        self._depth -= 1
        self._known[value] = found
        return found

    def symbol(self, symbol: Symbol, value: Value | None = None) -> Final:
        """Return a symbol's place or worth. Raises Fault for an undefined one and for one defined by itself."""
        if symbol.place is not None:
            return Final(symbol.place.section, symbol.place.address)
        start, end = (value.start, value.end) if value is not None else (-1, -1)
        if symbol.value is None:
            raise Fault(f"`{symbol.name}` is not defined", start, end)
        if symbol in self._open:
            raise Fault(f"`{symbol.name}` is defined by itself", start, end)
        self._open.add(symbol)
        try:
            return self.resolve(symbol.value)
        finally:
            self._open.discard(symbol)

    def _sum(self, value: Value) -> Final:
        total = Final(None, value.number)
        if value.add is not None:
            total = _plus(total, self.symbol(value.add, value), value)
        if value.sub is not None:
            total = _minus(total, self.symbol(value.sub, value), value)
        return total

    def _operation(self, value: Value) -> Final:
        assert value.left is not None
        left = self.resolve(value.left)
        node = Node("number", value.start, value.end)
        if value.right is None:
            if left.section is not None:
                raise Fault("an address can't be negated or complemented", value.start, value.end)
            return Final(None, unary(value.op, Value(left.number), node).number)
        right = self.resolve(value.right)
        if value.op == "+":
            return _plus(left, right, value)
        if value.op == "-":
            return _minus(left, right, value)
        if left.section is not right.section or (left.section is not None and value.op not in COMPARE):
            raise Fault(f"`{value.op}` needs numbers, not addresses", value.start, value.end)
        return Final(None, arithmetic(value.op, left.number, right.number, node))


def _plus(a: Final, b: Final, value: Value) -> Final:
    if a.section is not None and b.section is not None:
        raise Fault("two addresses can't be added", value.start, value.end)
    return Final(a.section or b.section, signed(a.number + b.number))


def _minus(a: Final, b: Final, value: Value) -> Final:
    if b.section is None:
        return Final(a.section, signed(a.number - b.number))
    if a.section is not b.section:
        raise Fault("the distance between places of two sections is not known to an assembler", value.start, value.end)
    return Final(None, signed(a.number - b.number))
