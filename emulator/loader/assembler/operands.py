"""An instruction's operands: register, immediate or memory, told apart as GNU as does in Intel syntax.

The rule that surprises: a bare symbol is *memory* if it names a place (or nothing yet), and a number if it was given a
number before (`=`, .equ). `offset` makes the address itself the operand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from emulator.loader.assembler.diagnostics import Fault
from emulator.loader.assembler.expressions import Node
from emulator.loader.assembler.names import BITS, CLASS, SIZE_NAMES
from emulator.loader.assembler.values import Scope, Value, bind, combine


@dataclass(slots=True)
class Operand:
    kind: Literal["register", "immediate", "memory"]
    start: int
    end: int
    register: str = ""
    value: Value = field(default_factory=Value)
    """The immediate, or the displacement."""
    base: str = ""
    index: str = ""
    scale: int = 1
    segment: str = ""
    bits: int = 0
    """Of a memory operand: its size as written with `ptr`, 0 = not written. -1 near, -2 far."""
    bracketed: bool = False
    short: bool = False
    size_word: str = ""

    def described(self) -> str:
        """Return the operand in words, for a message."""
        if self.kind == "register":
            kind = CLASS[self.register]
            return f"{self.register} ({BITS[self.register]} bits)" if kind == "gpr" else f"{self.register} ({kind} register)"
        if self.kind == "immediate":
            return "a number"
        return f"{SIZE_NAMES[self.bits]} memory" if self.bits in SIZE_NAMES else "memory"


@dataclass(slots=True)
class _Parts:
    register: Node | None = None
    base: str = ""
    index: str = ""
    scale: int = 1
    segment: str = ""
    bits: int = 0
    size_word: str = ""
    sized_number: bool = False
    memory: bool = False
    bracketed: bool = False
    offset: bool = False
    short: bool = False


_ZERO = Value(0)


class OperandReader:
    """Takes one operand's expression apart."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._parts = _Parts()
        self._brackets = 0
        self._offsets = 0

    def read(self, node: Node, *, bracketed: bool) -> Operand:
        """Return the operand. `bracketed`: its text ends with `]`, which makes even a number an address."""
        parts = self._parts
        value = self._walk(node)
        if parts.register is not None:
            if node.op != "register":
                at = parts.register
                raise Fault(f"register `{at.name}` can't be part of a number; write it alone or in brackets", at.start, at.end)
            return Operand("register", node.start, node.end, register=parts.register.name)
        symbolic = value.plain and not parts.offset
        if bracketed and not parts.offset:
            parts.memory = True
        memory = bool(parts.memory or parts.base or parts.index or parts.segment or symbolic)
        operand = Operand("memory" if memory else "immediate", node.start, node.end, value=value)
        operand.base, operand.index, operand.scale = parts.base, parts.index, parts.scale
        operand.segment, operand.bits, operand.size_word = parts.segment, parts.bits, parts.size_word
        operand.bracketed, operand.short = parts.bracketed or bracketed, parts.short
        if memory:
            self._check(operand)
        self._refuse_riddles(node, operand, bracketed=bracketed)
        return operand

    def _refuse_riddles(self, node: Node, operand: Operand, *, bracketed: bool) -> None:
        """Raise Fault for spellings that GNU as takes for something else than they seem to say."""
        parts = self._parts
        at = (node.start, node.end)
        if parts.offset and parts.bracketed:
            raise Fault("`offset` is an address as a number, brackets are memory: only one of them can be meant", *at)
        if (parts.bits > 0 and operand.kind == "immediate") or (parts.sized_number and not (parts.bracketed or parts.segment)):
            raise Fault(f"`{parts.size_word} ptr` belongs to memory, which needs brackets around a number", *at)
        if parts.bracketed and not bracketed and not (operand.base or operand.index or operand.segment):
            shifted = node.op in {"+", "-"} and node.left is not None and node.left.op == "index" and operand.value.plain
            if not (shifted and node.left is not None and node.left.left is None and node.right is not None and node.right.op == "number"):
                raise Fault("write the whole address in one pair of brackets", *at)

    def _walk(self, node: Node) -> Value:
        """Return the displacement; registers, sizes and segments go to the parts."""
        op, parts = node.op, self._parts
        if op == "register":
            return self._register(node, scale=None)
        if op == "index":
            outside = self._walk(node.left) if node.left is not None else _ZERO
            assert node.right is not None
            parts.bracketed = True
            self._brackets += not self._offsets
            inside = self._walk(node.right)
            self._brackets -= not self._offsets
            if not self._offsets and inside.plain:
                parts.memory = True
            return combine("+", outside, inside, node)
        if op == "size":
            assert node.left is not None
            if parts.bits:
                raise Fault("one size is enough", node.start, node.end)
            parts.bits, parts.size_word = node.value, node.name
            if node.left.op == "register":
                raise Fault(f"`{node.name} ptr` belongs to memory; a register has its own size", node.start, node.end, node.left.name)
            value = self._walk(node.left)
            parts.sized_number = node.value > 0 and value.constant
            return value
        if op == "short":
            assert node.left is not None
            parts.short = True
            return self._walk(node.left)
        if op == "offset":
            assert node.left is not None
            parts.offset = True
            self._offsets += 1
            value = self._walk(node.left)
            self._offsets -= 1
            return value
        if op == ":":
            return self._segment(node)
        if op == "*" and self._brackets and not self._offsets:
            return self._product(node)
        if op in {"+", "-"}:
            assert node.left is not None
            assert node.right is not None
            left = self._walk(node.left)
            if op == "-":
                _no_register(node.right, "subtracted")
            return combine(op, left, self._walk(node.right), node)
        for child in (node.left, node.right):
            if child is not None:
                _no_register(child, "used with this operator")
        return bind(node, self._scope)

    def _register(self, node: Node, scale: int | None) -> Value:
        parts = self._parts
        name = node.name
        if self._offsets:
            raise Fault("`offset` takes a symbol, not a register", node.start, node.end)
        if not self._brackets:
            if parts.register is not None:
                raise Fault("two registers can only be added inside brackets", node.start, node.end)
            parts.register = node
            return _ZERO
        if CLASS[name] not in {"gpr", "ip"} or BITS[name] < 32:
            raise Fault(f"`{name}` can't hold an address; a 64-bit register is expected in brackets", node.start, node.end)
        if scale is None and not parts.base:
            parts.base = name
        elif not parts.index:
            if scale is None and name in {"rsp", "esp"}:
                parts.index, parts.base = parts.base, name
            else:
                parts.index, parts.scale = name, scale or 1
        else:
            raise Fault("an address holds two registers at most: a base and an index", node.start, node.end)
        return _ZERO

    def _product(self, node: Node) -> Value:
        left, right = node.left, node.right
        assert left is not None
        assert right is not None
        register, factor = (left, right) if _has_register(left) else (right, left)
        if not _has_register(register):
            return bind(node, self._scope)
        scale = bind(factor, self._scope)
        if register.op == "*":
            inner_left, inner_right = register.left, register.right
            assert inner_left is not None
            assert inner_right is not None
            register, again = (inner_left, inner_right) if inner_left.op == "register" else (inner_right, inner_left)
            scale = combine("*", scale, bind(again, self._scope), node)
        if register.op != "register":
            raise Fault("only a register can be scaled", node.start, node.end)
        if not scale.constant or scale.number not in {1, 2, 4, 8}:
            raise Fault("an index is scaled by 1, 2, 4 or 8", factor.start, factor.end)
        return self._register(register, scale.number)

    def _segment(self, node: Node) -> Value:
        left, right = node.left, node.right
        assert left is not None
        assert right is not None
        if left.op != "register" or CLASS[left.name] != "segment":
            raise Fault("a segment register is expected before `:`", left.start, left.end)
        if self._parts.segment:
            raise Fault("one segment is enough", left.start, left.end)
        if right.op == "register" and not self._brackets:
            raise Fault(f"brackets expected: {left.name}:[{right.name}]", right.start, right.end, f"[{right.name}]")
        self._parts.segment = left.name
        return self._walk(right)

    def _check(self, operand: Operand) -> None:
        base, index = operand.base, operand.index
        span = (operand.start, operand.end)
        if index in {"rsp", "esp"}:
            raise Fault(f"`{index}` can't be an index", *span)
        if "rip" in {base, index} or "eip" in {base, index}:
            if base and index:
                raise Fault("`rip` stands alone in an address: [rip+symbol]", *span)
            if index:
                raise Fault("`rip` can't be scaled", *span)
        if base and index and BITS[base] != BITS[index]:
            raise Fault(f"`{base}` and `{index}` differ in size", *span)


def _has_register(node: Node) -> bool:
    if node.op == "register":
        return True
    return any(child is not None and _has_register(child) for child in (node.left, node.right))


def _no_register(node: Node, how: str) -> None:
    if node.op == "register":
        raise Fault(f"register `{node.name}` can't be {how} in an address", node.start, node.end)
    for child in (node.left, node.right):
        if child is not None:
            _no_register(child, how)
