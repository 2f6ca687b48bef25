"""Users and groups: asking for them, and changing them as far as an unprivileged process may (kernel/sys.c, kernel/groups.c)."""

from __future__ import annotations

import struct
from typing import Annotated

from emulator.abi.arguments import SignedInt, UnsignedInt
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.id_arguments import GroupList, IdType
from emulator.abi.pointers import OutNumberType
from emulator.abi.user_memory import Pointer
from emulator.kernel.syscalls.registry import syscall
from emulator.kernel.task import Task

OutId = Annotated[Pointer, OutNumberType("I", "where the number goes")]
Id = Annotated[int, IdType("a user or group number; -1 leaves it as it is")]
KEEP = 0xFFFF_FFFF
NGROUPS_MAX = 65536


def _refuse(what: str) -> SyscallError:
    return SyscallError(Errno.EPERM, f"without privilege {what} can only become one of those the process has")


@syscall(118, family="identity", man="getresuid(2)", errors="EFAULT")
def sys_getresuid(task: Task, ruidp: OutId, euidp: OutId, suidp: OutId) -> int:
    """Tell the real, effective and saved user number."""
    creds = task.credentials
    for pointer, value in ((ruidp, creds.uid), (euidp, creds.euid), (suidp, creds.suid)):
        pointer.copy_out(value.to_bytes(4, "little"))
    return 0


@syscall(120, family="identity", man="getresuid(2)", errors="EFAULT")
def sys_getresgid(task: Task, rgidp: OutId, egidp: OutId, sgidp: OutId) -> int:
    """Tell the real, effective and saved group number."""
    creds = task.credentials
    for pointer, value in ((rgidp, creds.gid), (egidp, creds.egid), (sgidp, creds.sgid)):
        pointer.copy_out(value.to_bytes(4, "little"))
    return 0


def _set_user(task: Task, real: int, effective: int, saved: int) -> None:
    creds = task.credentials
    creds.uid = creds.uid if real == KEEP else real
    creds.suid = creds.suid if saved == KEEP else saved
    if effective != KEEP:
        creds.euid = effective
    creds.fsuid = creds.euid


def _set_group(task: Task, real: int, effective: int, saved: int) -> None:
    creds = task.credentials
    creds.gid = creds.gid if real == KEEP else real
    creds.sgid = creds.sgid if saved == KEEP else saved
    if effective != KEEP:
        creds.egid = effective
    creds.fsgid = creds.egid


def _check_valid(number: int) -> None:
    if number == KEEP:
        raise SyscallError(Errno.EINVAL, "-1 is no user or group")


@syscall(105, family="identity", errors="EINVAL EPERM")
def sys_setuid(task: Task, uid: Id) -> int:
    """Change the effective user; with privilege all three."""
    _check_valid(uid)
    creds = task.credentials
    if creds.privileged:
        _set_user(task, uid, uid, uid)
    elif uid in {creds.uid, creds.suid}:
        _set_user(task, KEEP, uid, KEEP)
    else:
        raise _refuse("the user")
    return 0


@syscall(106, family="identity", errors="EINVAL EPERM")
def sys_setgid(task: Task, gid: Id) -> int:
    """Change the effective group; with privilege all three."""
    _check_valid(gid)
    creds = task.credentials
    if creds.privileged:
        _set_group(task, gid, gid, gid)
    elif gid in {creds.gid, creds.sgid}:
        _set_group(task, KEEP, gid, KEEP)
    else:
        raise _refuse("the group")
    return 0


@syscall(113, family="identity", errors="EPERM")
def sys_setreuid(task: Task, ruid: Id, euid: Id) -> int:
    """Change the real and the effective user."""
    creds = task.credentials
    if not creds.privileged and (ruid not in {KEEP, creds.uid, creds.euid} or euid not in {KEEP, creds.uid, creds.euid, creds.suid}):
        raise _refuse("the user")
    saved = (creds.euid if euid == KEEP else euid) if ruid != KEEP or euid not in {KEEP, creds.uid} else KEEP
    _set_user(task, ruid, euid, saved)
    return 0


@syscall(114, family="identity", man="setreuid(2)", errors="EPERM")
def sys_setregid(task: Task, rgid: Id, egid: Id) -> int:
    """Change the real and the effective group."""
    creds = task.credentials
    if not creds.privileged and (rgid not in {KEEP, creds.gid, creds.egid} or egid not in {KEEP, creds.gid, creds.egid, creds.sgid}):
        raise _refuse("the group")
    saved = (creds.egid if egid == KEEP else egid) if rgid != KEEP or egid not in {KEEP, creds.gid} else KEEP
    _set_group(task, rgid, egid, saved)
    return 0


@syscall(117, family="identity", errors="EPERM")
def sys_setresuid(task: Task, ruid: Id, euid: Id, suid: Id) -> int:
    """Change the real, effective and saved user."""
    creds = task.credentials
    if not creds.privileged and not {ruid, euid, suid} <= {KEEP, creds.uid, creds.euid, creds.suid}:
        raise _refuse("the user")
    _set_user(task, ruid, euid, suid)
    return 0


@syscall(119, family="identity", man="setresuid(2)", errors="EPERM")
def sys_setresgid(task: Task, rgid: Id, egid: Id, sgid: Id) -> int:
    """Change the real, effective and saved group."""
    creds = task.credentials
    if not creds.privileged and not {rgid, egid, sgid} <= {KEEP, creds.gid, creds.egid, creds.sgid}:
        raise _refuse("the group")
    _set_group(task, rgid, egid, sgid)
    return 0


@syscall(122, family="identity")
def sys_setfsuid(task: Task, uid: Id) -> int:
    """Change the user that files are opened as, and return the one before; a refusal shows only in that."""
    creds = task.credentials
    old = creds.fsuid
    if uid != KEEP and (creds.privileged or uid in {creds.uid, creds.euid, creds.suid, creds.fsuid}):
        creds.fsuid = uid
    return old


@syscall(123, family="identity", man="setfsuid(2)")
def sys_setfsgid(task: Task, gid: Id) -> int:
    """Change the group that files are opened as, and return the one before."""
    creds = task.credentials
    old = creds.fsgid
    if gid != KEEP and (creds.privileged or gid in {creds.gid, creds.egid, creds.sgid, creds.fsgid}):
        creds.fsgid = gid
    return old


@syscall(115, family="identity", errors="EINVAL EFAULT")
def sys_getgroups(
    task: Task,
    gidsetsize: Annotated[int, SignedInt("how many numbers fit; 0 asks how many there are")],
    grouplist: Annotated[Pointer, GroupList("where the numbers go")],
) -> int:
    """Tell the supplementary groups, and return how many there are."""
    groups = task.credentials.groups
    if gidsetsize < 0:
        raise SyscallError(Errno.EINVAL, "the size is negative")
    if gidsetsize:
        if len(groups) > gidsetsize:
            raise SyscallError(Errno.EINVAL, f"there are {len(groups)} groups")
        grouplist.copy_out(struct.pack(f"<{len(groups)}I", *groups))
    return len(groups)


@syscall(116, family="identity", man="getgroups(2)", errors="EPERM EINVAL EFAULT")
def sys_setgroups(
    task: Task,
    gidsetsize: Annotated[int, UnsignedInt("how many numbers")],
    grouplist: Annotated[Pointer, GroupList("the numbers", given=True)],
) -> int:
    """Set the supplementary groups; for root."""
    if not task.credentials.privileged:
        raise SyscallError(Errno.EPERM, "only root sets groups")
    if gidsetsize > NGROUPS_MAX:
        raise SyscallError(Errno.EINVAL, f"more than {NGROUPS_MAX} groups")
    data = grouplist.copy_in(4 * gidsetsize) if gidsetsize else b""
    task.credentials.groups = tuple(sorted(struct.unpack(f"<{gidsetsize}I", data)))
    return 0
