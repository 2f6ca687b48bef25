import os
import struct
from collections.abc import Iterator

import pytest

from emulator.sandbox import blackbox


@pytest.fixture
def box() -> Iterator[int]:
    descriptor = blackbox.create()
    yield descriptor
    os.close(descriptor)


def test_what_is_written_can_be_read_from_outside(box: int) -> None:
    writer = blackbox.Writer(box)
    assert blackbox.read(box) == b""
    writer.append(b"one,")
    writer.append(b"two,")
    assert blackbox.read(box) == writer.contents() == b"one,two,"
    writer.clear()
    assert blackbox.read(box) == b""
    writer.append(b"x" * blackbox.CAPACITY)
    assert blackbox.read(box) == b"x" * blackbox.CAPACITY


def test_its_size_is_sealed(box: int) -> None:
    with pytest.raises(PermissionError):
        os.ftruncate(box, 1 << 30)


@pytest.mark.parametrize("used", [blackbox.CAPACITY + 1, 1 << 63])
def test_a_lying_header_is_not_believed(box: int, used: int) -> None:
    os.pwrite(box, struct.pack("<QQ", 0, used), 0)
    assert blackbox.read(box) is None
