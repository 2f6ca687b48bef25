"""The names of the ABI's numbers, in the order strace 6.1 prints them."""

from __future__ import annotations

from typing import Final

from emulator.abi import constants as c
from emulator.abi.xlat import Constants, Flags

PROT: Final = Flags(
    "PROT_???",
    {
        "PROT_READ": c.PROT_READ,
        "PROT_WRITE": c.PROT_WRITE,
        "PROT_EXEC": c.PROT_EXEC,
        "PROT_SEM": c.PROT_SEM,
        "PROT_GROWSDOWN": c.PROT_GROWSDOWN,
        "PROT_GROWSUP": c.PROT_GROWSUP,
    },
    zero="PROT_NONE",
)

_MAP_TYPES: Final = Constants(
    "MAP_???",
    {"MAP_FILE": 0, "MAP_SHARED": c.MAP_SHARED, "MAP_PRIVATE": c.MAP_PRIVATE, "MAP_SHARED_VALIDATE": c.MAP_SHARED_VALIDATE},
)
_MAP_BITS: Final = Flags(
    "",
    {
        "MAP_FIXED": c.MAP_FIXED,
        "MAP_ANONYMOUS": c.MAP_ANONYMOUS,
        "MAP_32BIT": c.MAP_32BIT,
        "MAP_NORESERVE": c.MAP_NORESERVE,
        "MAP_POPULATE": c.MAP_POPULATE,
        "MAP_NONBLOCK": 0x10000,
        "MAP_GROWSDOWN": c.MAP_GROWSDOWN,
        "MAP_DENYWRITE": 0x800,
        "MAP_EXECUTABLE": 0x1000,
        "MAP_LOCKED": c.MAP_LOCKED,
        "MAP_STACK": c.MAP_STACK,
        "MAP_HUGETLB": c.MAP_HUGETLB,
        "MAP_SYNC": c.MAP_SYNC,
        "MAP_FIXED_NOREPLACE": c.MAP_FIXED_NOREPLACE,
    },
)


def show_map(value: int) -> str:
    """mmap's flags: a type, then bits, then the size of huge pages as a shifted number. Upper halves are not looked at."""
    value &= 0xFFFF_FFFF
    huge = value >> 26
    bits = value & 0x03FF_FFF0
    parts = [_MAP_TYPES.show(value & c.MAP_TYPE)]
    if bits:
        parts.append(_MAP_BITS.show(bits))
    if huge:
        parts.append(f"{huge}<<MAP_HUGE_SHIFT")
    return "|".join(parts)


OPEN_BITS: Final = Flags(
    "O_???",
    {
        "O_CREAT": c.O_CREAT,
        "O_EXCL": c.O_EXCL,
        "O_NOCTTY": c.O_NOCTTY,
        "O_TRUNC": c.O_TRUNC,
        "O_APPEND": c.O_APPEND,
        "O_NONBLOCK": c.O_NONBLOCK,
        "O_SYNC": c.O_SYNC,
        "O_DSYNC": c.O_DSYNC,
        "O_DIRECT": c.O_DIRECT,
        "O_LARGEFILE": c.O_LARGEFILE,
        "O_NOFOLLOW": c.O_NOFOLLOW,
        "O_NOATIME": c.O_NOATIME,
        "O_CLOEXEC": c.O_CLOEXEC,
        "O_PATH": c.O_PATH,
        "O_TMPFILE": c.O_TMPFILE,
        "O_DIRECTORY": c.O_DIRECTORY,
        "FASYNC": c.FASYNC,
    },
)
_ACCESS_MODES: Final = ("O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE")


def show_open(value: int) -> str:
    """open(2)'s flags: the access mode is a number, the rest are bits."""
    value &= 0xFFFF_FFFF
    mode, rest = _ACCESS_MODES[value & c.O_ACCMODE], value & ~c.O_ACCMODE
    if not rest:
        return mode
    text = OPEN_BITS.show(rest)
    return f"{mode}|{text.split(' ', 1)[0]}"


SEEK: Final = Constants("SEEK_???", {name: n for n, name in enumerate(("SEEK_SET", "SEEK_CUR", "SEEK_END", "SEEK_DATA", "SEEK_HOLE"))})
ACCESS: Final = Flags("?_OK", {"R_OK": c.R_OK, "W_OK": c.W_OK, "X_OK": c.X_OK}, zero="F_OK")
AT: Final = Flags(
    "AT_???",
    {
        "AT_SYMLINK_NOFOLLOW": c.AT_SYMLINK_NOFOLLOW,
        "AT_REMOVEDIR": c.AT_REMOVEDIR,
        "AT_SYMLINK_FOLLOW": c.AT_SYMLINK_FOLLOW,
        "AT_NO_AUTOMOUNT": c.AT_NO_AUTOMOUNT,
        "AT_EMPTY_PATH": c.AT_EMPTY_PATH,
        "AT_RECURSIVE": 0x8000,
    },
)
FACCESS_AT: Final = Flags(
    "AT_???",
    {"AT_SYMLINK_NOFOLLOW": c.AT_SYMLINK_NOFOLLOW, "AT_EACCESS": c.AT_EACCESS, "AT_EMPTY_PATH": c.AT_EMPTY_PATH},
)
CLOCKS: Final = Constants(
    "CLOCK_???",
    {
        "CLOCK_REALTIME": 0,
        "CLOCK_MONOTONIC": 1,
        "CLOCK_PROCESS_CPUTIME_ID": 2,
        "CLOCK_THREAD_CPUTIME_ID": 3,
        "CLOCK_MONOTONIC_RAW": 4,
        "CLOCK_REALTIME_COARSE": 5,
        "CLOCK_MONOTONIC_COARSE": 6,
        "CLOCK_BOOTTIME": 7,
        "CLOCK_REALTIME_ALARM": 8,
        "CLOCK_BOOTTIME_ALARM": 9,
        "CLOCK_SGI_CYCLE": 10,
        "CLOCK_TAI": 11,
    },
)
TIMER: Final = Flags("TIMER_???", {"TIMER_ABSTIME": c.TIMER_ABSTIME})
GRND: Final = Flags("GRND_???", {"GRND_NONBLOCK": c.GRND_NONBLOCK, "GRND_RANDOM": c.GRND_RANDOM, "GRND_INSECURE": c.GRND_INSECURE})
ARCH: Final = Constants(
    "ARCH_???",
    {
        "ARCH_SET_GS": c.ARCH_SET_GS,
        "ARCH_SET_FS": c.ARCH_SET_FS,
        "ARCH_GET_FS": c.ARCH_GET_FS,
        "ARCH_GET_GS": c.ARCH_GET_GS,
        "ARCH_GET_CPUID": c.ARCH_GET_CPUID,
        "ARCH_SET_CPUID": c.ARCH_SET_CPUID,
        "ARCH_GET_XCOMP_SUPP": 0x1021,
        "ARCH_GET_XCOMP_PERM": 0x1022,
        "ARCH_REQ_XCOMP_PERM": 0x1023,
        "ARCH_GET_XCOMP_GUEST_PERM": 0x1024,
        "ARCH_REQ_XCOMP_GUEST_PERM": 0x1025,
        "ARCH_MAP_VDSO_X32": 0x2001,
        "ARCH_MAP_VDSO_32": 0x2002,
        "ARCH_MAP_VDSO_64": 0x2003,
    },
)
CLOSE_RANGE: Final = Flags("CLOSE_RANGE_???", {"CLOSE_RANGE_UNSHARE": 2, "CLOSE_RANGE_CLOEXEC": 4})
RENAME: Final = Flags("RENAME_??", {"RENAME_NOREPLACE": 1, "RENAME_EXCHANGE": 2, "RENAME_WHITEOUT": 4})
FD: Final = Flags("FD_???", {"FD_CLOEXEC": c.FD_CLOEXEC})
MREMAP: Final = Flags("MREMAP_???", {"MREMAP_MAYMOVE": 1, "MREMAP_FIXED": 2, "MREMAP_DONTUNMAP": 4})
MADV: Final = Constants(
    "MADV_???",
    {
        f"MADV_{name}": number
        for name, number in {
            "NORMAL": 0, "RANDOM": 1, "SEQUENTIAL": 2, "WILLNEED": 3, "DONTNEED": 4, "FREE": 8, "REMOVE": 9, "DONTFORK": 10,
            "DOFORK": 11, "MERGEABLE": 12, "UNMERGEABLE": 13, "HUGEPAGE": 14, "NOHUGEPAGE": 15, "DONTDUMP": 16, "DODUMP": 17,
            "WIPEONFORK": 18, "KEEPONFORK": 19, "COLD": 20, "PAGEOUT": 21, "POPULATE_READ": 22, "POPULATE_WRITE": 23,
            "DONTNEED_LOCKED": 24, "COLLAPSE": 25, "HWPOISON": 100, "SOFT_OFFLINE": 101,
        }.items()
    },
)  # fmt: skip
MS: Final = Flags("MS_???", {"MS_ASYNC": 1, "MS_INVALIDATE": 2, "MS_SYNC": 4})
_FILE_TYPES: Final = {
    c.S_IFREG: "S_IFREG",
    c.S_IFDIR: "S_IFDIR",
    c.S_IFLNK: "S_IFLNK",
    c.S_IFCHR: "S_IFCHR",
    c.S_IFIFO: "S_IFIFO",
    0o060000: "S_IFBLK",
    0o140000: "S_IFSOCK",
}


def show_st_mode(mode: int) -> str:
    """st_mode: the type, the set-id bits by name, the permissions in octal."""
    parts = [_FILE_TYPES.get(mode & c.S_IFMT, "") or f"{mode & c.S_IFMT:#o}".replace("0o", "0")]
    parts += [name for name, bit in (("S_ISUID", c.S_ISUID), ("S_ISGID", c.S_ISGID), ("S_ISVTX", c.S_ISVTX)) if mode & bit]
    parts.append(f"0{mode & 0o777:03o}" if mode & 0o777 < 0o100 else f"0{mode & 0o777:o}")
    return "|".join(parts)


def show_mode(mode: int) -> str:
    """A mode_t argument: octal, at least three digits."""
    return f"{mode:03o}" if mode < 0o100 else f"0{mode:o}"
