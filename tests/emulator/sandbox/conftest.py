from collections.abc import Iterator

import pytest

from emulator.sandbox.client import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(children=2, allow_weak=True) as sandbox:
        yield sandbox
