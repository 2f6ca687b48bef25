"""The parts of the lock that can be looked at from outside; tests/security attacks it."""

import os
import struct
import subprocess
import sys

import pytest

from emulator.sandbox import filter as seccomp
from emulator.sandbox import landlock
from emulator.sandbox.lockdown import Host


@pytest.mark.parametrize(
    ("abi", "size", "rights"),
    [(1, 8, 0x1FFF), (2, 8, 0x3FFF), (3, 8, 0x7FFF), (4, 16, 0x7FFF), (5, 16, 0xFFFF), (6, 24, 0xFFFF), (9, 24, 0xFFFF)],
)
def test_a_ruleset_handles_what_its_abi_knows(abi: int, size: int, rights: int) -> None:
    """include/uapi/linux/landlock.h: unknown bits are EINVAL, unknown fields E2BIG."""
    attributes = landlock.ruleset_attributes(abi)
    assert len(attributes) == size
    assert struct.unpack_from("<Q", attributes) == (rights,)


def test_the_filter_names_each_call_once() -> None:
    numbers = [*seccomp.ALLOWED.values(), *seccomp.CHECKED.values(), *seccomp.REFUSED.values()]
    assert len(numbers) == len(set(numbers))


def test_the_filter_is_a_program_the_kernel_takes() -> None:
    code = seccomp.program(4711)
    assert len(code) % 8 == 0
    assert len(code) // 8 <= 4096
    instructions = [struct.unpack_from("<HBBI", code, at) for at in range(0, len(code), 8)]
    for place, (_, if_true, if_false, _) in enumerate(instructions):
        assert place + max(if_true, if_false) < len(instructions)
    assert instructions[-1] == (0x06, 0, 0, 0x8000_0000)
    assert (0x15, 1, 0, 4711) in instructions


def outcome_of(setup: str, host: str) -> str:
    """What lock_down says in a fresh process that has run `setup`; "locked" if it locked."""
    program = f"""
import os, resource, socket, struct
from emulator.sandbox import libc, lockdown
ours, theirs = socket.socketpair()
if os.fork() == 0:
    {setup}
    try:
        lockdown.lock_down(lockdown.Host({host}), theirs, parent=os.getppid(), cpu_seconds=100)
        os.write(lockdown.CHANNEL, b"locked")
    except lockdown.LockdownError as error:
        os.write(lockdown.CHANNEL, str(error).encode())
    os._exit(0)
theirs.close()
os.wait()
print(ours.recv(1000).decode())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_host_that_lacks_something_says_so() -> None:
    assert Host(landlock_abi=3, drop_uid=True).missing == ()
    assert "Landlock" in Host(landlock_abi=0, drop_uid=True).missing[0]


@pytest.mark.skipif(os.getuid() != 0, reason="a plain user can't drop its uid")
def test_root_without_the_right_to_drop_it_is_refused() -> None:
    """A container may take CAP_SETUID from root: then nothing runs. capset(2), header of version 3."""
    setup = 'libc.syscall(126, struct.pack("<Ii", 0x20080522, 0), bytes(24))'
    assert "can't be closed on this host" in outcome_of(setup, "landlock_abi=0, drop_uid=True")


def test_limits_never_ask_for_more_than_there_is() -> None:
    """A user under a low hard limit can't raise it, and need not."""
    assert outcome_of("resource.setrlimit(resource.RLIMIT_CPU, (3, 3))", "landlock_abi=0, drop_uid=os.getuid() == 0") == "locked"


def test_a_second_thread_is_refused() -> None:
    """A filter would bind one of them only."""
    setup = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"
    assert "more than one thread" in outcome_of(setup, "landlock_abi=0, drop_uid=False")
