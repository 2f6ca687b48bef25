"""clock_gettime's clocks: which numbers mean what, and what each says (kernel/time/posix-timers.c, posix-cpu-timers.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi import constants as c
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.kernel.time.clock import TICK_NS

if TYPE_CHECKING:
    from emulator.kernel.task import Task

CPU_CLOCK_SCHED = 2
"""CPUCLOCK_SCHED: precise; PROF (0) and VIRT (1) count in ticks."""
_COARSE = frozenset({c.CLOCK_REALTIME_COARSE, c.CLOCK_MONOTONIC_COARSE})
_SLEEPABLE = frozenset({c.CLOCK_REALTIME, c.CLOCK_MONOTONIC, c.CLOCK_BOOTTIME, c.CLOCK_TAI, c.CLOCK_PROCESS_CPUTIME_ID})
_ALARMS = frozenset({c.CLOCK_REALTIME_ALARM, c.CLOCK_BOOTTIME_ALARM})


def _unknown(clock_id: int) -> SyscallError:
    return SyscallError(Errno.EINVAL, f"there is no clock {clock_id}")


def _cpu_clock(task: Task, clock_id: int) -> int:
    """A negative id names a process's CPU clock, or a descriptor's: return which of the CPU clocks. Raises EINVAL."""
    which, pid = clock_id & 3, ~(clock_id >> 3)
    if which == 3 or pid not in {0, task.pid}:  # 3 with bit 2 clear is a descriptor, and no file here is a clock
        raise _unknown(clock_id)
    return which


def read_clock(task: Task, clock_id: int) -> int:
    """Nanoseconds on a clock. Raises SyscallError(EINVAL)."""
    clock = task.world.clock
    if clock_id < 0:
        time = clock.cpu_time
        return time if _cpu_clock(task, clock_id) == CPU_CLOCK_SCHED else time - time % TICK_NS
    if clock_id in {c.CLOCK_REALTIME, c.CLOCK_TAI}:  # nobody has told the kernel the leap seconds
        return clock.realtime
    if clock_id in {c.CLOCK_MONOTONIC, c.CLOCK_MONOTONIC_RAW, c.CLOCK_BOOTTIME}:
        return clock.monotonic
    if clock_id in {c.CLOCK_PROCESS_CPUTIME_ID, c.CLOCK_THREAD_CPUTIME_ID}:
        return clock.cpu_time
    if clock_id in _COARSE:
        time = clock.realtime if clock_id == c.CLOCK_REALTIME_COARSE else clock.monotonic
        return time - time % TICK_NS
    if clock_id in _ALARMS:
        raise SyscallError(Errno.EINVAL, "the machine has no real-time clock that could wake it up")
    raise _unknown(clock_id)


def resolution(task: Task, clock_id: int) -> int:
    """Nanoseconds between two values of a clock. Raises SyscallError(EINVAL)."""
    if clock_id < 0:
        return 1 if _cpu_clock(task, clock_id) == CPU_CLOCK_SCHED else TICK_NS
    read_clock(task, clock_id)
    return TICK_NS if clock_id in _COARSE else 1


def check_sleep(task: Task, clock_id: int) -> None:
    """Whether clock_nanosleep takes this clock. Raises EINVAL, EOPNOTSUPP."""
    if clock_id < 0:
        _cpu_clock(task, clock_id)
        return
    if clock_id not in _ALARMS:
        read_clock(task, clock_id)
    if clock_id not in _SLEEPABLE:
        raise SyscallError(Errno.EOPNOTSUPP, f"clock {clock_id} can be read, but not slept on")


def is_cpu_clock(clock_id: int) -> bool:
    return clock_id < 0 or clock_id == c.CLOCK_PROCESS_CPUTIME_ID


def cpu_clock_is_own_thread(clock_id: int) -> bool:
    """A thread can't wait for its own CPU time: it uses none while it waits."""
    return clock_id < 0 and bool(clock_id & 4)
