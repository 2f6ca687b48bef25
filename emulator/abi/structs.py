"""Structures of the ABI, each declared once: size, packing, unpacking, and strace's text."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from emulator.abi.constants import S_IFCHR, S_IFMT
from emulator.abi.flags import show_st_mode
from emulator.abi.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable


class Layout:
    """A C structure: `fields` of (name, struct code) in order, padding as `x` codes with an empty name."""

    def __init__(self, name: str, *fields: tuple[str, str], text: Callable[[dict[str, Any]], str] | None = None) -> None:
        self.name = name
        self._struct = struct.Struct("<" + "".join(code for _, code in fields))
        self.names = tuple(name for name, _ in fields if name)
        self.size = self._struct.size
        self._text = text
        self.offsets = self._offsets(fields)

    @staticmethod
    def _offsets(fields: tuple[tuple[str, str], ...]) -> dict[str, int]:
        offsets, at = {}, 0
        for name, code in fields:
            if name:
                offsets[name] = at
            at += struct.calcsize("<" + code)
        return offsets

    def pack(self, **values: Any) -> bytes:
        """Every field must be given."""
        return self._struct.pack(*(values.pop(name) for name in self.names))

    def unpack(self, data: bytes) -> dict[str, Any]:
        return dict(zip(self.names, self._struct.unpack(data), strict=True))

    def show(self, data: bytes) -> str:
        """Return strace's text of the structure."""
        values = self.unpack(data)
        if self._text is not None:
            return self._text(values)
        return "{" + ", ".join(f"{name}={value}" for name, value in values.items()) + "}"


def _timespec_text(values: dict[str, Any]) -> str:
    """tv_sec is signed, tv_nsec is printed unsigned."""
    return f"{{tv_sec={values['tv_sec']}, tv_nsec={values['tv_nsec'] & 0xFFFF_FFFF_FFFF_FFFF}}}"


TIMESPEC: Final = Layout("timespec", ("tv_sec", "q"), ("tv_nsec", "q"), text=_timespec_text)
TIMEVAL: Final = Layout(
    "timeval",
    ("tv_sec", "q"),
    ("tv_usec", "q"),
    text=lambda v: f"{{tv_sec={v['tv_sec']}, tv_usec={v['tv_usec'] & 0xFFFF_FFFF_FFFF_FFFF}}}",
)
TIMEZONE: Final = Layout("timezone", ("tz_minuteswest", "i"), ("tz_dsttime", "i"))


def _uname_text(values: dict[str, Any]) -> str:
    """The first two fields; strace leaves the rest out."""
    system, node = (values[name].split(b"\0", 1)[0] for name in ("sysname", "nodename"))
    return f"{{sysname={quote(system)}, nodename={quote(node)}, ...}}"


UTSNAME: Final = Layout(
    "new_utsname",
    *((name, "65s") for name in ("sysname", "nodename", "release", "version", "machine", "domainname")),
    text=_uname_text,
)
IOVEC: Final = Layout("iovec", ("iov_base", "Q"), ("iov_len", "Q"))


def _stat_text(values: dict[str, Any]) -> str:
    """The type and permissions, and the size, or a device's number."""
    mode = show_st_mode(values["st_mode"])
    if values["st_mode"] & S_IFMT in {S_IFCHR, 0o060000}:
        device = values["st_rdev"]
        major, minor = (device >> 8) & 0xFFF, (device & 0xFF) | ((device >> 12) & 0xFFF00)
        return f"{{st_mode={mode}, st_rdev=makedev({major:#x}, {minor:#x}), ...}}"
    return f"{{st_mode={mode}, st_size={values['st_size']}, ...}}"


STAT: Final = Layout(
    "stat",
    ("st_dev", "Q"),
    ("st_ino", "Q"),
    ("st_nlink", "Q"),
    ("st_mode", "I"),
    ("st_uid", "I"),
    ("st_gid", "I"),
    ("", "4x"),
    ("st_rdev", "Q"),
    ("st_size", "q"),
    ("st_blksize", "q"),
    ("st_blocks", "q"),
    ("st_atime", "q"),
    ("st_atime_nsec", "Q"),
    ("st_mtime", "q"),
    ("st_mtime_nsec", "Q"),
    ("st_ctime", "q"),
    ("st_ctime_nsec", "Q"),
    ("", "24x"),
    text=_stat_text,
)


def _sysinfo_text(values: dict[str, Any]) -> str:
    loads = ", ".join(str(values[f"load{minutes}"]) for minutes in (1, 5, 15))
    rest = ("totalram", "freeram", "sharedram", "bufferram", "totalswap", "freeswap", "procs", "totalhigh", "freehigh", "mem_unit")
    return f"{{uptime={values['uptime']}, loads=[{loads}], " + ", ".join(f"{name}={values[name]}" for name in rest) + "}"


SYSINFO: Final = Layout(
    "sysinfo",
    ("uptime", "q"),
    *((f"load{minutes}", "Q") for minutes in (1, 5, 15)),
    *((name, "Q") for name in ("totalram", "freeram", "sharedram", "bufferram", "totalswap", "freeswap")),
    ("procs", "H"),
    ("", "6x"),
    ("totalhigh", "Q"),
    ("freehigh", "Q"),
    ("mem_unit", "I"),
    ("", "4x"),
    text=_sysinfo_text,
)
