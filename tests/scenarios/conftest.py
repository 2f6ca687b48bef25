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
    """Give each lesson as `scenario`, those with a task as `exercise`, and each program of each as `case`: (lesson, program id).

    `tour`: the same, where the program has guided stops.
    """
    scenarios = [read(folder) for folder in FOLDERS]
    cases = [(scenario, program.id) for scenario in scenarios for program in scenario.header.programs]
    tours = [(scenario, id) for scenario, id in cases if any(stop.program == id for stop in scenario.header.stops)]
    exercises = [scenario for scenario in scenarios if scenario.header.task]
    for name, values in (("case", cases), ("tour", tours)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, values, ids=[f"{scenario.header.id}/{id}" for scenario, id in values])
    for name, lessons in (("scenario", scenarios), ("exercise", exercises)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, lessons, ids=[scenario.header.id for scenario in lessons])


@pytest.fixture(scope="session")
def library() -> dict[str, Scenario]:
    """All lessons, by topic/id."""
    return {f"{folder.parent.name}/{folder.name}": read(folder) for folder in FOLDERS}
