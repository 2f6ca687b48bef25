"""Machine code of the host: a page to put it in. What it does is in *.S files, assembled by our own assembler."""

from __future__ import annotations

import ctypes
import mmap


def executable_page(code: bytes) -> tuple[mmap.mmap, int]:
    """Put host machine code into a page of its own; return the page, to be kept, and the code's address."""
    page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    return page, ctypes.addressof(ctypes.c_char.from_buffer(page))
