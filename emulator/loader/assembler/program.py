"""One assembly in progress: reads statements in order, fills sections and symbols."""

from __future__ import annotations

import re
from typing import Final

from emulator.abi.errors import EmulatorBug
from emulator.loader.assembler import directives, instructions, limits, sections
from emulator.loader.assembler.diagnostics import Collector, Fault, Span
from emulator.loader.assembler.expressions import Node, Parser
from emulator.loader.assembler.layout import Align, Org, Place, Section
from emulator.loader.assembler.lexer import Line, Token, tokenise, unescape
from emulator.loader.assembler.mnemonics import BRANCHES, NEAR_ONLY, SHORT_ONLY
from emulator.loader.assembler.names import REGISTERS
from emulator.loader.assembler.operands import Operand
from emulator.loader.assembler.source import Source
from emulator.loader.assembler.symbols import SymbolTable
from emulator.loader.assembler.values import Scope, Symbol, bind

_NASM_DATA: Final = re.compile(r"\s*[\w.$]+:?\s+(?:d[bwdq]|equ)\s", re.IGNORECASE)


class Program:
    """The state of one assembly: sections, symbols, and what is wrong so far."""

    def __init__(self, lines: list[Line]) -> None:
        self.problems = Collector()
        self.sections: dict[str, Section] = {}
        self.symbols = SymbolTable(lines)
        self.early_uses: list[tuple[Span, Symbol]] = []
        """Bare names taken for memory before anything had defined them."""
        self.source = Source(lines, self)
        self._previous = self.section = self._section(".text")
        self._stack: list[tuple[Section, Section]] = []
        self._reserved = 0
        self._nasm_habits = any(_NASM_DATA.match(line.text) for line in lines)
        self._commons: dict[str, tuple[Symbol, int, int, Line]] = {}
        self._line = Line("", 0)
        self.marks: list[tuple[Place, Place, int]] = []
        """Where each statement's bytes lie: from, to, line."""
        self.scope = Scope(self.symbols.get_or_constant, self.symbols.numeric, self._here)

    # ---- what is wrong

    def span(self, start: int, end: int) -> Span:
        if self._line.expanded:
            return (self._line.number, 1, 0)
        return (self._line.number, start + 1, end + 1)

    def at(self, line: Line) -> None:
        """Set the line that faults are reported for."""
        self._line = line
        self.scope.span = self.span

    def fault(self, fault: Fault) -> None:
        self._report(fault, warning=False)

    def warn(self, fault: Fault) -> None:
        self._report(fault, warning=True)

    def _report(self, fault: Fault, *, warning: bool) -> None:
        start = max(fault.start, 0)
        message = fault.message
        if self._line.expanded:
            message += f" (in the expansion: `{self._line.text.strip()[:60]}`)"
        self.problems.add(self.span(start, max(fault.end, start + 1)), message, fault.suggestion, warning=warning)

    def _here(self) -> Place:
        return self.section.here()

    # ---- reading

    def read(self) -> None:
        """Read the whole text."""
        statements = 0
        while (line := self.source.next()) is not None:
            self.at(line)
            statements += 1
            if statements > limits.STATEMENTS:
                self.fault(Fault(f"the program is too long: at most {limits.STATEMENTS:,} statements are read, expansions included"))
                return
            try:
                tokens = tokenise(line.text)
                if tokens:
                    self._statement(tokens, len(line.text.rstrip()))
            except Fault as fault:
                self.fault(fault)
            except EmulatorBug as bug:
                self.fault(Fault(f"the assembler can't encode this, which is a bug of ours: {bug}"))
        self.source.finish()
        self.place_commons()

    def _statement(self, tokens: list[Token], end: int) -> None:
        position = self._labels(tokens)
        if position == len(tokens):
            return
        word = tokens[position]
        lowered = word.text.lower()
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        if word.kind == "name" and following is not None and (following.text in {"=", "=="} or following.text.lower() == "equ"):
            parser = Parser(tokens, position + 2, end)
            node = parser.expression()
            self._at_end(parser)
            self.assign(word, node, once=following.text == "==")
            return
        before = self.section.here()
        if word.kind == "name" and (lowered in directives.HANDLERS or lowered.startswith(".") or lowered in directives.REFUSED):
            self._directive(tokens, position, end)
        elif following is not None and following.text.lower() in {"db", "dw", "dd", "dq"} and word.kind == "name":
            self._define_label(word)
            self._directive(tokens, position + 1, end)
        else:
            self._instruction(tokens, position, end)
        after = self.section.here()
        if after.section is before.section and (after.fragment is not before.fragment or after.offset != before.offset):
            self.marks.append((before, after, self._line.number))

    def _labels(self, tokens: list[Token]) -> int:
        position = 0
        while position + 1 < len(tokens) and tokens[position + 1].text == ":":
            token = tokens[position]
            if token.kind == "name" and not (token.text.lower() in REGISTERS and position + 2 < len(tokens)):
                self._define_label(token)
            elif token.kind == "number" and token.text.isdecimal():
                self.symbols.define_numeric(int(token.text), self.section.here(), self._line.number)
            elif token.kind in {"name", "number"}:
                raise Fault(f"`{token.text}` can't be a label", token.start, token.end)
            else:
                break
            position += 2
        return position

    def _at_end(self, parser: Parser) -> None:
        if parser.peek() is not None:
            raise parser.expected("`,` or the end of the statement")

    def _directive(self, tokens: list[Token], position: int, end: int) -> None:
        word = tokens[position]
        name = word.text.lower()
        parser = Parser(tokens, position + 1, end)
        if name in directives.SECTION_WORDS:
            self._switch(name, parser)
        elif name == ".end":
            self.source.stop()
            return
        elif name in directives.HANDLERS and name not in directives.REFUSED:
            directives.HANDLERS[name](self, parser, word)
        else:
            raise directives.unknown(word)
        self._at_end(parser)

    def _instruction(self, tokens: list[Token], position: int, end: int) -> None:
        section = self.writable(tokens[position])
        name, prefixes, operands = instructions.read(tokens, position, end, self.scope)
        word = tokens[position + len(prefixes)] if name else tokens[position]
        self._look_at_bare_names(name, operands)
        code = instructions.assemble(name, prefixes, operands, (word.start, word.end))
        instructions.place(code, section, self.span(tokens[position].start, tokens[-1].end), expanded=self._line.expanded)

    def _look_at_bare_names(self, mnemonic: str, operands: list[Operand]) -> None:
        """A bare name that is no number yet is the memory there. In NASM it is the address: say so to who writes NASM's data words."""
        if mnemonic in BRANCHES or mnemonic in NEAR_ONLY or mnemonic in SHORT_ONLY:
            return
        for operand in operands:
            symbol = operand.value.add
            if operand.kind != "memory" or symbol is None or operand.bracketed or operand.bits or operand.segment or operand.base:
                continue
            if self._nasm_habits:
                self.warn(Fault("this reads memory, as in GNU as; `offset` gives the address", operand.start, operand.end, "offset "))
            elif not symbol.defined:
                self.early_uses.append((self.span(operand.start, operand.end), symbol))

    # ---- symbols

    def _define_label(self, token: Token) -> None:
        symbol = self.symbols.new(token)
        symbol.place, symbol.line = self.section.here(), self._line.number

    def assign(self, token: Token, node: Node, *, once: bool) -> None:
        """NAME = EXPRESSION. `. = EXPRESSION` moves on in the section."""
        if token.text == ".":
            self.section.close_with(Org(bind(node, self.scope), 0, self.span(token.start, token.end)))
            return
        if token.text.lower() in REGISTERS or token.text == "$":
            raise Fault(f"`{token.text}` can't be given a value", token.start, token.end)
        value = bind(node, self.scope)
        known = self.symbols.named.get(token.text)
        symbol = known if known is not None and known.value is not None and not once else self.symbols.new(token)
        symbol.value, symbol.line = value, self._line.number

    def common(self, token: Token, size: int, alignment: int) -> None:
        """Ask for room for NAME, to be given once .bss is complete."""
        symbol = self.symbols.new(token)
        if token.text in self._commons:
            raise Fault(f"`{token.text}` is already defined", token.start, token.end)
        self._commons[token.text] = (symbol, size, alignment, self._line)

    def place_commons(self) -> None:
        """Give the room that .comm and .lcomm asked for."""
        for symbol, size, alignment, line in self._commons.values():
            self.at(line)
            if symbol.defined or self.reserve(size):
                self.fault(Fault(f"there is no room for `{symbol.name}`, or it is defined elsewhere"))
                continue
            bss = self._section(".bss")
            bss.alignment = max(bss.alignment, alignment)
            bss.close_with(Align(alignment, None, 0, self.span(0, len(line.text))))
            symbol.place, symbol.line = bss.here(), line.number
            bss.current.reserved += size

    # ---- what directives need

    def constant(self, parser: Parser, what: str) -> int:
        node = parser.expression()
        value = bind(node, self.scope)
        if not value.constant:
            raise Fault(f"{what} must be a number known here", node.start, node.end)
        return value.number

    def text(self, token: Token) -> bytes:
        data, strange = unescape(token)
        for at, escape in strange:
            self.warn(Fault(f"unknown escape `\\{escape}`: GNU as writes `{escape}`", at, at + 2, f"\\\\{escape}"))
        return data

    def reserve(self, size: int) -> bool:
        """Count `size` bytes of output; True if that is too much."""
        self._reserved += size
        return self._reserved > limits.OUTPUT_BYTES

    def writable(self, word: Token) -> Section:
        if not self.section.content:
            raise Fault(
                f"`{word.text}` puts bytes into {self.section.name}, which has none; only .skip and .zero go here", word.start, word.end
            )
        return self.section

    # ---- sections

    def _section(self, name: str, flags: str | None = None, *, content: bool | None = None) -> Section:
        section = self.sections.get(name)
        if section is None:
            if len(self.sections) >= limits.SECTIONS:
                raise Fault(f"too many sections: at most {limits.SECTIONS}")
            section = self.sections[name] = sections.make(name, flags, content=content)
        return section

    def _switch(self, name: str, parser: Parser) -> None:
        if name == ".previous":
            self.section, self._previous = self._previous, self.section
            return
        if name == ".popsection":
            if not self._stack:
                raise Fault("there is no .pushsection to return from", parser.tokens[parser.position - 1].start, parser.end_column)
            self.section, self._previous = self._stack.pop()
            return
        if name in {".section", ".pushsection"}:
            named = sections.read(parser)
            sections.check(self.sections.get(named.name), named)
            target = self._section(named.name, named.flags, content=named.content)
        else:
            target = self._section(name)
            if parser.peek() is not None and self.constant(parser, "the subsection") != 0:
                raise Fault("subsections are not made here", parser.tokens[0].start, parser.end_column)
        if name == ".pushsection":
            if len(self._stack) >= limits.EXPANSION_DEPTH:
                raise Fault("too many .pushsection inside one another", parser.tokens[0].start, parser.end_column)
            self._stack.append((self.section, self._previous))
        self._previous, self.section = self.section, target
