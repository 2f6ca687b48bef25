"""The warm parent's book-keeping, with children that are no more than their end."""

from __future__ import annotations

import os
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import msgspec

from emulator.sandbox.lockdown import Host
from emulator.sandbox.messages import CONTROL_LIMIT, Ended, FromWarm, Start
from emulator.sandbox.warm import MAX_STILLBORN, WarmParent, _Child

COUNT = MAX_STILLBORN + 2


def test_children_that_end_while_their_orders_wait_were_not_stillborn() -> None:
    """A busy parent finds several starts and several ends at once: each start belongs to an end."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    parent = WarmParent(ours, os.getpid(), spares=0, host=Host(landlock_abi=0, drop_uid=False), work=Mock())
    true = shutil.which("true")
    assert true is not None
    for number in range(1, COUNT + 1):
        pid = os.posix_spawn(true, [true], {})
        parent._children[number] = child = _Child(pid)
        parent._by_pidfd[child.pidfd] = number
        parent._poll.register(child.pidfd)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        theirs.send(msgspec.msgpack.encode(Start(number, wall_ms=1000)))
    with ours, ThreadPoolExecutor(1) as pool:
        served = pool.submit(parent.serve)
        with theirs:
            theirs.settimeout(30)
            ended = [msgspec.msgpack.decode(theirs.recv(CONTROL_LIMIT), type=FromWarm) for _ in range(COUNT)]
        served.result(30)
    os.close(parent._owner)
    assert {(one.child, one.status) for one in ended if isinstance(one, Ended)} == {(number, 0) for number in range(1, COUNT + 1)}
    assert parent._stillborn == 0
