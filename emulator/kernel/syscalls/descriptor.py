"""Pipes, and what can be asked of a descriptor itself."""

from __future__ import annotations

import struct
from typing import Annotated

from emulator.abi import constants as c
from emulator.abi import flags as names
from emulator.abi.arguments import Fd, Named, UnsignedInt
from emulator.abi.descriptor_arguments import FCNTL_COMMANDS, FcntlArgument, IoctlArgument, OutPair, fcntl_result, show_ioctl
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.siginfo import SigInfo
from emulator.abi.signals import Signal
from emulator.abi.user_memory import Pointer
from emulator.kernel.signals.delivery import send
from emulator.kernel.syscalls.registry import syscall
from emulator.kernel.task import Task, not_modelled
from emulator.kernel.vfs.console import StdinPipe
from emulator.kernel.vfs.file import OpenFile
from emulator.kernel.vfs.inode import PipeInode
from emulator.kernel.vfs.pipe import DEFAULT_SLOTS, Pipe, PipeReader, PipeWriter
from emulator.kernel.vfs.regular import PathFile, RegularFile

Pair = Annotated[Pointer, OutPair("where the two descriptors go: the read end, the write end")]
CHANGEABLE = c.O_APPEND | c.O_NONBLOCK | c.O_DIRECT | c.O_NOATIME | c.FASYNC
"""What F_SETFL may change."""
CLOSE_RANGE_UNSHARE, CLOSE_RANGE_CLOEXEC = 2, 4
TCGETS, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX = 0x5401, 0x541B, 0x5421, 0x5450, 0x5451


def _pipe(task: Task, fildes: Pointer, flags: int) -> int:
    if flags & ~(c.O_CLOEXEC | c.O_NONBLOCK | c.O_DIRECT):
        raise SyscallError(Errno.EINVAL, "pipe2 knows O_CLOEXEC, O_NONBLOCK and O_DIRECT only")
    world, creds = task.world, task.credentials
    inode = PipeInode(world.tree.next_number(), creds.fsuid, creds.fsgid, world.clock.realtime)
    pipe = Pipe(inode)
    read_fd = task.fds.next_free()
    write_fd = task.fds.next_free(read_fd + 1)
    fildes.copy_out(struct.pack("<ii", read_fd, write_fd))  # EFAULT: the numbers are given out only behind it
    kept = flags & ~c.O_CLOEXEC

    def broken() -> None:
        send(task, SigInfo(Signal.SIGPIPE, "SI_USER", pid=task.pid, uid=creds.uid))

    cloexec = bool(flags & c.O_CLOEXEC)
    task.fds.put(read_fd, PipeReader(pipe, kept), cloexec=cloexec)
    task.fds.put(write_fd, PipeWriter(pipe, kept, broken), cloexec=cloexec)
    return 0


@syscall(22, family="pipe", i386=42, errors="EMFILE EFAULT")
def sys_pipe(task: Task, fildes: Pair) -> int:
    """Make a pipe: what is written to its second descriptor is read from its first."""
    return _pipe(task, fildes, 0)


@syscall(293, family="pipe", man="pipe(2)", i386=331, errors="EINVAL EMFILE EFAULT")
def sys_pipe2(task: Task, fildes: Pair, flags: Annotated[int, Named(names.OPEN_BITS.show, "O_CLOEXEC, O_NONBLOCK, O_DIRECT")]) -> int:
    """Make a pipe, with flags."""
    return _pipe(task, fildes, flags)


@syscall(72, family="file", errors="EBADF EINVAL EMFILE EBUSY EPERM")
def sys_fcntl(
    task: Task,
    fd: Fd,
    cmd: Annotated[int, Named(FCNTL_COMMANDS.show, "what to do: F_GETFL, F_SETFL, F_GETFD, F_SETFD, F_DUPFD, ...")],
    arg: Annotated[int, FcntlArgument("what the command takes: a number or flags")],
) -> int:
    """Ask or change a descriptor or the open file behind it."""
    file = task.fds.get(fd)  # EBADF
    if isinstance(file, PathFile) and cmd not in {c.F_DUPFD, c.F_DUPFD_CLOEXEC, c.F_GETFD, c.F_SETFD, c.F_GETFL}:
        raise SyscallError(Errno.EBADF, "O_PATH: the descriptor is a place, not an open file")
    if cmd in {c.F_DUPFD, c.F_DUPFD_CLOEXEC}:
        lowest = arg & 0xFFFF_FFFF
        if lowest >= task.fds.limit:
            raise SyscallError(Errno.EINVAL, f"descriptors end below {task.fds.limit} (RLIMIT_NOFILE)")
        return task.fds.install(file, cloexec=cmd == c.F_DUPFD_CLOEXEC, lowest=lowest)
    if cmd == c.F_SETFD:
        task.fds.set_cloexec(fd, on=bool(arg & c.FD_CLOEXEC))
        return 0
    if cmd == c.F_SETFL:
        file.flags = (file.flags & ~CHANGEABLE) | (arg & CHANGEABLE)
        task.fds.tell(fd)
        return 0
    if cmd in {c.F_GETFD, c.F_GETFL}:
        value = int(fd in task.fds.cloexec) if cmd == c.F_GETFD else file.flags
        task.result_text = fcntl_result(cmd, value)
        return value
    if cmd in {c.F_GETPIPE_SZ, c.F_SETPIPE_SZ}:
        return _pipe_size(task, file, cmd, arg)
    if FCNTL_COMMANDS.name(cmd) is not None:
        raise not_modelled(task, f"fcntl {FCNTL_COMMANDS.show(cmd)}", Errno.EINVAL)
    raise SyscallError(Errno.EINVAL, f"fcntl has no command {cmd}")


def _pipe_size(task: Task, file: OpenFile, cmd: int, arg: int) -> int:
    if not isinstance(file.inode, PipeInode):
        raise SyscallError(Errno.EBADF, "the descriptor is not a pipe")
    if not isinstance(file, PipeReader | PipeWriter):
        if cmd == c.F_GETPIPE_SZ:
            return DEFAULT_SLOTS * c.PAGE_SIZE
        raise not_modelled(task, "fcntl F_SETPIPE_SZ on a standard stream", Errno.EPERM)
    if cmd == c.F_GETPIPE_SZ:
        return file.pipe.capacity * c.PAGE_SIZE
    return file.pipe.resize(arg & 0xFFFF_FFFF, privileged=task.credentials.privileged)


@syscall(436, family="file", i386=436, errors="EINVAL")
def sys_close_range(
    task: Task,
    fd: Annotated[int, UnsignedInt("the first descriptor")],
    max_fd: Annotated[int, UnsignedInt("the last descriptor")],
    flags: Annotated[int, Named(names.CLOSE_RANGE.show, "CLOSE_RANGE_CLOEXEC marks instead of closing")],
) -> int:
    """Close all descriptors in a range."""
    if flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) or fd > max_fd:
        raise SyscallError(Errno.EINVAL, "the range is empty, or flags has a bit that means nothing")
    for number in sorted(number for number in task.fds.files if fd <= number <= max_fd):
        if flags & CLOSE_RANGE_CLOEXEC:
            task.fds.set_cloexec(number, on=True)
        else:
            task.fds.close(number)
    return 0


@syscall(16, family="file", errors="EBADF EFAULT ENOTTY")
def sys_ioctl(
    task: Task,
    fd: Fd,
    cmd: Annotated[int, Named(show_ioctl, "the request; most belong to one kind of device")],
    arg: Annotated[Pointer, IoctlArgument("what the request takes, mostly an address")],
) -> int:
    """Ask a file for something that only its kind can do."""
    file = task.fds.get(fd)  # EBADF
    if isinstance(file, PathFile):
        raise SyscallError(Errno.EBADF, "O_PATH: the descriptor is a place, not an open file")
    if cmd in {FIOCLEX, FIONCLEX}:
        task.fds.set_cloexec(fd, on=cmd == FIOCLEX)
        return 0
    if cmd == FIONBIO:
        on = arg.copy_in(4) != bytes(4)
        file.flags = file.flags | c.O_NONBLOCK if on else file.flags & ~c.O_NONBLOCK
        task.fds.tell(fd)
        return 0
    if cmd == FIONREAD:
        waiting = _waiting(file)
        if waiting is not None:
            arg.copy_out((waiting & 0xFFFF_FFFF).to_bytes(4, "little"))
            return 0
    raise SyscallError(Errno.ENOTTY, "this kind of file does not know the request")


def _waiting(file: OpenFile) -> int | None:
    """How many bytes could be read at once."""
    if isinstance(file, PipeReader | PipeWriter):
        return file.pipe.held
    if isinstance(file, StdinPipe):
        return len(file.data) - file.taken
    if isinstance(file, RegularFile):
        return file.inode.size - file.offset
    return 0 if isinstance(file.inode, PipeInode) else None
