"""Who am I: process, thread, user and group numbers."""

from __future__ import annotations

from emulator.kernel.syscalls.registry import syscall
from emulator.kernel.task import Task


@syscall(39, family="identity", i386=20)
def sys_getpid(task: Task) -> int:
    """Return the number of the calling process."""
    return task.pid


@syscall(186, family="identity", i386=224)
def sys_gettid(task: Task) -> int:
    """Return the number of the calling thread; the first thread's is the process's."""
    return task.tid


@syscall(110, family="identity", i386=64)
def sys_getppid(task: Task) -> int:
    """Return the number of the parent process."""
    return task.ppid


@syscall(102, family="identity")
def sys_getuid(task: Task) -> int:
    """Return the real user number of the process."""
    return task.credentials.uid


@syscall(107, family="identity")
def sys_geteuid(task: Task) -> int:
    """Return the effective user number of the process: the one permissions are decided by."""
    return task.credentials.euid


@syscall(104, family="identity")
def sys_getgid(task: Task) -> int:
    """Return the real group number of the process."""
    return task.credentials.gid


@syscall(108, family="identity")
def sys_getegid(task: Task) -> int:
    """Return the effective group number of the process."""
    return task.credentials.egid
