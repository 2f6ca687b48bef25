"""Ending a task by a signal. Handlers come with the signal family; until then every signal does its default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.signals import Signal, default_action
from emulator.trace.events import SignalDeliver, SignalSend
from emulator.trace.run import Exit

if TYPE_CHECKING:
    from emulator.kernel.task import Task


def send(task: Task, signal: Signal, info: str) -> None:
    """Make `signal` pending for the task; it is acted on before ring 3 goes on."""
    if task.world.recorder.depth >= 1:
        task.world.recorder.emit(SignalSend, int(signal), signal.name, task.tid, info)
    task.pending.append((signal, info))


def deliver_pending(task: Task) -> Exit | None:
    """Act on what is pending, lowest number first; return how the task ends if one is fatal."""
    recorder = task.world.recorder
    while task.pending:
        task.pending.sort()
        signal, info = task.pending.pop(0)
        action = default_action(signal)
        recorder.emit(SignalDeliver, int(signal), signal.name, info, action)
        if action in {"core", "terminate"}:
            return Exit(signal=signal.name)
    return None
