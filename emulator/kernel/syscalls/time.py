"""Clocks and sleeping."""

from __future__ import annotations

from typing import Annotated

from emulator.abi import flags as names
from emulator.abi.arguments import Named
from emulator.abi.constants import TIMER_ABSTIME
from emulator.abi.dates import show_time
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.pointers import OutNumberType, OutStructType, PointerType, StructType
from emulator.abi.structs import TIMESPEC, TIMEVAL, TIMEZONE
from emulator.abi.user_memory import Pointer
from emulator.kernel.control import Block
from emulator.kernel.syscalls.registry import Result, syscall
from emulator.kernel.task import Task
from emulator.kernel.time import clocks
from emulator.kernel.time.clock import NS

ClockId = Annotated[int, Named(names.CLOCKS.show, "which clock: CLOCK_REALTIME, CLOCK_MONOTONIC, ...", signed=True)]
OutTimespec = Annotated[Pointer, OutStructType(TIMESPEC, "where the seconds and nanoseconds go")]
Duration = Annotated[Pointer, StructType(TIMESPEC, "how long: seconds, and nanoseconds below 1,000,000,000")]
Remaining = Annotated[Pointer, PointerType("where the rest goes if a signal ends the sleep; may be 0")]
KTIME_MAX = (1 << 63) - 1


@syscall(228, family="time", errors="EINVAL EFAULT")
def sys_clock_gettime(task: Task, which_clock: ClockId, tp: OutTimespec) -> int:
    """Read a clock in seconds and nanoseconds."""
    now = clocks.read_clock(task, which_clock)  # EINVAL
    tp.copy_out(TIMESPEC.pack(tv_sec=now // NS, tv_nsec=now % NS))  # EFAULT
    return 0


@syscall(229, family="time", errors="EINVAL EFAULT")
def sys_clock_getres(task: Task, which_clock: ClockId, tp: OutTimespec) -> int:
    """Tell how finely a clock is divided."""
    step = clocks.resolution(task, which_clock)
    if tp:
        tp.copy_out(TIMESPEC.pack(tv_sec=step // NS, tv_nsec=step % NS))
    return 0


@syscall(96, family="time", errors="EFAULT")
def sys_gettimeofday(
    task: Task,
    tv: Annotated[Pointer, OutStructType(TIMEVAL, "where the seconds and microseconds since 1970 go; may be 0")],
    tz: Annotated[Pointer, OutStructType(TIMEZONE, "where the kernel's time zone goes, always 0; may be 0")],
) -> int:
    """Read the time of day in seconds and microseconds."""
    if tv:
        now = task.world.clock.realtime
        tv.copy_out(TIMEVAL.pack(tv_sec=now // NS, tv_usec=now % NS // 1000))
    if tz:
        tz.copy_out(TIMEZONE.pack(tz_minuteswest=0, tz_dsttime=0))
    return 0


@syscall(201, family="time", errors="EFAULT")
def sys_time(
    task: Task, tloc: Annotated[Pointer, OutNumberType("q", "where the seconds go too; may be 0", show_time)]
) -> Annotated[int, Result("t")]:
    """Return the seconds since 1970-01-01."""
    now = task.world.clock.realtime // NS
    if tloc:
        tloc.copy_out(now.to_bytes(8, "little"))
    return now


def _duration(pointer: Pointer) -> int:
    """Nanoseconds of a timespec. Raises EFAULT, EINVAL."""
    values = TIMESPEC.unpack(pointer.copy_in(TIMESPEC.size))
    if values["tv_sec"] < 0 or not 0 <= values["tv_nsec"] < NS:
        raise SyscallError(Errno.EINVAL, "tv_sec is negative, or tv_nsec is not between 0 and 999,999,999")
    return min(int(values["tv_sec"]) * NS + int(values["tv_nsec"]), KTIME_MAX)


def _sleep_until(task: Task, when: int) -> int:
    """Wait until virtual time `when`; the call is made again once it has come."""
    if task.deadline is None:
        task.deadline = when
    if task.world.clock.now < task.deadline:
        raise Block(until=task.deadline if task.deadline < KTIME_MAX else None, why="it sleeps for ever")
    task.deadline = None
    return 0


@syscall(35, family="time", errors="EFAULT EINVAL EINTR")
def sys_nanosleep(task: Task, rqtp: Duration, rmtp: Remaining) -> int:
    """Sleep for at least the given time."""
    return _sleep_until(task, task.world.clock.now + _duration(rqtp))  # EFAULT, EINVAL


@syscall(230, family="time", errors="EINVAL EOPNOTSUPP EFAULT EINTR")
def sys_clock_nanosleep(
    task: Task,
    which_clock: ClockId,
    flags: Annotated[int, Named(names.TIMER.show, "TIMER_ABSTIME: the time is an instant on the clock, not a duration")],
    rqtp: Duration,
    rmtp: Remaining,
) -> int:
    """Sleep for a time, or until an instant, on a given clock."""
    clocks.check_sleep(task, which_clock)  # EINVAL, EOPNOTSUPP
    time = _duration(rqtp)  # EFAULT, EINVAL
    if clocks.cpu_clock_is_own_thread(which_clock):
        raise SyscallError(Errno.EINVAL, "a thread can't sleep on its own CPU time")
    now = clocks.read_clock(task, which_clock)
    left = time - now if flags & TIMER_ABSTIME else time
    if clocks.is_cpu_clock(which_clock) and left > 0:
        raise Block(why="it waits for its own CPU time, which stands still while it waits")
    return _sleep_until(task, task.world.clock.now + max(left, 0))
