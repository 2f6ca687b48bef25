"""The library as a whole: every lesson is where it says it is, says nothing it cannot show, and the list of what is not shown is true."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from emulator.scenario import Scenario


@pytest.fixture(scope="module")
def sentences(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "playground/scenarios/sentences.toml").read_text())


def test_places(library: dict[str, Scenario]) -> None:
    assert library
    assert {f"{scenario.header.topic}/{scenario.header.id}" for scenario in library.values()} == set(library)
    numbers = [scenario.header.number for scenario in library.values()]
    assert len(set(numbers)) == len(numbers)


def test_every_sentence_is_shown_or_listed_as_not_shown(library: dict[str, Scenario], sentences: dict[str, Any]) -> None:
    shown = {sentence for scenario in library.values() for sentence in scenario.header.sentences}
    known = set(sentences["sentence"])
    assert shown <= known, "no such sentence"
    assert set(sentences["not_yet"]) <= known, "no such sentence"
    assert shown | set(sentences["not_yet"]) == known, "neither shown nor listed"
    assert not shown & set(sentences["not_yet"]), "shown now: take it off the list"


def test_the_sentences_are_those_of_the_text(shared: Path, sentences: dict[str, Any]) -> None:
    text = "".join((shared / "source-text.txt").read_text().split())
    places = [text.find("".join(entry["words"].split())) for entry in sentences["sentence"].values()]
    assert -1 not in places
    assert places == sorted(places), "in the order of the text"


NUMBER = re.compile(r"(?<![\w-])-?(?:0x[0-9a-f]+|\d[\d,]*(?<!,))\b(?!-bit)")
PROSE = {"says", "asks", "reveals", "hint", "not_yet", "goal"}


def test_every_number_in_the_text_is_asserted(scenario: Scenario) -> None:
    """What a number in notes.md says must stand in a claim, a check, a prediction, a trace or a program, all of which run."""
    header = msgspec.to_builtins(scenario.header)
    asserted = {number for key in ("shows", "predictions", "task", "programs") for number in _numbers(header[key])}
    for body in [*scenario.sources.values(), *(line for trace in scenario.traces.values() for line in trace), scenario.solve or ""]:
        asserted |= _numbers(re.sub(r"(#|//).*", "", body))
    asserted |= {number - (1 << 64) for number in asserted if number >= 1 << 63}
    missing = _numbers(scenario.notes) - asserted
    assert not missing


def _numbers(node: Any) -> set[int]:
    """Gather the numbers of a text, or of a table's values: what a query compares with, not what it says."""
    if isinstance(node, dict):
        return set().union(*(_numbers(value) for key, value in node.items() if key not in PROSE))
    if isinstance(node, list | tuple):
        return set().union(*map(_numbers, node))
    if isinstance(node, int) and not isinstance(node, bool):
        return {node}
    return {int(match.replace(",", ""), 0) for match in NUMBER.findall(node)} if isinstance(node, str) else set()
