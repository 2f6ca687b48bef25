"""The five families of failure, one tree. What is not in one of them is a bug of ours.

`Block` and `TaskExit` are control flow of the kernel model and live in `emulator.kernel`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.abi.errno import Errno


class PlaygroundError(Exception):
    """Root of the tree."""


class SyscallError(PlaygroundError):
    """The modelled kernel refuses a call: becomes -errno in RAX. `why` is a sentence for the learner."""

    def __init__(self, errno: Errno, why: str = "") -> None:
        super().__init__(f"{errno.name}: {why}")
        self.errno = errno
        self.why = why


class GuestFault(PlaygroundError):
    """An exception of the emulated CPU (SDM vol. 3, ch. 6) that a model of a CPU step has to raise."""

    def __init__(self, vector: int, error_code: int = 0, address: int | None = None) -> None:
        super().__init__(f"vector {vector}, error code {error_code:#x}")
        self.vector = vector
        self.error_code = error_code
        self.address = address


class BudgetExceeded(PlaygroundError):
    """A run reached one of its limits; `limit` is one of emulator.trace.run.LimitName."""

    def __init__(self, limit: str, message: str) -> None:
        super().__init__(message)
        self.limit = limit
        self.message = message


class ProgramError(PlaygroundError):
    """What the learner wrote can't become a program. `line` and `column` count from 1; 0 = the whole file."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(f"{line}:{column}: {message}")
        self.line = line
        self.column = column
        self.message = message


class EmulatorBug(PlaygroundError):
    """Ours: an invariant of the emulator does not hold."""
