"""What tests of every part share: where the checkout is, and what may lie beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from emulator.machine import Machine
from emulator.trace.events import Event
from emulator.trace.run import RunSpec
from emulator.trace.timeline import fold_all

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


@pytest.fixture(scope="session")
def play() -> Callable[[RunSpec], list[Event]]:
    """Run a spec on the machine, in this process, and give its events.

    Whoever uses it has tested replay as well: folding the events gives the machine's own state, and a second run the same bytes.
    """
    known: dict[str, list[Event]] = {}

    def once(spec: RunSpec) -> tuple[list[Event], bytes]:
        events: list[Event] = []
        running = Machine(spec, events.append)
        running.run()
        assert fold_all(events) == running.snapshot(), "folding the events must give the machine's state"
        return events, msgspec.json.encode(events)

    def run(spec: RunSpec) -> list[Event]:
        digest = spec.digest()
        if digest not in known:
            events, encoded = once(spec)
            assert once(spec)[1] == encoded, "the same spec must give the same bytes"
            known[digest] = events
        return known[digest]

    return run
