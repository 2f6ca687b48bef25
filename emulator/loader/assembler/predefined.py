"""Names a program may use without defining them, as the C headers spell them: SYS_write, O_RDONLY, SIGSEGV, EINTR.

GNU as knows none of these, so a program that links there never needs one: what it defines itself always wins.
"""

from __future__ import annotations

from typing import Final

from emulator.abi import constants
from emulator.abi.errno import Errno
from emulator.abi.signals import Signal
from emulator.abi.syscalls_x86_64 import NUMBERS


def _collect() -> dict[str, int]:
    found: dict[str, int] = {}
    for name, number in NUMBERS.items():
        found[f"SYS_{name}"] = found[f"__NR_{name}"] = number
    found |= {name: value for name, value in vars(constants).items() if name.isupper() and isinstance(value, int)}
    found |= {member.name: int(member) for member in Errno}
    found |= {member.name: int(member) for member in Signal}
    return found | {"PROT_NONE": 0, "STDIN_FILENO": 0, "STDOUT_FILENO": 1, "STDERR_FILENO": 2}


CONSTANTS: Final[dict[str, int]] = _collect()
