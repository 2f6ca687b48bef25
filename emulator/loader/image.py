"""The first stack of a program, byte for byte as Linux lays it out (fs/exec.c, create_elf_tables in fs/binfmt_elf.c)."""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

PLATFORM = b"x86_64\0"


class Aux(IntEnum):
    """Types of the auxiliary vector, getauxval(3)."""

    NULL = 0
    PHDR = 3
    PHENT = 4
    PHNUM = 5
    PAGESZ = 6
    BASE = 7
    FLAGS = 8
    ENTRY = 9
    UID = 11
    EUID = 12
    GID = 13
    EGID = 14
    PLATFORM = 15
    HWCAP = 16
    CLKTCK = 17
    SECURE = 23
    RANDOM = 25
    HWCAP2 = 26
    RSEQ_FEATURE_SIZE = 27
    RSEQ_ALIGN = 28
    EXECFN = 31
    SYSINFO_EHDR = 33
    MINSIGSTKSZ = 51


AUX_ORDER = (33, 51, 16, 6, 17, 3, 4, 5, 7, 8, 9, 11, 12, 13, 14, 23, 25, 26, 31, 15, 27, 28)
"""The order Linux 6.18 writes them in; what a run does not have (SYSINFO_EHDR without a vDSO) is left out."""


class StackImage(NamedTuple):
    """`data` lies from `pointer` (the first RSP) to the top of the stack."""

    pointer: int
    data: bytes
    argv: int
    envp: int
    strings: int
    """Where the strings begin: execve sizes the first stack area by it."""
    random: int
    """Address of AT_RANDOM's 16 bytes."""


def build_stack(top: int, filename: bytes, argv: Sequence[bytes], envp: Sequence[bytes], auxv: dict[int, int], random: bytes) -> StackImage:
    """Lay out argc, argv, envp, auxv and what they point to, below `top`.

    `auxv` holds the values that do not depend on the stack; EXECFN, PLATFORM and RANDOM are filled in here.
    The strings carry no NUL; `random` is AT_RANDOM's 16 bytes.
    """
    memory = bytearray()  # what is below `top`, last byte first in time: kept reversed by prepending
    place = top - 8
    pieces = [bytes(8)]

    def push(data: bytes) -> int:
        nonlocal place
        place -= len(data)
        pieces.append(data)
        return place

    filename_at = push(filename + b"\0")
    env_at = [push(text + b"\0") for text in reversed(envp)][::-1]
    arg_at = [push(text + b"\0") for text in reversed(argv)][::-1]
    strings = place
    push(bytes(place & 15))
    platform_at = push(PLATFORM)
    random_at = push(random)
    values = {**auxv, Aux.EXECFN: filename_at, Aux.PLATFORM: platform_at, Aux.RANDOM: random_at}
    vector = [word for kind in AUX_ORDER if kind in values for word in (kind, values[Aux(kind)])] + [0, 0]
    words = [len(argv), *arg_at, 0, *env_at, 0, *vector]
    push(bytes((place - 8 * len(words)) & 15))
    pointer = push(struct.pack(f"<{len(words)}Q", *words))
    for piece in reversed(pieces):
        memory += piece
    argv_at = pointer + 8
    return StackImage(pointer, bytes(memory), argv_at, argv_at + 8 * (len(argv) + 1), strings, random_at)
