"""How a job ended, judged from outside: by its wait status, by why it was killed, by how far it got, and only then by its own word."""

from __future__ import annotations

import os
import signal
from typing import Literal

import msgspec

from emulator.sandbox.messages import Cause, Ended, Result
from emulator.trace.events import Stop
from emulator.trace.run import LimitName, Limits, Outcome

Stage = Literal["assembling", "running"]

OUT_OF_MEMORY = 12
"""Exit status of a child that has not even the memory left to say so."""

PEAK_RSS_SUSPECT = 256 << 20
"""Bytes of memory at which a child that died of an abort is taken to have died of that."""

ASSEMBLE_WALL_MS = 5_000
"""Milliseconds of real time the assembler has; the same for every text."""


class Verdict(msgspec.Struct, frozen=True):
    """`outcome`, with the limit it is about and one sentence for the learner."""

    outcome: Outcome
    limit: LimitName | None = None
    message: str = ""


PARENT_GONE = "The process that looks after this run has gone; the run can be started again."
BUG = "This is a bug of the playground, not of your program. It has been recorded."


def judge(stage: Stage, result: Result | None, ended: Ended, limits: Limits, stop: Stop | None = None) -> Verdict:
    """Decide the outcome. `result` is the child's word; it counts only if the child then left by itself, in order.

    `stop` is the last event of the run, if it got that far.
    """
    if result is not None and ended.status == 0:
        return _stopped(stop, limits) if result.outcome == "ran" else _believe(result, limits)
    if ended.cause:
        return _killed_by_us(stage, ended.cause, limits)
    if os.WIFSIGNALED(ended.status):
        return _died(stage, os.WTERMSIG(ended.status), ended.peak_rss)
    if os.WEXITSTATUS(ended.status) == OUT_OF_MEMORY:
        return Verdict("limit", "memory", OUT_OF_HOST_MEMORY)
    if stage == "assembling":
        return Verdict("assembler_crash", message=_ASSEMBLER_DIED.format("ended its process"))
    return Verdict("engine_crash", message=_ENGINE_DIED.format("ended its process"))


OUT_OF_HOST_MEMORY = "The run needed more of the host's memory than a run may have, and was ended."
_ASSEMBLER_DIED = "The assembler {} on this text and was contained; that is its fault, whatever the text says."
_ENGINE_DIED = (
    "The CPU engine {} on an instruction of this program and was contained; "
    "a LOCK prefix before BT, BTS, BTR or BTC with a register is known to do this to it."
)


def _believe(result: Result, limits: Limits) -> Verdict:
    if result.outcome == "assembled":
        return Verdict("exited")
    if result.outcome == "limit" and result.limit is not None:
        return Verdict("limit", result.limit, result.message or explain_limit(result.limit, limits))
    if result.outcome == "source_error":
        return Verdict("source_error", message=result.message)
    return Verdict("internal", message=BUG)


def _stopped(stop: Stop | None, limits: Limits) -> Verdict:
    match stop:
        case Stop(reason="exited" | "signaled" as reason):
            return Verdict(reason)
        case Stop(reason="limit", limit=str(limit)):
            return Verdict("limit", limit, explain_limit(limit, limits))
        case Stop(reason="deadlock"):
            return Verdict("limit", "wall", f"The program would wait for ever, and was ended: {stop.message}.")
        case _:
            return Verdict("internal", message=BUG)


def _killed_by_us(stage: Stage, cause: Cause, limits: Limits) -> Verdict:
    match cause:
        case "cancelled":
            return Verdict("cancelled", message="The run was cancelled.")
        case "wall" if stage == "assembling":
            return Verdict(
                "assembler_crash", message=f"The assembler did not come to an end within {ASSEMBLE_WALL_MS / 1000:g} s, and was ended."
            )
        case "wall" | "output" | "events":
            return Verdict("limit", cause, explain_limit(cause, limits))
        case _:
            return Verdict("sandbox_violation", message="The run's process sent what no run sends, and was ended.")


def explain_limit(limit: LimitName, limits: Limits) -> str:
    """Say in one sentence which limit ended a run."""
    return {
        "instructions": f"The program was ended after {limits.instructions:,} instructions, the limit of this run.",
        "wall": f"The program was ended after {limits.wall_ms / 1000:g} s of real time, the limit of this run.",
        "memory": f"The program was ended when the {limits.memory_bytes >> 20} MiB of its machine were used up, the limit of this run.",
        "output": f"The program was ended after writing {limits.output_bytes:,} bytes, the limit of this run.",
        "events": f"The program was ended after {limits.events:,} recorded events, the limit of this run.",
    }[limit]


def _died(stage: Stage, number: int, peak_rss: int) -> Verdict:
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    if number == signal.SIGSYS:
        return Verdict(
            "sandbox_violation",
            message="The run's process tried a system call of the host that the sandbox forbids, and was killed. It has been recorded.",
        )
    if number == signal.SIGXCPU:
        return Verdict("limit", "wall", "The run used up its processor time.")
    if number == signal.SIGKILL or peak_rss >= PEAK_RSS_SUSPECT:  # not by us: the host was out of memory
        return Verdict("limit", "memory", OUT_OF_HOST_MEMORY)
    template = _ASSEMBLER_DIED if stage == "assembling" else _ENGINE_DIED
    outcome: Outcome = "assembler_crash" if stage == "assembling" else "engine_crash"
    return Verdict(outcome, message=template.format(f"crashed ({name})"))
