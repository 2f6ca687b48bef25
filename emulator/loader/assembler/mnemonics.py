"""GNU as's names for instructions, and what each stands for in iced-x86's table."""

from __future__ import annotations

from functools import cache
from typing import Final

from emulator.loader.assembler.forms import table
from emulator.loader.assembler.names import PREFIXES

CONDITIONS: Final[dict[str, int]] = {
    "o": 0, "no": 1, "b": 2, "c": 2, "nae": 2, "ae": 3, "nb": 3, "nc": 3, "e": 4, "z": 4, "ne": 5, "nz": 5, "be": 6, "na": 6,
    "a": 7, "nbe": 7, "s": 8, "ns": 9, "p": 10, "pe": 10, "np": 11, "po": 11, "l": 12, "nge": 12, "ge": 13, "nl": 13,
    "le": 14, "ng": 14, "g": 15, "nle": 15,
}  # fmt: skip
_CANON: Final = ("o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g")

_ALIASES: Final[dict[str, str]] = {
    "sal": "shl", "movabs": "mov", "pushf": "pushfq", "popf": "popfq", "pushfw": "pushf", "popfw": "popf", "xlat": "xlatb",
    "pushq": "push", "popq": "pop", "retq": "ret", "leaveq": "leave", "lret": "retf", "iret": "iretd", "iretw": "iret",
    "fwait": "wait", "ud2a": "ud2",
    "pushw": "push", "popw": "pop", "cbtw": "cbw", "cwtl": "cwde",
    "cltq": "cdqe", "cwtd": "cwd", "cltd": "cdq", "cqto": "cqo",
}  # fmt: skip
_COMPARES: Final = ("eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord")
BRANCHES: Final[dict[str, tuple[bytes, bytes]]] = {
    "jmp": (b"\xeb", b"\xe9"),
    **{f"j{cc}": (bytes([0x70 | n]), bytes([0x0F, 0x80 | n])) for cc, n in CONDITIONS.items()},
}
"""Opcodes of the short and the near form."""
SHORT_ONLY: Final[dict[str, bytes]] = {
    "loop": b"\xe2", "loope": b"\xe1", "loopz": b"\xe1", "loopne": b"\xe0", "loopnz": b"\xe0", "jrcxz": b"\xe3", "jecxz": b"\x67\xe3",
}  # fmt: skip
NEAR_ONLY: Final[dict[str, bytes]] = {"call": b"\xe8", "callq": b"\xe8", "xbegin": b"\xc7\xf8"}
STRING_FAMILIES: Final = ("movs", "cmps", "scas", "lods", "stos", "ins", "outs")
BYTES: Final[dict[str, bytes]] = {
    "lretq": b"\x48\xcb", "lretw": b"\x66\xcb", "retw": b"\x66\xc3", "sysretd": b"\x0f\x07", "sysexitd": b"\x0f\x35", "leavew": b"\x66\xc9",
    "wait": b"\x9b", "fwait": b"\x9b",
}  # fmt: skip
"""Instructions without operands whose size is in their name."""
WAITING: Final[dict[str, str]] = {f"f{name}": f"fn{name}" for name in ("stcw", "stenv", "save", "stsw", "init", "clex")}
"""x87 instructions that begin with an fwait of their own."""
BYTES_AND_WORD: Final[dict[str, bytes]] = {"lretq": b"\x48\xca", "lretw": b"\x66\xca", "retw": b"\x66\xc2"}
"""The same with a 16-bit number behind them: how much to drop from the stack."""
AMBIGUOUS: Final[dict[str, tuple[str, str]]] = {"sysret": ("sysretq", "sysretd"), "sysexit": ("sysexitq", "sysexitd")}
"""GNU as refuses these bare: which size is meant decides where they return to."""


@cache
def resolved() -> dict[str, tuple[str, int | None]]:
    """Return GNU name -> (iced name, comparison predicate or None) for everything but branches."""
    forms = table()
    names: dict[str, tuple[str, int | None]] = {name: (name, None) for name in forms}
    names |= {name: (name, None) for name in WAITING}
    for alias, name in _ALIASES.items():
        if name in forms:
            names[alias] = (name, None)
    for cc, number in CONDITIONS.items():
        for family in ("set", "cmov"):
            names[family + cc] = (family + _CANON[number], None)
    for kind in ("ps", "pd", "ss", "sd"):
        for number, word in enumerate(_COMPARES):
            names[f"cmp{word}{kind}"] = (f"cmp{kind}", number)
    for family in STRING_FAMILIES:
        names[family] = (family, None)
    for gone in ("jmpe", "callf", "into"):
        names.pop(gone, None)
    return names


@cache
def known() -> frozenset[str]:
    """Return every word that can start an instruction."""
    names = set(resolved()) | set(BRANCHES) | set(SHORT_ONLY) | set(NEAR_ONLY) | set(BYTES) | set(PREFIXES) | set(AMBIGUOUS)
    return frozenset(names | {"jmpq"})
