"""The library of lessons: folders, read once at first use."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from emulator.scenario import Scenario, load
from emulator.scenario.lesson import Lesson, lesson
from playground.core.problems import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable


@cache
def _library() -> dict[tuple[str, str], Scenario]:
    """Raises ScenarioError where a folder is no scenario."""
    folders = sorted(path.parent for path in settings.SCENARIO_LIBRARY.glob("*/*/scenario.toml"))
    scenarios = [load({file.name: file.read_bytes() for file in folder.iterdir()}) for folder in folders]
    return {(scenario.header.topic, scenario.header.id): scenario for scenario in scenarios}


def scenario_list() -> Iterable[Scenario]:
    """Return all lessons in the order of their numbers."""
    return sorted(_library().values(), key=lambda scenario: scenario.header.number)


def scenario_get(topic: str, scenario_id: str) -> Scenario:
    """Raises NotFound."""
    try:
        return _library()[topic, scenario_id]
    except KeyError:
        raise NotFound("There is no such lesson.", hint="/api/scenarios lists them.", where="scenario") from None


def lesson_get(topic: str, scenario_id: str) -> Lesson:
    """Return what a learner may see of a lesson. Raises NotFound."""
    return lesson(scenario_get(topic, scenario_id))
