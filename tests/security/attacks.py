"""Attacks on the lock, each run in a locked-down child of its own. As a script: print {attack: verdict} of all, as whoever runs it.

An attack that returns has succeeded. One that raises OSError was refused; one that is killed dies of SIGSYS.
"""

import codecs
import ctypes
import json
import mmap
import os
import resource
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from emulator.sandbox import filter as seccomp
from emulator.sandbox import libc, lockdown, selftest

PARENT = os.getpid()

_CODE = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
_CODE_AT = ctypes.addressof(ctypes.c_char.from_buffer(_CODE))
"""Executable memory as the translator of the CPU engine has it: made before the lock, writable behind it."""

PAGE = ctypes.create_string_buffer(4096)
HERE = ctypes.addressof(PAGE)


def call(number: int, *arguments: int) -> Callable[[], object]:
    return lambda: libc.syscall(number, *arguments)


def native(code: bytes) -> Callable[[], object]:
    """Run machine code that no interpreter has looked at; it returns with ret. A result that is an errno counts as refusal."""

    def attack() -> None:
        _CODE[: len(code) + 1] = code + b"\xc3"
        result = ctypes.CFUNCTYPE(ctypes.c_long)(_CODE_AT)()
        if -4096 < result < 0:
            raise OSError(-result, os.strerror(-result))

    return attack


def _mov_eax(number: int) -> bytes:
    return b"\xb8" + struct.pack("<I", number)


def thread() -> None:
    threading.Thread(target=int).start()


def inherited_descriptor() -> None:
    for descriptor in range(lockdown.CHANNEL + 1, 4096):
        try:
            os.read(descriptor, 1)
        except OSError:
            continue
        return
    raise OSError("none is open")


def standard_streams() -> None:
    if not os.read(0, 1):
        os.write(1, b"nobody hears this")
        raise OSError("they lead nowhere")


def giant_map() -> None:
    mmap.mmap(-1, 64 << 30)


def touch_memory() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(b"x") * (16 << 20))


def grow_the_limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def become_root() -> None:
    os.setuid(0)


def wait_for_any_child() -> None:
    os.waitpid(-1, 0)


def signal_own_group() -> None:
    os.killpg(0, signal.SIGTERM)


EXPECTED: dict[str, tuple[str, Callable[[], object]]] = {
    # files
    "openat /etc/passwd": ("refused", selftest.read_a_file),
    "open": ("refused", call(2, HERE, 0)),
    "creat": ("killed", call(85, HERE, 0o777)),
    "openat2": ("killed", call(437, -100, HERE, HERE, 24)),
    "open_by_handle_at": ("killed", call(304, -100, HERE, 0)),
    "scandir": ("refused", selftest.list_the_root),
    "write a file": ("refused", selftest.write_a_file),
    "stat": ("refused", Path("/etc/passwd").stat),
    "statx": ("refused", call(332, -100, HERE, 0, 0, HERE)),
    "readlink": ("refused", Path("/proc/self/exe").readlink),
    "access": ("refused", call(21, HERE, 0)),
    "getcwd": ("refused", os.getcwd),
    "ioctl TIOCSTI": ("refused", call(16, 0, 0x5412, HERE)),
    "fcntl": ("refused", call(72, 3, 4, 0)),
    "mkdir": ("killed", call(83, HERE, 0o777)),
    "rename": ("killed", call(82, HERE, HERE)),
    "unlink": ("killed", call(87, HERE)),
    "symlink": ("killed", call(88, HERE, HERE)),
    "chmod": ("killed", call(90, HERE, 0o777)),
    "mknod": ("killed", call(133, HERE, 0o20666, 0x103)),
    "chdir": ("killed", call(80, HERE)),
    "chroot": ("killed", call(161, HERE)),
    "mount": ("killed", call(165, HERE, HERE, HERE, 0, 0)),
    "pivot_root": ("killed", call(155, HERE, HERE)),
    "inotify_init": ("killed", call(253)),
    "memfd_create": ("killed", lambda: os.memfd_create("x")),
    "dup": ("killed", call(32, 3)),
    "dup2": ("killed", call(33, 3, 9)),
    "pipe": ("killed", os.pipe),
    "sendfile": ("killed", call(40, 1, 3, 0, 1)),
    "inherited descriptor": ("refused", inherited_descriptor),
    "standard streams": ("refused", standard_streams),
    # processes
    "fork": ("killed", selftest.fork),
    "vfork": ("killed", call(58)),
    "clone3": ("killed", call(435, HERE, 88)),
    "thread": ("killed", thread),
    "execve": ("killed", selftest.execute),
    "execveat": ("killed", call(322, -100, HERE, 0, 0, 0)),
    "wait4": ("killed", wait_for_any_child),
    "kill parent": ("killed", call(62, PARENT, 9)),
    "kill everybody": ("killed", call(62, -1, 9)),
    "kill group": ("killed", signal_own_group),
    "tgkill parent": ("killed", call(234, PARENT, PARENT, 9)),
    "tkill parent": ("killed", call(200, PARENT, 9)),
    "rt_sigqueueinfo": ("killed", call(129, PARENT, 9, HERE)),
    "pidfd_open": ("killed", call(434, PARENT, 0)),
    "pidfd_getfd": ("killed", call(438, 3, 0, 0)),
    "pidfd_send_signal": ("killed", call(424, 3, 9, 0, 0)),
    "ptrace": ("killed", selftest.trace_the_parent),
    "process_vm_readv": ("killed", call(310, PARENT, HERE, 1, HERE, 1, 0)),
    "process_vm_writev": ("killed", call(311, PARENT, HERE, 1, HERE, 1, 0)),
    "kcmp": ("killed", call(312, PARENT, PARENT, 0, 0, 0)),
    "setpriority": ("killed", call(141, 0, 0, -20)),
    "sched_setaffinity": ("killed", call(203, 0, 8, HERE)),
    "setsid": ("killed", os.setsid),
    # rights
    "setuid 0": ("killed", become_root),
    "setresuid": ("killed", call(117, 0, 0, 0)),
    "setgroups": ("killed", call(116, 0, 0)),
    "capset": ("killed", call(126, HERE, HERE)),
    "prctl dumpable": ("killed", call(157, 4, 1, 0, 0, 0)),
    "seccomp": ("killed", call(317, 1, 0, HERE)),
    "setrlimit": ("killed", grow_the_limit),
    "prlimit64 of the parent": ("killed", call(302, PARENT, 9, HERE, 0)),
    "personality": ("killed", call(135, 0x0400000)),
    "unshare user": ("killed", selftest.make_a_namespace),
    "setns": ("killed", call(308, 3, 0)),
    "landlock_create_ruleset": ("killed", call(444, 0, 0, 1)),
    # the network and other ways to talk
    "socket inet": ("killed", selftest.reach_the_network),
    "socket unix": ("killed", lambda: socket.socket(socket.AF_UNIX)),
    "socket netlink": ("killed", call(41, 16, 3, 0)),
    "socket vsock": ("killed", call(41, 40, 1, 0)),
    "socketpair": ("killed", socket.socketpair),
    "connect": ("killed", call(42, 3, HERE, 16)),
    "sendmsg a descriptor": ("killed", call(46, 3, HERE, 0)),
    "recvmsg a descriptor": ("killed", call(47, 3, HERE, 0)),
    "shmget": ("killed", call(29, 0x1234, 1 << 30, 0o1666)),
    "msgget": ("killed", call(68, 0x1234, 0o1666)),
    "mq_open": ("killed", call(240, HERE, 0o102, 0o666, 0)),
    "keyctl": ("killed", call(250, 0, -3, 0)),
    "add_key": ("killed", call(248, HERE, HERE, HERE, 1, -3)),
    # the kernel's large surfaces
    "bpf": ("killed", call(321, 5, HERE, 128)),
    "perf_event_open": ("killed", call(298, HERE, 0, -1, -1, 0)),
    "io_uring_setup": ("killed", call(425, 8, HERE)),
    "userfaultfd": ("killed", call(323, 1)),
    "init_module": ("killed", call(175, HERE, 0, HERE)),
    "kexec_load": ("killed", call(246, 0, 0, 0, 0)),
    "reboot": ("killed", call(169, 0, 0, 0, 0)),
    "epoll_create": ("killed", call(213, 1)),
    "timer_create": ("killed", call(222, 0, 0, HERE)),
    "setitimer": ("killed", call(38, 0, HERE, 0)),
    "nanosleep": ("killed", call(35, HERE, 0)),
    "modify_ldt": ("killed", call(154, 1, HERE, 16)),
    "arch_prctl": ("killed", call(158, 0x1001, 0)),
    "iopl": ("killed", call(172, 3)),
    # memory
    "mmap rwx": ("refused", selftest.map_executable_memory),
    "mmap rx": ("refused", lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)),
    "mprotect rwx": ("refused", selftest.make_memory_executable),
    "pkey_mprotect": ("killed", call(329, HERE & -4096, 4096, 7, 0)),
    "remap_file_pages": ("killed", call(216, HERE & -4096, 4096, 0, 0, 0)),
    "mlockall": ("killed", call(151, 3)),
    "64 GiB map": ("refused", giant_map),
    "touch all memory": ("refused", touch_memory),
    # around the filter
    "x32 getpid": ("killed", call(0x4000_0000 | 39)),
    "x32 execve": ("killed", call(0x4000_0000 | 520, HERE, 0, 0)),
    "number -1": ("killed", call(-1)),
    "truncated number": ("refused", call(0x1_0000_0000 | 2, HERE, 0)),
    "int 0x80 getpid": ("killed", native(_mov_eax(20) + b"\xcd\x80")),
    "int 0x80 execve": ("killed", native(_mov_eax(11) + b"\x31\xdb\xcd\x80")),
    "native execve": ("killed", native(_mov_eax(59) + b"\x31\xff\x31\xf6\x31\xd2\x0f\x05")),
    "native socket": ("killed", native(_mov_eax(41) + b"\xbf\x02\0\0\0\xbe\x01\0\0\0\x31\xd2\x0f\x05")),
    "native fork": ("killed", native(_mov_eax(57) + b"\x0f\x05")),
    "native x32": ("killed", native(_mov_eax(0x4000_0000 | 57) + b"\x0f\x05")),
    "native mmap rwx": (
        "refused",
        native(_mov_eax(9) + b"\x31\xff\xbe\0\x10\0\0\xba\x07\0\0\0\x41\xba\x22\0\0\0\x49\xc7\xc0\xff\xff\xff\xff\x45\x31\xc9\x0f\x05"),
    ),
    "native mprotect with dirty high bits": (
        "refused",
        native(b"\x48\xba\x07\0\0\0\x01\0\0\0\x31\xff\x31\xf6" + _mov_eax(10) + b"\x0f\x05"),
    ),
}


def sweep(host: lockdown.Host) -> dict[str, str]:
    """Every number there is, with no arguments, but those the filter lets through: number -> verdict."""
    known = {*seccomp.ALLOWED.values(), *seccomp.CHECKED.values()}
    return {str(number): selftest.attempt(host, call(number)) for number in range(520) if number not in known}


def become_plain_user(uid: int) -> None:
    """Be from now on what root has never been. Behind the imports: the interpreter may lie where only root can read it."""
    codecs.lookup("ascii")
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    libc.prctl(libc.PR_SET_DUMPABLE, 1)  # as a process that was started by that user


def main() -> None:
    for argument in sys.argv[1:]:
        if argument.startswith("--user="):
            become_plain_user(int(argument.removeprefix("--user=")))
    host = lockdown.examine()
    if "--no-landlock" in sys.argv:
        host = lockdown.Host(landlock_abi=0, drop_uid=host.drop_uid)
    verdicts = sweep(host) if "--sweep" in sys.argv else {name: selftest.attempt(host, attack) for name, (_, attack) in EXPECTED.items()}
    print(json.dumps({"uid": os.getuid(), "verdicts": verdicts}))


if __name__ == "__main__":
    main()
