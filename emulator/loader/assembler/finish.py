"""The second half of an assembly: lay the sections out, link them, fill in what hung on addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.loader.assembler.diagnostics import Fault, nearest
from emulator.loader.assembler.layout import Fixup, Jump, Section, contents, relax
from emulator.loader.assembler.link import Image
from emulator.loader.assembler.names import SIZES
from emulator.loader.assembler.resolve import Resolver
from emulator.loader.assembler.values import Value

if TYPE_CHECKING:
    from emulator.loader.assembler.program import Program


@dataclass(slots=True)
class Finished:
    elf: bytes
    entry: int
    marks: list[tuple[int, int, int]]
    symbols: dict[str, int]


def finish(program: Program) -> Finished | None:
    """Lay out and link. Returns None if the problems make that pointless; problems are reported to the program."""
    problems = program.problems
    _undefined(program)
    start = program.symbols.named.get("_start")
    if start is None or start.place is None:
        _no_start(program)
    if problems.failed:
        return None
    start_symbol = program.symbols.named["_start"]
    start_symbol.exported = True
    for section in program.sections.values():
        relax(section, _settle, problems.add)
    image = Image(program.sections.values())
    resolver = Resolver()
    for section in program.sections.values():
        section.image = contents(section)
        for fixup in [*section.fixups, *_long_jumps(section)]:
            _apply(program, resolver, section, fixup)
    if problems.failed:
        return None
    _early_uses(program)
    assert start_symbol.place is not None
    entry = start_symbol.place.section.address + start_symbol.place.address
    return Finished(image.elf(entry), entry, _marks(program), _symbol_values(program, resolver))


def _settle(value: Value) -> tuple[Section | None, int]:
    """Return what a value is worth while sizes still change."""
    final = Resolver().resolve(value)
    return final.section, final.number


def _undefined(program: Program) -> None:
    """Report each name that nothing defines, where it is used first."""
    problems = program.problems
    for symbol in program.symbols.undefined():
        assert symbol.first_use is not None
        if problems.failed_on(symbol.first_use[0]):
            continue  # a line that is wrong anyway: its words need not be symbols
        size = symbol.name.lower()
        if size in SIZES:
            problems.add(symbol.first_use, f"`{symbol.name}` is a size, not a name: `{size} ptr` expected", f"{size} ptr")
        else:
            problems.add(symbol.first_use, f"`{symbol.name}` is not defined", program.symbols.near(symbol.name))


def _early_uses(program: Program) -> None:
    """Warn of `mov edx, LEN` above `LEN = 5`: GNU as has decided for memory before it learns that LEN is a number."""
    for span, symbol in program.early_uses:
        if symbol.value is not None and _settle(symbol.value)[0] is None:
            said = f"`{symbol.name}` becomes a number only on line {symbol.line}, so this reads the memory there, as in GNU as"
            program.problems.add(span, f"{said}; define it above, or write `offset {symbol.name}`", f"offset {symbol.name}", warning=True)


def _no_start(program: Program) -> None:
    named = program.symbols.named
    near = next((n for n in ("start", "main", "_main", "Start", "_Start") if n in named and named[n].place), "")
    near = near or nearest("_start", [n for n, s in program.symbols.named.items() if s.place is not None])
    hint = f"; rename `{near}` to `_start`" if near else ""
    program.problems.add((0, 0, 0), f"there is no `_start:` label, where a program begins{hint}", "_start:")


def _long_jumps(section: Section) -> list[Fixup]:
    found = []
    for fragment in section.fragments:
        jump = fragment.tail
        if isinstance(jump, Jump):
            size = 4 if jump.long else 1
            length = len(jump.near) if jump.long else len(jump.short)
            offset = fragment.size + length - size
            found.append(Fixup(fragment, offset, size, jump.target, jump.span, relative=True, end=size, signed=True, what="jump"))
    return found


def _apply(program: Program, resolver: Resolver, section: Section, fixup: Fixup) -> None:
    """Write a value into its field; `ld` refuses what does not fit, and so do we."""
    try:
        number = _worth(resolver, section, fixup.value)
    except Fault as fault:
        program.problems.add(fixup.span, fault.message, fault.suggestion)
        return
    at = fixup.fragment.address + fixup.offset
    if fixup.relative:
        number -= section.address + at + fixup.end
    bits = fixup.size * 8
    low, high = -(1 << (bits - 1)), (1 << (bits - 1 if fixup.signed else bits)) - 1
    if bits < 64 and not low <= number <= high:
        program.problems.add(fixup.span, _too_far(fixup, number))
        return
    section.image[at : at + fixup.size] = (number & ((1 << bits) - 1)).to_bytes(fixup.size, "little")


def _worth(resolver: Resolver, section: Section, value: Value) -> int:
    """Return a value's number. A place less one of this section is known to the link, whatever section it lies in."""
    add, sub = value.add, value.sub
    if add is None or sub is None or sub.place is None or sub.place.section is not section:
        return resolver.resolve(value).absolute
    return resolver.symbol(add, value).absolute - resolver.symbol(sub, value).absolute + value.number


def _too_far(fixup: Fixup, number: int) -> str:
    if fixup.what == "jump" and fixup.size == 1:
        return f"the target is {abs(number)} bytes away; this jump reaches 128"
    return f"the {fixup.what} {number:#x} does not fit into {fixup.size * 8} bits"


def _marks(program: Program) -> list[tuple[int, int, int]]:
    found = []
    for before, after, line in program.marks:
        start = before.section.address + before.address
        length = after.section.address + after.address - start
        if length > 0 and before.section.allocate:
            found.append((start, length, line))
    return sorted(found)


def _symbol_values(program: Program, resolver: Resolver) -> dict[str, int]:
    values: dict[str, int] = {}
    for name, symbol in program.symbols.named.items():
        if symbol.defined:
            try:
                values[name] = resolver.symbol(symbol).absolute & 0xFFFFFFFFFFFFFFFF
            except Fault:
                continue
    return values
