"""The machine and the thread's own odds and ends: names, random bytes, segment bases."""

from __future__ import annotations

from typing import Annotated

from emulator.abi import constants as c
from emulator.abi import flags as names
from emulator.abi.arguments import Named, SignedInt, Size
from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.pointers import BytesType, OutBytesType, OutStructType, PointerType
from emulator.abi.structs import SYSINFO, UTSNAME
from emulator.abi.user_memory import Call, Pointer
from emulator.kernel.memory.iter import UserIter, check_range
from emulator.kernel.memory.mapping import TOTAL_RAM
from emulator.kernel.syscalls.registry import syscall
from emulator.kernel.task import Task, not_modelled
from emulator.kernel.time.clock import NS
from emulator.kernel.vfs.devices import fill_with_random

UNAME = {
    "sysname": b"Linux",
    "nodename": b"playground",
    "release": b"6.18.44",
    "version": b"#1 SMP PREEMPT_DYNAMIC",
    "machine": b"x86_64",
    "domainname": b"(none)",
}


@syscall(63, family="system", errors="EFAULT")
def sys_uname(task: Task, buf: Annotated[Pointer, OutStructType(UTSNAME, "where six names of 65 bytes go")]) -> int:
    """Tell the names of the kernel, the node and the machine."""
    buf.copy_out(UTSNAME.pack(**UNAME))
    return 0


@syscall(99, family="system", errors="EFAULT")
def sys_sysinfo(task: Task, info: Annotated[Pointer, OutStructType(SYSINFO, "where uptime, load and memory go")]) -> int:
    """Tell how long the machine is up, how busy it is and how much memory it has."""
    ram = task.world.cpu.ram
    free = TOTAL_RAM - ram.frames_in_use * c.PAGE_SIZE
    uptime = task.world.clock.monotonic // NS
    values = dict.fromkeys(SYSINFO.names, 0) | {"uptime": uptime, "totalram": TOTAL_RAM, "freeram": free, "procs": 2, "mem_unit": 1}
    info.copy_out(SYSINFO.pack(**values))
    return 0


@syscall(170, family="system", man="sethostname(2)", errors="EPERM")
def sys_sethostname(
    task: Task, name: Annotated[Pointer, BytesType("length", "the new name")], length: Annotated[int, SignedInt("its length")]
) -> int:
    """Change the node's name; for root."""
    if not task.credentials.privileged:
        raise SyscallError(Errno.EPERM, "only root names the machine")
    raise not_modelled(task, "sethostname", Errno.EPERM)


@syscall(318, family="system", i386=355, errors="EINVAL EFAULT")
def sys_getrandom(
    task: Task,
    buf: Annotated[Pointer, OutBytesType("count", "where the random bytes go", as_hex=True)],
    count: Size,
    flags: Annotated[int, Named(names.GRND.show, "GRND_NONBLOCK, GRND_RANDOM, GRND_INSECURE; 0 is right")],
) -> int:
    """Fill a buffer with random bytes."""
    if flags & ~(c.GRND_NONBLOCK | c.GRND_RANDOM | c.GRND_INSECURE):
        raise SyscallError(Errno.EINVAL, "flags has a bit that means nothing")
    if flags & (c.GRND_RANDOM | c.GRND_INSECURE) == c.GRND_RANDOM | c.GRND_INSECURE:
        raise SyscallError(Errno.EINVAL, "GRND_RANDOM and GRND_INSECURE exclude each other")
    count = min(count, c.MAX_RW_COUNT)
    check_range(buf.address, count)
    return fill_with_random(task.world.random, UserIter(task.memory, [(buf.address, count)]))


class _ArchArgument(PointerType):
    """arch_prctl's second argument: an address to set, where to store one, or a number."""

    late = True

    def shown(self, call: Call) -> bool:
        return call.raw[0] & 0xFFFF_FFFF != c.ARCH_GET_CPUID

    def show(self, value: int, call: Call) -> str:
        is_pointer = call.raw[0] & 0xFFFF_FFFF in {c.ARCH_SET_FS, c.ARCH_SET_GS, c.ARCH_GET_FS, c.ARCH_GET_GS}
        return f"{value:#x}" if value else "NULL" if is_pointer else "0"

    def show_late(self, value: int, call: Call) -> str:
        stores = call.raw[0] & 0xFFFF_FFFF in {c.ARCH_GET_FS, c.ARCH_GET_GS}
        data = call.memory.peek(value, 8) if stores and not call.failed and value else None
        if data is None:
            return self.show(value, call)
        base = int.from_bytes(data, "little")
        return f"[{base:#x}]" if base else "[NULL]"


@syscall(158, family="system", errors="EPERM EFAULT ENODEV EINVAL")
def sys_arch_prctl(
    task: Task,
    option: Annotated[int, Named(names.ARCH.show, "what to do: ARCH_SET_FS, ARCH_GET_FS, ARCH_SET_GS, ARCH_GET_GS")],
    addr: Annotated[Pointer, _ArchArgument("the new base, or where the base is stored")],
) -> int:
    """Set or get the base of fs or gs, which thread-local storage is found by."""
    cpu = task.world.cpu
    if option in {c.ARCH_SET_FS, c.ARCH_SET_GS}:
        if addr.address >= c.TASK_SIZE:
            raise SyscallError(Errno.EPERM, "a base must lie in the user's half of the address space")
        cpu.set_base("fs" if option == c.ARCH_SET_FS else "gs", addr.address)
        return 0
    if option in {c.ARCH_GET_FS, c.ARCH_GET_GS}:
        base = cpu.get_base("fs" if option == c.ARCH_GET_FS else "gs")
        addr.copy_out(base.to_bytes(8, "little"))
        return 0
    if option == c.ARCH_GET_CPUID:
        return 1
    if option == c.ARCH_SET_CPUID:
        raise SyscallError(Errno.ENODEV, "this CPU can't make CPUID fault")
    name = names.ARCH.name(option)
    if name is not None:
        raise not_modelled(task, f"arch_prctl {name}", Errno.EINVAL)
    raise SyscallError(Errno.EINVAL, f"arch_prctl knows no option {option:#x}")
