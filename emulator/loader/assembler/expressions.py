"""Expressions as GNU as parses them: a tree with columns, its operators in GNU's own order of precedence.

The same parser reads directives' arguments and instructions' operands; only the latter may hold registers, brackets,
`offset` and sizes, which `operands` takes apart. Depth is bounded, so no text can exhaust the stack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from emulator.loader.assembler import limits
from emulator.loader.assembler.diagnostics import Fault
from emulator.loader.assembler.lexer import Token
from emulator.loader.assembler.names import REGISTERS, SIZES

Op = Literal[
    "number", "name", "local", "here", "register", "float",
    "neg", "not", "lnot",
    "*", "/", "%", "<<", ">>", "|", "&", "^", "!", "+", "-",
    "==", "!=", "<", "<=", ">", ">=", "&&", "||",
    "index", ":", "offset", "size", "short",
]  # fmt: skip


@dataclass(slots=True)
class Node:
    op: Op
    start: int
    end: int
    value: int = 0
    name: str = ""
    left: Node | None = None
    right: Node | None = None


_RANK: dict[str, int] = {
    "||": 2, "&&": 3,
    "==": 4, "=": 4, "!=": 4, "<>": 4, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5,
    "|": 7, "&": 7, "^": 7, "!": 7,
    "*": 8, "/": 8, "%": 8, "<<": 8, ">>": 8,
    ":": 10,
}  # fmt: skip
_WORD_OPERATORS = {
    "and": "&", "or": "|", "xor": "^", "mod": "%", "shl": "<<", "shr": ">>",
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip
_SAME = {"=": "==", "<>": "!="}
_TIGHT = 9


class Parser:
    """Reads one statement's tokens from a position on. Raises Fault with what was expected."""

    def __init__(self, tokens: list[Token], position: int = 0, end_column: int = 0, *, operand: bool = False) -> None:
        self.tokens = tokens
        self.position = position
        self.end_column = end_column
        self._operand = operand
        self._depth = 0

    def peek(self) -> Token | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def at(self, text: str) -> bool:
        token = self.peek()
        return token is not None and token.kind == "punct" and token.text == text

    def take(self, text: str) -> bool:
        if self.at(text):
            self.position += 1
            return True
        return False

    def expected(self, what: str) -> Fault:
        token = self.peek()
        if token is None:
            return Fault(f"{what} expected, but the statement ends here", self.end_column, self.end_column + 1)
        return Fault(f"{what} expected, not `{token.text}`", token.start, token.end)

    def expression(self, rank: int = 0) -> Node:
        """Parse operators that bind tighter than `rank`."""
        self._depth += 1
        if self._depth > limits.EXPRESSION_DEPTH:
            token = self.peek()
            at = token.start if token else self.end_column
            raise Fault(f"this expression is nested too deeply: at most {limits.EXPRESSION_DEPTH} levels are read", at, at + 1)
        left = self._unary()
        while True:
            token = self.peek()
            if token is None:
                break
            text = token.text
            if self._operand and token.kind == "punct" and text == "[" and rank < 1:
                self.position += 1
                inner = self.expression()
                left = Node("index", left.start, self._close("]", token), left=left, right=inner)
                continue
            op = self._operator(token)
            if op is None or _RANK[op] <= rank:
                break
            self.position += 1
            right = self.expression(_RANK[op])
            left = Node(_SAME.get(op, op), left.start, right.end, left=left, right=right)  # type: ignore[arg-type]
        self._depth -= 1
        return left

    def _operator(self, token: Token) -> str | None:
        if token.kind == "punct":
            if token.text == ":" and not self._operand:
                return None
            return token.text if token.text in _RANK else None
        if token.kind == "name" and self._operand:
            return _WORD_OPERATORS.get(token.text.lower())
        return None

    def _close(self, bracket: str, opened: Token) -> int:
        token = self.peek()
        if token is None or token.text != bracket:
            fault = self.expected(f"`{bracket}`")
            if token is None:
                fault.message = f"`{opened.text}` is never closed: `{bracket}` expected"
                fault.start, fault.end = opened.start, opened.end
            raise fault
        self.position += 1
        return token.end

    def _unary(self) -> Node:
        token = self.peek()
        if token is None:
            raise self.expected("a value")
        self.position += 1
        kind, text = token.kind, token.text
        if kind in {"number", "char"}:
            return Node("number", token.start, token.end, token.value)
        if kind == "name":
            return self._name(token)
        if kind == "local":
            return Node("local", token.start, token.end, name=text)
        if kind == "float":
            return Node("float", token.start, token.end, name=text)
        if kind == "punct":
            if text in {"-", "~", "!", "+"}:
                return self._sign(token)
            if text == "(":
                inner = self.expression()
                inner.end = self._close(")", token)
                inner.start = token.start
                return inner
            if text == "[" and self._operand:
                inner = self.expression()
                return Node("index", token.start, self._close("]", token), right=inner)
        self.position -= 1
        if kind == "string":
            raise Fault("a number is expected here; text belongs into .ascii or .asciz", token.start, token.end)
        raise self.expected("a value")

    def _sign(self, token: Token) -> Node:
        self._depth += 1
        if self._depth > limits.EXPRESSION_DEPTH:
            raise Fault(f"this expression is nested too deeply: at most {limits.EXPRESSION_DEPTH} levels are read", token.start, token.end)
        inner = self._unary()
        self._depth -= 1
        if token.text == "+":
            return inner
        if token.text == "-" and inner.op == "number":
            return Node("number", token.start, inner.end, -inner.value)
        op: Op = "neg" if token.text == "-" else "not" if token.text == "~" else "lnot"
        return Node(op, token.start, inner.end, left=inner)

    def _name(self, token: Token) -> Node:
        text = token.text
        lowered = text.lower()
        start, end = token.start, token.end
        if text in {".", "$"}:
            return Node("here", start, end)
        if lowered in REGISTERS:
            if lowered == "st" and self.at("(") and self._operand:
                return self._stack_register(token)
            return Node("register", start, end, name="st(0)" if lowered == "st" else lowered)
        if not self._operand:
            return Node("name", start, end, name=text)
        if lowered == "offset":
            inner = self.expression(_TIGHT)
            return Node("offset", start, inner.end, left=inner)
        if lowered == "short":
            inner = self.expression(_TIGHT)
            return Node("short", start, inner.end, left=inner)
        if lowered == "not":
            inner = self.expression(_TIGHT)
            return Node("not", start, inner.end, left=inner)
        if lowered == "rel" and (following := self.peek()) is not None and following.kind == "name":
            raise Fault(f"`rel` is NASM's; GNU as writes [rip+{following.text}]", start, following.end, f"rip+{following.text}")
        if lowered in SIZES:
            following = self.peek()
            if following is not None and following.text.lower() == "ptr":
                self.position += 1
                inner = self.expression(_TIGHT)
                return Node("size", start, inner.end, value=SIZES[lowered], name=lowered, left=inner)
            if following is not None and (following.kind in {"name", "number"} or following.text == "["):
                raise Fault(f"`{text}` is a size, not a name: `{lowered} ptr` expected", start, end, f"{lowered} ptr")
        return Node("name", start, end, name=text)

    def _stack_register(self, token: Token) -> Node:
        opened = self.tokens[self.position]
        self.position += 1
        number = self.peek()
        if number is None or number.kind != "number" or not 0 <= number.value <= 7:
            raise self.expected("the number of an FPU register, 0 to 7,")
        self.position += 1
        return Node("register", token.start, self._close(")", opened), name=f"st({number.value})")
