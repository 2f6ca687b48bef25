"""Each lesson runs: it gives its golden trace, shows what it claims, stops where it says, and its task can be done and is not done yet."""

from __future__ import annotations

from collections.abc import Callable

from emulator.loader.assembler import assemble
from emulator.scenario import Scenario
from emulator.scenario.evidence import Evidence, tag_of
from emulator.scenario.form import Choice
from emulator.scenario.lesson import answer, check
from emulator.trace.events import Event, Regs, Ring
from emulator.trace.run import RunSpec
from emulator.trace.strace import strace_lines

Play = Callable[[RunSpec], list[Event]]


def test_trace(case: tuple[Scenario, str], play: Play) -> None:
    scenario, program = case
    assert strace_lines(play(scenario.spec(program))) == list(scenario.traces[program])


def test_claims(case: tuple[Scenario, str], play: Play) -> None:
    scenario, program = case
    run = Evidence(play(scenario.spec(program)))
    wrong = {
        claim.says: verdict.found
        for claim in scenario.header.shows
        if claim.program == program and (verdict := claim.holds.judge(run)).state != "met"
    }
    assert not wrong


def test_stops(tour: tuple[Scenario, str], play: Play) -> None:
    """Each stop is at an event: of its type, at or behind the place where the instruction at its label crosses the rings."""
    scenario, program = tour
    stops = [stop for stop in scenario.header.stops if stop.program == program]
    symbols = assemble(scenario.sources[program]).symbols
    events = play(scenario.spec(program))
    for stop in stops:
        place = hex(symbols[stop.at])
        arrivals = [index for index, event in enumerate(events) if _is_at(event, place)]
        crossings = [index for index in arrivals if isinstance(events[index], Ring)]
        assert len(crossings) >= stop.nth, f"nothing crosses the rings at {stop.at}"
        begin = max(index for index in arrivals if index <= crossings[stop.nth - 1] and not isinstance(events[index], Ring))
        end = next((index for index in range(begin, len(events)) if _is_back(events[index])), len(events))
        assert stop.event in map(tag_of, events[begin : end + 1]), f"no {stop.event} in the crossing at {stop.at}"


def _is_back(event: Event) -> bool:
    return isinstance(event, Ring) and event.cpl_to == 3


def _is_at(event: Event, place: str) -> bool:
    """The crossing begins with what the CPU tells of ring 3 at that instruction: before a fault's page walk, before the gate."""
    if isinstance(event, Regs):
        return event.regs.get("rip") == place
    return isinstance(event, Ring) and event.cpl_from == 3 and event.rip_from == place


def test_predictions(scenario: Scenario, play: Play) -> None:
    """Every question has an answer; one with choices has a right one and a wrong one."""
    runs = {program.id: Evidence(play(scenario.spec(program.id))) for program in scenario.header.programs}
    for question in scenario.header.predictions:
        told = answer(question, runs)
        if isinstance(question, Choice):
            assert 0 < len(told.options) < len(question.options), question.id
        else:
            assert str(told.number) in question.reveals.replace(",", "") or told.number == 1, question.id


def test_the_starter_does_not_do_the_task(exercise: Scenario, play: Play) -> None:
    task = exercise.header.task
    assert task is not None
    results = check(exercise, Evidence(play(exercise.spec(task.program))))
    assert any(result.verdict.state == "missed" for result in results)
    assert all(bool(result.not_yet) == (result.verdict.state != "met") for result in results)


def test_the_solution_does(exercise: Scenario, play: Play) -> None:
    task = exercise.header.task
    assert task is not None
    assert exercise.solve is not None
    results = check(exercise, Evidence(play(exercise.program(task.program).spec(exercise.solve))))
    assert [result.says for result in results if result.verdict.state != "met"] == []
