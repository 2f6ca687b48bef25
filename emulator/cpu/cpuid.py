"""What CPUID answers: one made-up, unchanging CPU that announces exactly what the engine has (AMD64 APM vol. 3, appendix E)."""

from __future__ import annotations

import struct

TSC_PER_NS = 1
"""RDTSC counts virtual nanoseconds: a time-stamp counter of 1 GHz."""

_VENDOR = b"AuthenticAMD"
_BRAND = b"Syscall Playground virtual CPU".ljust(48, b"\0")

_STEPPING = 0x0080_0F12
"""Family 17h."""

# Leaf 1 EDX: FPU DE PSE TSC MSR PAE MCE CX8 APIC SEP MTRR PGE MCA CMOV PAT PSE36 CLFSH MMX FXSR SSE SSE2
_LEAF1_EDX = 0x078B_FBFF
# Leaf 1 ECX: SSE3 PCLMULQDQ SSSE3 CX16 SSE4.1 SSE4.2 MOVBE POPCNT AES XSAVE OSXSAVE HYPERVISOR. No AVX, no RDRAND.
_LEAF1_ECX = 1 << 0 | 1 << 1 | 1 << 9 | 1 << 13 | 1 << 19 | 1 << 20 | 1 << 22 | 1 << 23 | 1 << 25 | 1 << 26 | 1 << 27 | 1 << 31
# Leaf 7 EBX: FSGSBASE BMI1 SMEP BMI2 ADX CLFLUSHOPT
_LEAF7_EBX = 1 << 0 | 1 << 3 | 1 << 7 | 1 << 8 | 1 << 19 | 1 << 23
# 8000_0001 EDX: those of leaf 1 that AMD repeats, SYSCALL NX MMXEXT PDPE1GB RDTSCP LM; ECX: LAHF ABM SSE4A
_EXTENDED_EDX = 0x0183_F3FF | 1 << 11 | 1 << 20 | 1 << 22 | 1 << 26 | 1 << 27 | 1 << 29
_EXTENDED_ECX = 1 << 0 | 1 << 5 | 1 << 6

XCR0 = 3
"""XSAVE keeps x87 and SSE."""


def _vendor(highest: int) -> tuple[int, int, int, int]:
    ebx, edx, ecx = struct.unpack("<III", _VENDOR)
    return highest, ebx, ecx, edx


_LEAVES: dict[tuple[int, int], tuple[int, int, int, int]] = {
    (0, 0): _vendor(0xD),
    (1, 0): (_STEPPING, 0x0800, _LEAF1_ECX, _LEAF1_EDX),
    (7, 0): (0, _LEAF7_EBX, 0, 0),
    (0xD, 0): (XCR0, 576, 576, 0),
    (0xD, 1): (0, 0, 0, 0),
    (0x8000_0000, 0): _vendor(0x8000_0008),
    (0x8000_0001, 0): (_STEPPING, 0, _EXTENDED_ECX, _EXTENDED_EDX),
    **{(0x8000_0002 + n, 0): struct.unpack_from("<IIII", _BRAND, 16 * n) for n in range(3)},
    (0x8000_0008, 0): (0x3028, 0, 0, 0),
}
_WITH_SUBLEAVES = frozenset({7, 0xD})


def answer(leaf: int, subleaf: int) -> tuple[int, int, int, int]:
    """Return EAX, EBX, ECX, EDX; zeros for a leaf that is not there."""
    return _LEAVES.get((leaf, subleaf if leaf in _WITH_SUBLEAVES else 0), (0, 0, 0, 0))
