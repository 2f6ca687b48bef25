"""The fold against hand-checked cases. The same files are read by frontend/src/timeline, so both folds mean the same."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from emulator.trace import events as ev
from emulator.trace.state import FdState, Mapping, State
from emulator.trace.timeline import carve, fold, fold_all, initial, merge

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "timeline").glob("*.json"))
EVENTS = msgspec.json.Decoder(list[ev.AnyEvent])


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_fixture(path: Path) -> None:
    case = json.loads(path.read_text())
    events = EVENTS.decode(json.dumps(case["events"]))
    assert fold_all(events) == msgspec.convert(case["state"], State, strict=False)


def test_there_are_fixtures() -> None:
    assert FIXTURES


def area(start: int, end: int, name: str = "", offset: int = 0, prot: str = "rw-p") -> Mapping:
    return Mapping(hex(start), hex(end), prot, hex(offset), name)


def test_carve_cuts_a_hole_and_moves_the_offset_of_a_file() -> None:
    assert carve((area(0x1000, 0x5000, "/lib/x", 0x2000),), 0x2000, 0x3000, None) == (
        area(0x1000, 0x2000, "/lib/x", 0x2000),
        area(0x3000, 0x5000, "/lib/x", 0x4000),
    )


def test_carve_leaves_the_offset_of_anonymous_memory() -> None:
    assert carve((area(0x1000, 0x5000),), 0x2000, 0x3000, None) == (area(0x1000, 0x2000), area(0x3000, 0x5000))


def test_carve_replaces_and_merges() -> None:
    maps = (area(0x1000, 0x3000), area(0x4000, 0x5000, prot="r--p"))
    assert carve(maps, 0x3000, 0x5000, area(0x3000, 0x5000)) == (area(0x1000, 0x5000),)


def test_neighbours_of_one_file_merge_only_where_the_file_runs_on() -> None:
    first, gap = area(0x1000, 0x2000, "/f", 0), area(0x2000, 0x3000, "/f", 0x5000)
    assert merge([gap, first]) == (first, gap)
    assert merge([first, area(0x2000, 0x3000, "/f", 0x1000)]) == (area(0x1000, 0x3000, "/f", 0),)


def test_an_event_out_of_order_is_refused() -> None:
    with pytest.raises(ValueError, match="event 3 does not follow event 0"):
        fold(initial(), ev.Stop(3, 0, 0, 1, "exited", None, ""))


def test_a_dead_task_keeps_its_registers_only() -> None:
    state = fold_all(
        [
            ev.TaskStart(1, 0, 0, 2, 2, 1, "prog"),
            ev.Regs(2, 0, 0, 2, {"rax": "0x1"}),
            ev.Fd(3, 0, 0, 2, 1, FdState("pipe:[1]", "O_WRONLY")),
            ev.Map(4, 0, 0, 2, "0x1000", "0x2000", area(0x1000, 0x2000)),
            ev.TaskExit(5, 0, 0, 2, ev.Exit(code=0), False),
        ]
    )
    task = state.tasks[2]
    assert (task.status, task.regs, task.fds, task.maps) == ("dead", {"rax": "0x1"}, {}, ())
