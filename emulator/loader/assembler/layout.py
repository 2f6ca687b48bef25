"""Sections as rows of fragments, and the relaxation that gives every fragment its size.

A section's bytes are kept as blocks of fixed bytes; between them stand the fragments whose size is not known while the text
is read: jumps that may be short, alignment, counts that hang on a later label. Jumps start short and only grow, which
is how GNU as settles and why its result is reached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.loader.assembler import limits, padding
from emulator.loader.assembler.diagnostics import Fault, Span

if TYPE_CHECKING:
    from emulator.loader.assembler.values import Value


@dataclass(slots=True, eq=False)
class Fragment:
    """A run of fixed bytes, followed by at most one `tail` of unsettled size."""

    data: bytearray = field(default_factory=bytearray)
    reserved: int = 0
    """Size without content, in a section that has none (.bss)."""
    address: int = 0
    """Offset in the section."""
    tail: Jump | Align | Fill | Org | None = None
    tail_size: int = 0
    number: int = 0
    region: int = 0
    """How many alignments lie before it."""

    @property
    def size(self) -> int:
        return len(self.data) + self.reserved


@dataclass(slots=True, frozen=True, eq=False)
class Place:
    """A point of a section: what a label names."""

    section: Section
    fragment: Fragment
    offset: int

    @property
    def address(self) -> int:
        """Offset in the section; right once the section is laid out."""
        return self.fragment.address + self.offset


@dataclass(slots=True, eq=False)
class Jump:
    """jmp or jcc to a target in the same section: two bytes, or five or six."""

    short: bytes
    near: bytes
    target: Value
    span: Span
    long: bool = False


@dataclass(slots=True, eq=False)
class Align:
    """Padding to a multiple of `to`. `fill` None: nops in code, zeros elsewhere."""

    to: int
    fill: bytes | None
    most: int
    span: Span


@dataclass(slots=True, eq=False)
class Fill:
    """`count` times `unit`, where the count was not known when it was read."""

    count: Value
    unit: bytes
    span: Span


@dataclass(slots=True, eq=False)
class Org:
    """Advance to `target`."""

    target: Value
    fill: int
    span: Span


@dataclass(slots=True, eq=False)
class Fixup:
    """Bytes that only the link can fill in. `relative` counts from `end`, bytes after the field's start."""

    fragment: Fragment
    offset: int
    size: int
    value: Value
    span: Span
    relative: bool = False
    end: int = 0
    signed: bool = False
    what: str = "value"


@dataclass(slots=True, eq=False)
class Section:
    """A section of the object file; `flags` are ELF's w and x, `content` False for NOBITS."""

    name: str
    write: bool
    execute: bool
    allocate: bool = True
    content: bool = True
    alignment: int = 1
    fragments: list[Fragment] = field(default_factory=lambda: [Fragment()])
    fixups: list[Fixup] = field(default_factory=list)
    size: int = 0
    address: int = 0
    image: bytearray = field(default_factory=bytearray)
    """The finished bytes."""

    @property
    def current(self) -> Fragment:
        return self.fragments[-1]

    def here(self) -> Place:
        fragment = self.fragments[-1]
        return Place(self, fragment, fragment.size)

    def close_with(self, tail: Jump | Align | Fill | Org) -> None:
        """End the current fragment with something of unsettled size and open the next."""
        self.fragments[-1].tail = tail
        self.fragments.append(Fragment())


Resolve = Callable[["Value"], "tuple[Section | None, int]"]
Report = Callable[[Span, str], None]


def relax(section: Section, resolve: Resolve, report: Report) -> None:
    """Settle every fragment's size and address, in the passes GNU as takes (write.c: relax_segment, relax_frag).

    Its result depends on the order in which sizes are looked at once alignment lies between jumps, so the order is kept: front to
    back, each pass carrying along by how much everything behind has moved. No pass shortens a jump.
    """
    _prepare(section)
    _assign(section, resolve, report, final=False)
    for _ in range(limits.RELAXATIONS):
        if not _pass(section, resolve, report):
            break
    else:
        for fragment in section.fragments:
            if isinstance(fragment.tail, Jump):
                fragment.tail.long = True
    _assign(section, resolve, report, final=True)


def _prepare(section: Section) -> None:
    region = 0
    for number, fragment in enumerate(section.fragments):
        fragment.number, fragment.region = number, region
        tail = fragment.tail
        if isinstance(tail, Align | Org):
            region += 1
        elif isinstance(tail, Jump):
            tail.long = _elsewhere(section, tail)


def _pass(section: Section, resolve: Resolve, report: Report) -> bool:
    """Walk over the fragments once. Returns whether any of them changed its size."""
    stretch = 0
    stretched = False
    for fragment in section.fragments:
        fragment.address += stretch
        tail = fragment.tail
        if tail is None:
            continue
        before = fragment.tail_size
        if isinstance(tail, Jump):
            if not tail.long and not _reaches(section, fragment, tail, stretch):
                tail.long = True
                fragment.tail_size = len(tail.near)
        else:
            fragment.tail_size = _size(section, fragment, resolve, report, final=False)
        if fragment.tail_size != before:
            stretch += fragment.tail_size - before
            stretched = True
    return stretched


def _reaches(section: Section, fragment: Fragment, jump: Jump, stretch: int) -> bool:
    """Say whether a short jump reaches its target, which lies ahead not yet moved or behind where it will stay."""
    symbol = jump.target.add
    assert symbol is not None
    place = symbol.place
    assert place is not None
    target = place.address + jump.target.number
    if stretch and place.fragment.number > fragment.number:
        if stretch < 0 or place.fragment.region == fragment.region:
            target += stretch
        elif target < fragment.address:  # an alignment in between may absorb the stretch
            target = section.fragments[fragment.number + 1].address + stretch
    return -128 <= target - (fragment.address + fragment.size + len(jump.short)) <= 127


def _elsewhere(section: Section, jump: Jump) -> bool:
    """Say whether a jump leaves its section: that has a long form only."""
    symbol = jump.target.add
    assert symbol is not None
    return symbol.place is None or symbol.place.section is not section


def _assign(section: Section, resolve: Resolve, report: Report, *, final: bool) -> None:
    address = 0
    for fragment in section.fragments:
        fragment.address = address
        address += len(fragment.data) + fragment.reserved
        tail = fragment.tail
        if tail is None:
            continue
        if isinstance(tail, Jump):
            fragment.tail_size = len(tail.near) if tail.long else len(tail.short)
        else:
            fragment.tail_size = _size(section, fragment, resolve, report, final=final)
        address += fragment.tail_size
        if address > limits.OUTPUT_BYTES:
            report(tail.span, f"the program becomes too large: at most {limits.OUTPUT_BYTES >> 20} MiB")
            address = 0
    section.size = address


def _size(section: Section, fragment: Fragment, resolve: Resolve, report: Report, *, final: bool) -> int:
    tail = fragment.tail
    at = fragment.address + fragment.size
    if isinstance(tail, Align):
        gap = -at % tail.to
        return 0 if tail.most and gap > tail.most else gap
    assert isinstance(tail, Fill | Org)
    value = tail.count if isinstance(tail, Fill) else tail.target
    try:
        where, number = resolve(value)
    except Fault as fault:
        if final:
            report(tail.span, fault.message)
        return 0
    if isinstance(tail, Org):
        if where not in {None, section} or number < at:
            if final:
                report(tail.span, ".org can't go backwards" if where in {None, section} else ".org needs a place in this section")
            return 0
        number -= at
    elif where is not None:
        if final:
            report(tail.span, "a count is expected here, not an address")
        return 0
    else:
        number = max(number, 0) * len(tail.unit)
    if number > limits.OUTPUT_BYTES:
        if final:
            report(tail.span, f"the program becomes too large: at most {limits.OUTPUT_BYTES >> 20} MiB")
        return 0
    return number


def contents(section: Section) -> bytearray:
    """Return the bytes of a laid out section, jumps and padding included, fixups not."""
    out = bytearray()
    if not section.content:
        return out
    for fragment in section.fragments:
        out += fragment.data
        tail, size = fragment.tail, fragment.tail_size
        if isinstance(tail, Jump):
            out += tail.near if tail.long else tail.short
        elif isinstance(tail, Align):
            out += padding.pad(size, tail.fill, code=section.execute)
        elif isinstance(tail, Fill):
            out += tail.unit * (size // len(tail.unit)) if tail.unit else b""
        elif isinstance(tail, Org):
            out += bytes([tail.fill]) * size
    return out
