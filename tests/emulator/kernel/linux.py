"""The host's real kernel with the face of `Bench`: a forked child makes the calls by libc's syscall(2) wrapper."""

from __future__ import annotations

import ctypes
import os
import traceback
from typing import TYPE_CHECKING

from .bench import SCRATCH

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGES = 16


class Linux:
    """Runs in the child only. The scratch area lies where the model's programs have it."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.syscall.restype = ctypes.c_long
        self._next = SCRATCH
        assert self.call(9, SCRATCH, PAGES * 4096, 3, 0x32, -1, 0) == SCRATCH

    def call(self, number: int, *arguments: int | bytes | str) -> int:
        values = [self.put(a) if isinstance(a, bytes | str) else a for a in arguments]
        ctypes.set_errno(0)
        result = self._libc.syscall(ctypes.c_long(number), *[ctypes.c_ulong(v & (1 << 64) - 1) for v in values])
        error = ctypes.get_errno()
        return -error if result == -1 and error else int(result)

    def put(self, data: bytes | str) -> int:
        raw = data.encode() + b"\0" if isinstance(data, str) else data
        if self._next + len(raw) > SCRATCH + 12 * 4096:
            self._next = SCRATCH
        address = self._next
        ctypes.memmove(address, raw, len(raw))
        self._next += -(-len(raw) // 16) * 16
        return address

    @staticmethod
    def read(address: int, length: int) -> bytes:
        return ctypes.string_at(address, length)


def on_linux(script: Callable[[Linux], None], files: dict[str, bytes], place: Path) -> None:
    """Run `script` in a child as uid 1000 with `place` as its working directory; raise what it says."""
    for name, data in files.items():
        (place / name).write_bytes(data)
        os.chown(place / name, 1000, 1000)
    os.chown(place, 1000, 1000)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reader)
            os.chdir(place)
            os.umask(0o022)
            stdin, feed = os.pipe()
            os.write(feed, b"abcdef")
            os.close(feed)
            os.dup2(stdin, 0)
            os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
            os.dup2(writer, 1000)
            os.closerange(3, 1000)
            os.setgroups([1000])
            os.setresgid(1000, 1000, 1000)
            os.setresuid(1000, 1000, 1000)
            script(Linux())
            status = 0
        except BaseException:  # noqa: BLE001 - everything is told to the parent
            os.write(1000, traceback.format_exc().encode()[-4000:])
        finally:
            os._exit(status)
    os.close(writer)
    text = b""
    while piece := os.read(reader, 65536):
        text += piece
    os.close(reader)
    _, status = os.waitpid(child, 0)
    assert status == 0, text.decode() or f"the child ended with wait status {status:#x}"
