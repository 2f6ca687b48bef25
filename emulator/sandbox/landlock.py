"""Landlock (landlock(7)): a rule set that handles everything this kernel knows and allows nothing.

Second layer behind the system call filter. It binds only what is opened after it: descriptors already held stay usable.
"""

from __future__ import annotations

import os
import struct

from emulator.sandbox import libc

_CREATE_RULESET_VERSION = 1

FS_RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many LANDLOCK_ACCESS_FS_* bits an ABI knows (5: IOCTL_DEV); later ABIs add none to the file system."""

_NET_BIND_AND_CONNECT = 0b11  # ABI 4
_SCOPE_ABSTRACT_UNIX_AND_SIGNAL = 0b11  # ABI 6


def abi() -> int:
    """Version of Landlock this kernel offers; 0 where it is missing, switched off, or hidden by a container's filter."""
    try:
        return libc.syscall(libc.SYS_LANDLOCK_CREATE_RULESET, None, 0, _CREATE_RULESET_VERSION)
    except OSError:
        return 0


def ruleset_attributes(version: int) -> bytes:
    """Return struct landlock_ruleset_attr for an ABI: it grew from one field to three, and older kernels refuse unknown bits."""
    file_system = (1 << FS_RIGHTS_BY_ABI[min(version, 5)]) - 1
    if version < 4:
        return struct.pack("<Q", file_system)
    if version < 6:
        return struct.pack("<QQ", file_system, _NET_BIND_AND_CONNECT)
    return struct.pack("<QQQ", file_system, _NET_BIND_AND_CONNECT, _SCOPE_ABSTRACT_UNIX_AND_SIGNAL)


def forbid_everything(version: int) -> None:
    """Deny the calling thread all files, TCP and, where the ABI has scopes, signals to processes outside. Needs no_new_privs."""
    attributes = ruleset_attributes(version)
    ruleset = libc.syscall(libc.SYS_LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)
    libc.syscall(libc.SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
