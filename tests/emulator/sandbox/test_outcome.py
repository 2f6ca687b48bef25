import signal
from typing import get_args

import pytest

from emulator.sandbox.messages import Cause, Ended, Result
from emulator.sandbox.outcome import OUT_OF_MEMORY, PEAK_RSS_SUSPECT, Stage, judge
from emulator.trace import events as ev
from emulator.trace.run import LimitName, Limits

LEFT, FAILED = 0, 1 << 8


def ended(status: int, cause: Cause = "", peak_rss: int = 1 << 20) -> Ended:
    return Ended(1, status, peak_rss, cause)


def stop(reason: str, limit: LimitName | None = None) -> ev.Stop:
    return ev.Stop(9, 0, 0, 1, reason, limit, "nobody comes")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stage", "end", "outcome", "limit"),
    [
        ("running", ended(signal.SIGABRT), "engine_crash", None),
        ("running", ended(signal.SIGSEGV), "engine_crash", None),
        ("running", ended(signal.SIGFPE), "engine_crash", None),
        ("running", ended(FAILED), "engine_crash", None),
        ("running", ended(LEFT), "engine_crash", None),
        ("assembling", ended(signal.SIGSEGV), "assembler_crash", None),
        ("assembling", ended(FAILED), "assembler_crash", None),
        ("assembling", ended(signal.SIGKILL, "wall"), "assembler_crash", None),
        ("running", ended(signal.SIGKILL, "wall"), "limit", "wall"),
        ("running", ended(signal.SIGKILL, "output"), "limit", "output"),
        ("running", ended(signal.SIGKILL, "events"), "limit", "events"),
        ("running", ended(signal.SIGKILL, "cancelled"), "cancelled", None),
        ("assembling", ended(signal.SIGKILL, "cancelled"), "cancelled", None),
        ("running", ended(signal.SIGKILL, "protocol"), "sandbox_violation", None),
        ("running", ended(signal.SIGSYS), "sandbox_violation", None),
        ("assembling", ended(signal.SIGSYS), "sandbox_violation", None),
        ("running", ended(signal.SIGXCPU), "limit", "wall"),
        ("running", ended(signal.SIGKILL), "limit", "memory"),
        ("running", ended(OUT_OF_MEMORY << 8), "limit", "memory"),
        ("running", ended(signal.SIGABRT, peak_rss=PEAK_RSS_SUSPECT), "limit", "memory"),
        ("running", ended(signal.SIGRTMIN + 3), "engine_crash", None),
    ],
)
def test_a_child_without_a_last_word(stage: Stage, end: Ended, outcome: str, limit: str | None) -> None:
    verdict = judge(stage, None, end, Limits())
    assert (verdict.outcome, verdict.limit) == (outcome, limit)
    assert verdict.message.endswith(".")
    assert "\n" not in verdict.message


def test_the_word_of_a_child_that_left_in_order_counts() -> None:
    assert judge("running", Result(outcome="ran"), ended(LEFT), Limits(), stop("exited")).outcome == "exited"
    assert judge("running", Result(outcome="ran"), ended(LEFT), Limits(), stop("signaled")).outcome == "signaled"
    assert judge("running", Result(outcome="ran"), ended(LEFT, "cancelled"), Limits(), stop("exited")).outcome == "exited"
    assert judge("running", Result(outcome="ran"), ended(LEFT), Limits(), None).outcome == "internal"
    assert judge("running", Result(outcome="limit"), ended(LEFT), Limits(), None).outcome == "internal"
    assert judge("running", Result(outcome="internal", detail="secret"), ended(LEFT), Limits()).outcome == "internal"
    limit = judge("running", Result(outcome="limit", limit="instructions"), ended(LEFT), Limits(instructions=5_000_000))
    assert (limit.limit, limit.message) == ("instructions", "The program was ended after 5,000,000 instructions, the limit of this run.")


@pytest.mark.parametrize("limit", get_args(LimitName))
def test_every_limit_has_its_sentence(limit: LimitName) -> None:
    verdict = judge("running", Result(outcome="ran"), ended(LEFT), Limits(), stop("limit", limit))
    assert (verdict.outcome, verdict.limit) == ("limit", limit)
    assert "the limit of this run" in verdict.message
    assert judge("running", Result(outcome="limit", limit=limit), ended(LEFT), Limits()) == verdict


def test_a_program_that_waits_for_ever_has_reached_its_wall_limit() -> None:
    verdict = judge("running", Result(outcome="ran"), ended(LEFT), Limits(), stop("deadlock"))
    assert (verdict.outcome, verdict.limit) == ("limit", "wall")
    assert "nobody comes" in verdict.message


@pytest.mark.parametrize("status", [signal.SIGSEGV, signal.SIGSYS, signal.SIGKILL, FAILED])
def test_the_word_of_a_child_that_then_died_does_not(status: int) -> None:
    assert judge("running", Result(outcome="ran"), ended(status), Limits(), stop("exited")).outcome != "exited"


def test_a_traceback_is_not_for_the_learner() -> None:
    verdict = judge("running", Result(outcome="internal", detail="Traceback: secret"), ended(LEFT), Limits())
    assert "secret" not in verdict.message
