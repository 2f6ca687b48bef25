"""Resource limits (kernel/sys.c)."""

from __future__ import annotations

from typing import Annotated

from emulator.abi.arguments import Named, SignedInt
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.limits import RESOURCES, RLIMIT, RLIMIT_NOFILE, RLIMIT_STACK, Resource
from emulator.abi.pointers import OutStructType, StructType
from emulator.abi.user_memory import Pointer
from emulator.kernel.syscalls.registry import syscall
from emulator.kernel.task import Task
from emulator.trace.events import Unmodelled

ResourceArg = Annotated[int, Named(RESOURCES.show, "which limit: RLIMIT_NOFILE, RLIMIT_STACK, ...")]
NewLimit = Annotated[Pointer, StructType(RLIMIT, "the new soft and hard limit")]
OldLimit = Annotated[Pointer, OutStructType(RLIMIT, "where the soft and hard limit go")]
NR_OPEN = 1 << 20
ENFORCED = frozenset({RLIMIT_NOFILE, RLIMIT_STACK, Resource.CORE, Resource.NPROC, Resource.NICE, Resource.RTPRIO, Resource.MEMLOCK})
"""Limits that the model holds, or that nothing it models could reach."""
INIT = 1


def _change(task: Task, resource: int, new: tuple[int, int] | None) -> tuple[int, int]:
    """do_prlimit: return the old limits. Raises EINVAL, EPERM."""
    if resource not in task.limits:
        raise SyscallError(Errno.EINVAL, "there is no such resource")
    old = task.limits[resource]
    if new is not None:
        soft, hard = new
        if soft > hard:
            raise SyscallError(Errno.EINVAL, "the soft limit is above the hard one")
        if (resource == RLIMIT_NOFILE and hard > NR_OPEN) or (hard > old[1] and not task.credentials.privileged):
            raise SyscallError(Errno.EPERM, "only root raises a hard limit")
        task.limits[resource] = new
        _apply(task, resource, old, soft)
    return old


def _apply(task: Task, resource: int, old: tuple[int, int], soft: int) -> None:
    if resource == RLIMIT_NOFILE:
        task.fds.limit = soft
    elif resource == RLIMIT_STACK:
        task.space.stack_limit = soft
    elif resource not in ENFORCED and soft < old[0]:
        what = f"a lower {RESOURCES.show(resource)}"
        task.world.unmodelled.append(what)
        task.world.recorder.emit(Unmodelled, what, "set, but not enforced")


def _copy_in(pointer: Pointer) -> tuple[int, int]:
    values = RLIMIT.unpack(pointer.copy_in(RLIMIT.size))
    return values["rlim_cur"], values["rlim_max"]


@syscall(97, family="limits", man="getrlimit(2)", errors="EINVAL EFAULT")
def sys_getrlimit(task: Task, resource: ResourceArg, rlim: OldLimit) -> int:
    """Tell a resource limit."""
    soft, hard = _change(task, resource, None)
    rlim.copy_out(RLIMIT.pack(rlim_cur=soft, rlim_max=hard))
    return 0


@syscall(160, family="limits", man="getrlimit(2)", errors="EFAULT EINVAL EPERM")
def sys_setrlimit(task: Task, resource: ResourceArg, rlim: NewLimit) -> int:
    """Set a resource limit."""
    _change(task, resource, _copy_in(rlim))
    return 0


@syscall(302, family="limits", man="getrlimit(2)", errors="EFAULT ESRCH EPERM EINVAL")
def sys_prlimit64(
    task: Task,
    pid: Annotated[int, SignedInt("whose limit; 0 is the caller")],
    resource: ResourceArg,
    new_rlim: Annotated[Pointer, StructType(RLIMIT, "the new limits; may be 0")],
    old_rlim: Annotated[Pointer, OutStructType(RLIMIT, "where the old limits go; may be 0")],
) -> int:
    """Set and tell a resource limit of a process."""
    new = _copy_in(new_rlim) if new_rlim else None
    if pid not in {0, task.pid, INIT}:
        raise SyscallError(Errno.ESRCH, f"there is no process {pid}")
    if pid == INIT:
        raise SyscallError(Errno.EPERM, "process 1 belongs to another user, and is not part of the run")
    soft, hard = _change(task, resource, new)
    if old_rlim:
        old_rlim.copy_out(RLIMIT.pack(rlim_cur=soft, rlim_max=hard))
    return 0
