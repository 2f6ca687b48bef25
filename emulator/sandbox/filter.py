"""The seccomp filter of a child: which of the host's system calls are left to it, as a classic BPF program.

seccomp(2), Documentation/userspace-api/seccomp_filter.rst. What is not named here kills the process, so that a violation is
seen from outside as SIGSYS. The few file calls Python makes by itself to look around get EPERM.
"""

from __future__ import annotations

import ctypes
import errno
import struct

from emulator.sandbox import libc

ALLOWED = {
    "read": 0,
    "write": 1,
    "close": 3,
    "poll": 7,
    "munmap": 11,
    "brk": 12,
    "rt_sigaction": 13,
    "rt_sigprocmask": 14,
    "rt_sigreturn": 15,
    "sched_yield": 24,
    "mremap": 25,
    "madvise": 28,
    "getpid": 39,
    "exit": 60,
    "gettimeofday": 96,
    "sigaltstack": 131,
    "gettid": 186,
    "futex": 202,
    "restart_syscall": 219,
    "clock_gettime": 228,
    "exit_group": 231,
}
"""Reach the kernel whatever their arguments: memory, the descriptors the child already holds, its own signals, the end."""

MMAP, MPROTECT, TGKILL = 9, 10, 234
CHECKED = {"mmap": MMAP, "mprotect": MPROTECT, "tgkill": TGKILL}
"""Reach the kernel only with harmless arguments: no executable pages; a signal to nobody but oneself (abort(3) needs that)."""

REFUSED = {
    "open": 2,
    "stat": 4,
    "fstat": 5,
    "lstat": 6,
    "lseek": 8,
    "ioctl": 16,
    "access": 21,
    "fcntl": 72,
    "getcwd": 79,
    "readlink": 89,
    "getdents64": 217,
    "openat": 257,
    "newfstatat": 262,
    "readlinkat": 267,
    "faccessat": 269,
    "statx": 332,
    "faccessat2": 439,
}
"""Answered with EPERM instead of death: what imports, tracebacks and malloc try, and can do without."""

_AUDIT_ARCH_X86_64 = 0xC000_003E
_X32_BIT = 0x4000_0000
_PROT_EXEC = 4

_RET_ALLOW = 0x7FFF_0000
_RET_ERRNO = 0x0005_0000
_RET_KILL_PROCESS = 0x8000_0000

_LOAD, _JUMP_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x45, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JSET|K, BPF_RET|K
_AT_NUMBER, _AT_ARCH, _AT_ARGUMENTS = 0, 4, 16  # struct seccomp_data

_SET_MODE_FILTER = 1


def _instruction(code: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, operand)


def _argument(index: int) -> int:
    """Offset of the low half of an argument: pids and protection bits live there, and the kernel ignores the rest of them."""
    return _AT_ARGUMENTS + 8 * index


def program(pid: int) -> bytes:
    """Return the filter for the process `pid` (the number it has for itself), as an array of struct sock_filter."""
    kill, allow = _instruction(_RETURN, _RET_KILL_PROCESS), _instruction(_RETURN, _RET_ALLOW)
    refuse = _instruction(_RETURN, _RET_ERRNO | errno.EPERM)
    code = [
        _instruction(_LOAD, _AT_ARCH),
        _instruction(_JUMP_EQUAL, _AUDIT_ARCH_X86_64, 1, 0),
        kill,
        _instruction(_LOAD, _AT_NUMBER),
        _instruction(_JUMP_SET, _X32_BIT, 0, 1),  # the x32 numbers, and every negative one
        kill,
    ]
    for number in ALLOWED.values():
        code += [_instruction(_JUMP_EQUAL, number, 0, 1), allow]
    for number in (MMAP, MPROTECT):
        code += [
            _instruction(_JUMP_EQUAL, number, 0, 4),
            _instruction(_LOAD, _argument(2)),
            _instruction(_JUMP_SET, _PROT_EXEC, 0, 1),
            refuse,
            allow,
        ]
    code += [_instruction(_JUMP_EQUAL, TGKILL, 0, 4), _instruction(_LOAD, _argument(0)), _instruction(_JUMP_EQUAL, pid, 1, 0), kill, allow]
    for number in REFUSED.values():
        code += [_instruction(_JUMP_EQUAL, number, 0, 1), refuse]
    return b"".join([*code, kill])


def install(code: bytes) -> None:
    """Bind the calling thread, for ever, by a filter. Needs no_new_privs. OSError if the kernel has no seccomp filters."""
    instructions = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("<H6xQ", len(code) // 8, ctypes.addressof(instructions))  # struct sock_fprog
    libc.syscall(libc.SYS_SECCOMP, _SET_MODE_FILTER, 0, header)
