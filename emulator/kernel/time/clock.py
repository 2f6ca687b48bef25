"""Virtual time: a pure function of what the program did, never of the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from emulator.cpu.port import CpuPort

NS_PER_INSTRUCTION: Final = 1
"""One user instruction takes one virtual nanosecond."""
NS_PER_CROSSING: Final = 300
"""One way into the kernel and back, the order of a getppid(2) on the recorded machine."""
EPOCH_NS: Final = 1_704_067_200 * 10**9
"""The machine was booted at 2024-01-01T00:00:00Z, which is also the time of every file it starts with."""
UPTIME_NS: Final = 60 * 10**9
"""How long it had been up when the program started."""
TICK_NS: Final = 4_000_000
"""HZ=250: the coarse clocks move in steps of this."""
NS: Final = 10**9


class Clock:
    """`now` = nanoseconds since the program started. Sleeping adds to `skipped`."""

    def __init__(self, cpu: CpuPort) -> None:
        self.cpu = cpu
        self.crossings = 0
        self.skipped = 0
        self.now = 0
        self.retired = 0

    def enter(self) -> int:
        """Count one crossing into the kernel and return the time."""
        self.crossings += 1
        return self.update()

    def update(self) -> int:
        """Bring `now` and `retired` up to the instruction the CPU has reached."""
        self.retired = self.cpu.retired()
        self.now = self.at(self.retired)
        return self.now

    def at(self, retired: int) -> int:
        """Return the time when user instruction `retired` is completed, since the last crossing."""
        return retired * NS_PER_INSTRUCTION + self.crossings * NS_PER_CROSSING + self.skipped

    def skip_to(self, when: int) -> None:
        """Nothing can run before `when`: let the time pass."""
        if when > self.now:
            self.skipped += when - self.now
            self.now = when

    @property
    def monotonic(self) -> int:
        return UPTIME_NS + self.now

    @property
    def realtime(self) -> int:
        return EPOCH_NS + UPTIME_NS + self.now

    @property
    def cpu_time(self) -> int:
        """Nanoseconds the program's task has used: all but the sleeping."""
        return self.now - self.skipped
