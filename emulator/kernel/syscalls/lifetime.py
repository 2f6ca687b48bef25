"""The end of a process."""

from __future__ import annotations

from typing import Annotated

from emulator.abi.arguments import SignedInt
from emulator.kernel.control import TaskExit
from emulator.kernel.syscalls.registry import syscall
from emulator.kernel.task import Task

Status = Annotated[int, SignedInt("the exit status; the parent sees its low 8 bits")]


@syscall(60, family="process", man="_exit(2)", i386=1, returns=False)
def sys_exit(task: Task, error_code: Status) -> int:
    """End the calling thread; the process ends with its last thread."""
    raise TaskExit(error_code & 0xFF)


@syscall(231, family="process", i386=252, returns=False)
def sys_exit_group(task: Task, error_code: Status) -> int:
    """End all threads of the process."""
    raise TaskExit(error_code & 0xFF)
