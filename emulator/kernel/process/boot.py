"""The first task: as if a launcher had chrooted, dropped its rights and called execve("/bin/prog")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.quoting import STRING_LIMIT, quote
from emulator.kernel.process.exec import execute
from emulator.kernel.task import Credentials, Task
from emulator.kernel.vfs.console import OutputPipe, StdinPipe
from emulator.kernel.vfs.inode import PipeInode
from emulator.kernel.vfs.setup import FIRST_PID, PROGRAM_PATH, build_tree
from emulator.kernel.vfs.table import FdTable
from emulator.trace.events import Arg, SyscallEnter, SyscallExit, TaskStart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator.kernel.world import World

EXECVE = 59


def boot_first_task(world: World, elf: bytes) -> Task:
    """Build the file system, the descriptors and the process, and execute the program. Raises ProgramError."""
    spec, recorder, cpu = world.spec, world.recorder, world.cpu
    tree = build_tree(world, elf)
    world.tree = tree
    task = Task(world, FIRST_PID, 1, Credentials(spec.uid, spec.uid))
    task.kernel_stack, task.regs = cpu.new_kernel_stack()
    recorder.tid = task.tid
    argv = tuple(text.encode("utf-8", "surrogateescape") for text in spec.argv)
    envp = tuple(text.encode("utf-8", "surrogateescape") for text in spec.env)
    task.comm = "launch"
    recorder.emit(TaskStart, task.pid, task.ppid, task.comm)
    task.cwd = tree.directory(spec.cwd)
    task.fds = FdTable(recorder)
    limit = spec.limits.output_bytes
    pipes = [PipeInode(tree.next_number(), 0, 0, tree.now) for _ in range(3)]
    task.fds.put(0, StdinPipe(pipes[0], spec.stdin))
    task.fds.put(1, OutputPipe(pipes[1], 1, recorder, world.output, limit))
    task.fds.put(2, OutputPipe(pipes[2], 2, recorder, world.output, limit))
    argv_text = _vector(argv)
    before = (
        Arg("pathname", "0x0", quote(PROGRAM_PATH.encode())),
        Arg("argv", "0x0", argv_text),
        Arg("envp", "0x0", _environment(0, len(envp))),
    )
    recorder.emit(SyscallEnter, EXECVE, "execve", "x86_64", before)
    stack = execute(task, PROGRAM_PATH, tree.program, argv, envp)
    texts = (quote(PROGRAM_PATH.encode()), argv_text, _environment(stack.envp, len(envp)))
    recorder.emit(SyscallExit, EXECVE, "execve", texts, "0x0", "0", None, "")
    return task


def _vector(texts: Sequence[bytes]) -> str:
    """strace's form of an argument vector: 32 strings of 32 bytes."""
    shown = [quote(text[:STRING_LIMIT], cut=len(text) > STRING_LIMIT) for text in texts[:32]]
    return "[" + ", ".join(shown + ["..."] * (len(texts) > 32)) + "]"


def _environment(address: int, count: int) -> str:
    """The launcher's own pointer is not part of the run; the new program's stands in for it."""
    where = f"{address:#x}" if address else "NULL"
    return f"{where} /* {count} var{'' if count == 1 else 's'} */"
