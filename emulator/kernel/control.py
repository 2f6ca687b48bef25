"""Control flow of the kernel model: neither is an error, neither outlives the hypercall it was raised in."""

from __future__ import annotations


class Block(Exception):
    """The call has to wait: it is invoked again when something may have changed. `until` is virtual ns; None = an event."""

    def __init__(self, until: int | None = None, why: str = "") -> None:
        super().__init__(why)
        self.until = until
        self.why = why


class TaskExit(Exception):
    """The calling task ends with `status` (0..255)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
