"""What an expression is worth: a number at once, or something that only the finished layout can tell.

Values are bound when a statement is read, as GNU as does: a symbol set by `=` counts with the value it has there, and two
places of one section are a known distance apart if nothing between them can still change its size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from emulator.loader.assembler import limits
from emulator.loader.assembler.diagnostics import Fault, Span
from emulator.loader.assembler.expressions import Node
from emulator.loader.assembler.layout import Place

_MASK = (1 << 64) - 1


def signed(value: int) -> int:
    """Return `value` as GNU as computes: 64 bits, two's complement."""
    value &= _MASK
    return value - (1 << 64) if value >> 63 else value


@dataclass(slots=True, eq=False)
class Symbol:
    """A name: a place (label), a value (`=`), or nothing yet. `line` is where it was defined, 0 if it was not."""

    name: str
    place: Place | None = None
    value: Value | None = None
    line: int = 0
    exported: bool = False
    first_use: Span | None = None

    @property
    def defined(self) -> bool:
        return self.place is not None or self.value is not None


@dataclass(slots=True, eq=False)
class Value:
    """`number` plus `add` minus `sub`; or, with `op`, an operation on values that must wait."""

    number: int = 0
    add: Symbol | None = None
    sub: Symbol | None = None
    op: str = ""
    left: Value | None = None
    right: Value | None = None
    depth: int = 0
    start: int = -1
    end: int = -1

    @property
    def constant(self) -> bool:
        return self.add is None and self.sub is None and not self.op

    @property
    def plain(self) -> bool:
        """A place plus a number: what GNU as calls O_symbol."""
        return self.add is not None and self.sub is None and not self.op


@dataclass(slots=True)
class Scope:
    """Where names are looked up while a statement is read."""

    lookup: Callable[[str], Symbol]
    """By name, creating an undefined symbol."""
    local: Callable[[str], Symbol]
    """A numeric label, `1b` or `1f`."""
    here: Callable[[], Place]
    span: Callable[[int, int], Span] = lambda start, end: (0, start + 1, end + 1)
    """From columns of the statement being read to a place in the text."""


def bind(node: Node, scope: Scope) -> Value:
    """Turn a parsed expression into a value. Raises Fault where it makes no sense whatever the layout."""
    op = node.op
    if op == "number":
        if not -(1 << 64) < node.value < 1 << 64:
            raise Fault("this number does not fit into 64 bits", node.start, node.end)
        return Value(node.value if node.value >= 0 else signed(node.value), start=node.start, end=node.end)
    if op == "name":
        return _symbol(scope.lookup(node.name), node, scope)
    if op == "here":
        return Value(add=Symbol(".", place=scope.here()), start=node.start, end=node.end)
    if op == "local":
        return _symbol(scope.local(node.name), node, scope)
    if op in {"neg", "not", "lnot"}:
        assert node.left is not None
        inner = bind(node.left, scope)
        return unary(op, inner, node)
    if op == "register":
        raise Fault(f"`{node.name}` is a register; a number or a symbol is expected here", node.start, node.end)
    if op == "float":
        raise Fault("a whole number is expected here", node.start, node.end)
    if node.left is not None and node.right is not None and op not in {"index", ":"}:
        return combine(op, bind(node.left, scope), bind(node.right, scope), node)
    raise Fault("a number or a symbol is expected here", node.start, node.end)


def _symbol(symbol: Symbol, node: Node, scope: Scope) -> Value:
    if symbol.value is not None and symbol.line:
        value = symbol.value
        return Value(value.number, value.add, value.sub, value.op, value.left, value.right, value.depth, node.start, node.end)
    if symbol.first_use is None:
        symbol.first_use = scope.span(node.start, node.end)
    return Value(add=symbol, start=node.start, end=node.end)


def unary(op: str, inner: Value, node: Node) -> Value:
    if inner.constant:
        number = -inner.number if op == "neg" else ~inner.number if op == "not" else int(not inner.number)
        return Value(signed(number), start=node.start, end=node.end)
    if op == "neg" and not inner.op and (inner.sub is None or inner.add is None):
        return Value(signed(-inner.number), inner.sub, inner.add, start=node.start, end=node.end)
    return _deferred(op, inner, None, node)


def combine(op: str, left: Value, right: Value, node: Node) -> Value:
    """Apply a binary operator; fold what is known."""
    if left.constant and right.constant:
        return Value(arithmetic(op, left.number, right.number, node), start=node.start, end=node.end)
    if op in {"+", "-"} and not left.op and not right.op:
        folded = _linear(left, right, minus=op == "-")
        if folded is not None:
            folded.start, folded.end = node.start, node.end
            return folded
    return _deferred(op, left, right, node)


def _linear(left: Value, right: Value, *, minus: bool) -> Value | None:
    number = left.number + (-right.number if minus else right.number)
    adds = [s for s in (left.add, right.sub if minus else right.add) if s is not None]
    subs = [s for s in (left.sub, right.add if minus else right.sub) if s is not None]
    for add in tuple(adds):
        for sub in tuple(subs):
            distance = 0 if add is sub else _distance(add, sub)
            if distance is not None and add in adds:
                number += distance
                adds.remove(add)
                subs.remove(sub)
    if len(adds) > 1 or len(subs) > 1:
        return None
    return Value(signed(number), adds[0] if adds else None, subs[0] if subs else None)


def _distance(add: Symbol, sub: Symbol) -> int | None:
    a, b = add.place, sub.place
    if a is None or b is None or a.section is not b.section or a.fragment is not b.fragment:
        return None
    return a.offset - b.offset


def _deferred(op: str, left: Value, right: Value | None, node: Node) -> Value:
    depth = 1 + max(left.depth, right.depth if right else 0)
    if depth > limits.SYMBOL_CHAIN:
        raise Fault("too many values hang on one another here", node.start, node.end)
    return Value(op=op, left=left, right=right, depth=depth, start=node.start, end=node.end)


def arithmetic(op: str, a: int, b: int, node: Node) -> int:
    """Compute as GNU as does: 64 bits, signed; shifts to the right bring in zeros, comparisons give -1 or 0."""
    a, b = signed(a), signed(b)
    if op in {"/", "%"}:
        if b == 0:
            raise Fault("division by zero", node.start, node.end)
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        return signed(quotient if op == "/" else a - quotient * b)
    if op in {"<<", ">>"}:
        return signed(a << b if op == "<<" else (a & _MASK) >> b) if 0 <= b < 64 else 0
    if op in COMPARE:
        return -1 if COMPARE[op](a, b) else 0
    return signed(_SIMPLE[op](a, b))


COMPARE: dict[str, Callable[[int, int], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_SIMPLE: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "&&": lambda a, b: int(bool(a) and bool(b)),
    "||": lambda a, b: int(bool(a) or bool(b)),
    "|": lambda a, b: a | b,
    "&": lambda a, b: a & b,
    "^": lambda a, b: a ^ b,
    "!": lambda a, b: a | ~b,
}
