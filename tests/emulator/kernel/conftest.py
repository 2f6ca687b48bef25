from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.trace.run import GuestFile

from .bench import Bench
from .linux import on_linux

FILES = {"ten": b"0123456789", "empty": b""}
"""What lies in the working directory of a script."""


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that uid 1000 can reach."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(params=["model", pytest.param("linux", marks=pytest.mark.native)])
def both(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Run a script of calls and assertions on one of two kernels: the model, and the host's own."""

    def run(script: Callable[..., None]) -> None:
        if request.param == "model":
            script(Bench(stdin=b"abcdef", files=tuple(GuestFile(path=f"/home/{name}", data=data) for name, data in FILES.items())))
            return
        if platform.system() != "Linux" or platform.machine() != "x86_64" or os.geteuid() != 0:
            pytest.skip("the oracle is Linux on x86-64, as root")
        on_linux(script, FILES, request.getfixturevalue("place"))

    return run
