"""What tests of every part share: where the checkout is, and what may lie beside it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The material beside the checkout (recorded corpora, hostile inputs), $PLAYGROUND_SHARED or ../shared; skips without it."""
    place = Path(os.environ.get("PLAYGROUND_SHARED", ROOT.parent / "shared"))
    if not place.is_dir():
        pytest.skip(f"no shared material at {place}")
    return place


@pytest.fixture(scope="session")
def thorough() -> bool:
    """Whether to run whole corpora and large generated sets instead of samples: PLAYGROUND_THOROUGH=1, as .ci/run sets it."""
    return os.environ.get("PLAYGROUND_THOROUGH") == "1"


@pytest.fixture(scope="session")
def binutils() -> None:
    """Skips without GNU as and ld."""
    for tool in ("as", "ld"):
        if shutil.which(tool) is None:
            pytest.skip(f"no GNU {tool} here")
