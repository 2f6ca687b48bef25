"""The lessons of the library, read as the product reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.scenario import Scenario, load

LIBRARY = Path(__file__).resolve().parents[2] / "playground" / "scenarios" / "library"
FOLDERS = sorted(path.parent for path in LIBRARY.glob("*/*/scenario.toml"))


def read(folder: Path) -> Scenario:
    return load({path.name: path.read_bytes() for path in folder.iterdir()})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`scenario`: once for each lesson. `case`: once for each program of each lesson, as (lesson, program id)."""
    if "scenario" in metafunc.fixturenames:
        metafunc.parametrize("scenario", [read(folder) for folder in FOLDERS], ids=[folder.name for folder in FOLDERS])
    if "case" in metafunc.fixturenames:
        cases = [(scenario, program.id) for scenario in map(read, FOLDERS) for program in scenario.header.programs]
        metafunc.parametrize("case", cases, ids=[f"{scenario.header.id}/{program}" for scenario, program in cases])


@pytest.fixture(scope="session")
def library() -> dict[str, Scenario]:
    """All lessons, by topic/id."""
    return {f"{folder.parent.name}/{folder.name}": read(folder) for folder in FOLDERS}
