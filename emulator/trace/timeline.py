"""From events back to state: `fold` is the meaning of every event, and the browser's fold agrees with it (tests/fixtures/timeline).

The invariant of the whole product: folding the first keyframe and all events behind it gives what `Machine.snapshot()` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from emulator.trace import events as ev
from emulator.trace.state import Mapping, State, TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def initial() -> State:
    """Return the state before the first event: no task, no time."""
    return State(seq=0, t=0, n=0, tid=0, tasks={}, output={}, stopped=False)


def fold(state: State, event: ev.Event) -> State:
    """Return the state behind `event`. Raises ValueError for an event out of order."""
    if isinstance(event, ev.Keyframe):
        return event.state
    if event.seq != state.seq + 1:
        msg = f"event {event.seq} does not follow event {state.seq}"
        raise ValueError(msg)
    changes: dict[str, Any] = {"seq": event.seq, "t": event.t, "n": event.n, "tid": event.tid}
    step = _TASK_STEPS.get(type(event))
    if step is not None:
        task = state.tasks.get(event.tid, _NOBODY)
        changes["tasks"] = {**state.tasks, event.tid: step(task, event)}
    elif isinstance(event, ev.Output):
        changes["output"] = {**state.output, event.fd: state.output.get(event.fd, 0) + len(event.data)}
    elif isinstance(event, ev.Stop):
        changes["stopped"] = True
    return msgspec.structs.replace(state, **changes)


def fold_all(events: Iterable[ev.Event], state: State | None = None) -> State:
    """Fold a whole sequence, from `state` or from before the first event."""
    state = initial() if state is None else state
    for event in events:
        state = fold(state, event)
    return state


def carve(maps: tuple[Mapping, ...], start: int, end: int, mapping: Mapping | None) -> tuple[Mapping, ...]:
    """Put `mapping` (or a hole) at [start, end), cutting what lies there; the result is merged and sorted."""
    kept: list[Mapping] = []
    for old in maps:
        low, high = int(old.start, 16), int(old.end, 16)
        if high <= start or low >= end:
            kept.append(old)
            continue
        if low < start:
            kept.append(msgspec.structs.replace(old, end=hex(start)))
        if high > end:
            offset = int(old.offset, 16) + (end - low if _is_file(old) else 0)
            kept.append(msgspec.structs.replace(old, start=hex(end), offset=hex(offset)))
    if mapping is not None:
        kept.append(mapping)
    return merge(kept)


def merge(maps: Iterable[Mapping]) -> tuple[Mapping, ...]:
    """Sort mappings and make neighbours that differ in nothing but their place into one."""
    result: list[Mapping] = []
    for here in sorted(maps, key=lambda mapping: int(mapping.start, 16)):
        if result:
            last = result[-1]
            alike = last.end == here.start and last.prot == here.prot and last.name == here.name
            run_on = int(last.offset, 16) + int(last.end, 16) - int(last.start, 16)
            if alike and (not _is_file(here) or run_on == int(here.offset, 16)):
                result[-1] = msgspec.structs.replace(last, end=here.end)
                continue
        result.append(here)
    return tuple(result)


def _is_file(mapping: Mapping) -> bool:
    """Only a file's mapping has an offset that moves with its start; anonymous memory shows 0."""
    return mapping.name.startswith("/")


_NOBODY = TaskState(pid=0, ppid=0, comm="", cpl=3, regs={}, status="running", syscall=None, exit=None, maps=(), fds={})


def _with(task: TaskState, **changes: Any) -> TaskState:
    return msgspec.structs.replace(task, **changes)


def _regs(task: TaskState, event: ev.Regs) -> TaskState:
    return _with(task, regs={**task.regs, **event.regs})


def _ring(task: TaskState, event: ev.Ring) -> TaskState:
    return _with(task, regs={**task.regs, **event.regs}, cpl=event.cpl_to)


def _enter(task: TaskState, event: ev.SyscallEnter) -> TaskState:
    return _with(task, status="syscall", syscall=event.name)


def _exit(task: TaskState, _event: ev.SyscallExit) -> TaskState:
    return _with(task, status="running", syscall=None)


def _task_start(task: TaskState, event: ev.TaskStart) -> TaskState:
    return _with(task, pid=event.pid, ppid=event.ppid, comm=event.comm)


def _task_exec(task: TaskState, event: ev.TaskExec) -> TaskState:
    """execve(2) replaces the address space: the new one's `map` events follow."""
    return _with(task, comm=event.comm, maps=())


def _task_exit(task: TaskState, event: ev.TaskExit) -> TaskState:
    """A dead task keeps its last registers, for whoever looks at it; its memory and descriptors are gone."""
    return _with(task, status="dead", syscall=None, exit=event.exit, maps=(), fds={})


def _map(task: TaskState, event: ev.Map) -> TaskState:
    return _with(task, maps=carve(task.maps, int(event.start, 16), int(event.end, 16), event.mapping))


def _fd(task: TaskState, event: ev.Fd) -> TaskState:
    fds = {number: file for number, file in task.fds.items() if number != event.fd}
    if event.file is not None:
        fds[event.fd] = event.file
    return _with(task, fds=dict(sorted(fds.items())))


def _deliver(task: TaskState, event: ev.SignalDeliver) -> TaskState:
    status = {"stop": "stopped", "continue": "running"}.get(event.action, task.status)
    return _with(task, status=status)


_TASK_STEPS: dict[type[ev.Event], Callable[[TaskState, Any], TaskState]] = {
    ev.Regs: _regs,
    ev.Ring: _ring,
    ev.SyscallEnter: _enter,
    ev.SyscallExit: _exit,
    ev.TaskStart: _task_start,
    ev.TaskExec: _task_exec,
    ev.TaskExit: _task_exit,
    ev.Map: _map,
    ev.Fd: _fd,
    ev.SignalDeliver: _deliver,
}
"""What changes a task; every other kind of event tells a story and changes nothing."""
