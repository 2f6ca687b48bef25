"""The warm parent: `python -m emulator.sandbox.warm`, started by the client with nothing in its environment.

One thread. It has imported the engine and used it once, so that a fork of it starts within milliseconds; it keeps spare
children ready, each locked down and waiting for the one job it will ever do. It never reads a byte that a child wrote.
Its descriptor 0 is the control socket. It ends, and with it every child, when that closes or when its owner dies.
"""

from __future__ import annotations

import argparse
import gc
import os
import select
import signal
import socket
import sys
import time
import traceback
from typing import NoReturn, Protocol

import msgspec

from emulator.sandbox import blackbox, lockdown, selftest
from emulator.sandbox.messages import CONTROL_LIMIT, Cause, Ended, FromWarm, Ready, Refused, Spare, Start, ToWarm

CPU_SECONDS = 120
"""RLIMIT_CPU of a child: a last resort behind every wall limit there is."""

REFILL_DELAY = 0.025
"""Seconds before a spare is replaced: the job that took it should have the processor first."""

MAX_STILLBORN = 3


class Work(Protocol):
    """What a child does: `rehearse` before it is locked down, `serve` its channel behind the lock."""

    def rehearse(self) -> None: ...
    def serve(self, channel: int, box: blackbox.Writer) -> NoReturn: ...


_orders: msgspec.msgpack.Decoder[ToWarm] = msgspec.msgpack.Decoder(ToWarm)


class _Child:
    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.pidfd = os.pidfd_open(pid)
        self.started = False
        self.deadline = float("inf")
        self.cause: Cause = ""


class WarmParent:
    """Forks, kills and reaps children as the client says."""

    def __init__(self, control: socket.socket, owner: int, spares: int, host: lockdown.Host, work: Work) -> None:
        self._control = control
        self._work = work
        self._owner = os.pidfd_open(owner)
        self._spares = spares
        self._host = host
        self._children: dict[int, _Child] = {}
        self._by_pidfd: dict[int, int] = {}
        self._next = 1
        self._refill_at = 0.0
        self._stillborn = 0
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._poll.register(self._owner, select.POLLIN)

    def serve(self) -> None:
        """Work until the client has gone."""
        while True:
            now = time.monotonic()
            if now >= self._refill_at:
                self._refill()
            self._enforce(now)
            ready = [descriptor for descriptor, _ in self._poll.poll(self._patience())]
            if self._owner in ready or not self._obey_all():
                return
            for descriptor in ready:
                if descriptor in self._by_pidfd:
                    self._bury(self._by_pidfd[descriptor])

    def _obey_all(self) -> bool:
        """Take every order that waits; False: the client has gone.

        Before any child is buried: the client orders its start before it sends the job, so whoever has done a job is known to
        have been started. An order left waiting would make it look stillborn.
        """
        while True:
            try:
                order = self._control.recv(CONTROL_LIMIT, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return True
            if not order:
                return False
            self._obey(_orders.decode(order))

    def end(self) -> None:
        """Kill and reap every child."""
        for one in self._children.values():
            signal.pidfd_send_signal(one.pidfd, signal.SIGKILL)
        for one in self._children.values():
            os.waitpid(one.pid, 0)

    def _patience(self) -> float | None:
        """Milliseconds until something is due."""
        due = min([self._refill_at, *(one.deadline for one in self._children.values())])
        return None if due == float("inf") else max(0.0, due - time.monotonic()) * 1000 + 1

    def _tell(self, message: FromWarm, *descriptors: int) -> None:
        socket.send_fds(self._control, [msgspec.msgpack.encode(message)], descriptors)

    def _refill(self) -> None:
        idle = sum(not one.started for one in self._children.values())
        if idle < self._spares:
            self._fork()
        self._refill_at = float("inf") if idle + 1 >= self._spares else 0.0

    def _fork(self) -> None:
        ours, theirs = socket.socketpair()
        box = blackbox.create()
        parent, pid = os.getpid(), os.fork()
        if pid == 0:
            self._become_child(theirs, box, parent)
        number, self._next = self._next, self._next + 1
        self._children[number] = one = _Child(pid)
        self._by_pidfd[one.pidfd] = number
        self._poll.register(one.pidfd, select.POLLIN)
        theirs.close()
        self._tell(Spare(number), ours.fileno(), box)
        ours.close()
        os.close(box)

    def _become_child(self, channel: socket.socket, box: int, parent: int) -> NoReturn:
        try:
            writer = blackbox.Writer(box)
            self._work.rehearse()
            lockdown.lock_down(self._host, channel, parent=parent, cpu_seconds=CPU_SECONDS)
            self._work.serve(lockdown.CHANNEL, writer)
        finally:
            os._exit(1)

    def _obey(self, order: ToWarm) -> None:
        one = self._children.get(order.child)
        if one is None:  # it ended while the order was under way
            return
        if isinstance(order, Start):
            one.started = True
            one.deadline = time.monotonic() + order.wall_ms / 1000
            idle = any(not other.started for other in self._children.values())
            self._refill_at = min(self._refill_at, time.monotonic() + (REFILL_DELAY if idle else 0.0))
        else:
            self._kill(one, order.cause)

    def _kill(self, one: _Child, cause: Cause) -> None:
        one.cause = one.cause or cause
        one.deadline = float("inf")
        signal.pidfd_send_signal(one.pidfd, signal.SIGKILL)

    def _enforce(self, now: float) -> None:
        for one in self._children.values():
            if now >= one.deadline:
                self._kill(one, "wall")

    def _bury(self, number: int) -> None:
        one = self._children.pop(number)
        self._poll.unregister(one.pidfd)
        del self._by_pidfd[one.pidfd]
        os.close(one.pidfd)
        _, status, usage = os.wait4(one.pid, 0)
        self._tell(Ended(number, status, usage.ru_maxrss * 1024, one.cause))
        if one.started:
            self._stillborn = 0
            return
        self._stillborn += not one.cause
        if self._stillborn >= MAX_STILLBORN:
            raise lockdown.LockdownError(f"{MAX_STILLBORN} children in a row died before they had anything to do (wait status {status}).")
        self._refill_at = 0.0


def _prepare(allow_weak: bool) -> tuple[lockdown.Host, Ready, Work]:  # noqa: FBT001 - a command line switch
    """Prove the lock and warm up; LockdownError says why not to serve."""
    host = lockdown.examine()
    if host.missing and not allow_weak:
        raise lockdown.LockdownError(" ".join(host.missing) + " Set ALLOW_WEAK_SANDBOX=1 to serve all the same.")
    attacks = selftest.prove(host)  # first, while a fork is cheap

    from emulator.sandbox import child  # noqa: PLC0415 - an engine that can't even be imported is to be reported, too

    child.warm_up()
    gc.collect()
    gc.freeze()
    return host, Ready(attacks=attacks, missing=host.missing), child


def main() -> int:
    """Serve the control socket on descriptor 0; the exit status is 1 if this host can't."""
    parser = argparse.ArgumentParser(prog="python -m emulator.sandbox.warm")
    parser.add_argument("--owner", type=int, required=True)
    parser.add_argument("--spares", type=int, required=True)
    parser.add_argument("--allow-weak", action="store_true")
    arguments = parser.parse_args()
    control = socket.socket(fileno=0)
    try:
        _serve(control, arguments)
    except lockdown.LockdownError as error:
        control.send(msgspec.msgpack.encode(Refused(str(error))))
        return 1
    except ConnectionError:  # the client has gone in the middle of a sentence
        return 0
    except Exception as error:  # noqa: BLE001 - nobody else would hear of it
        control.send(msgspec.msgpack.encode(Refused(f"The sandbox can't start: {error!r}.", traceback.format_exc()[-CONTROL_LIMIT // 2 :])))
        return 1
    return 0


def _serve(control: socket.socket, arguments: argparse.Namespace) -> None:
    host, ready, work = _prepare(arguments.allow_weak)
    parent = WarmParent(control, arguments.owner, arguments.spares, host, work)
    control.send(msgspec.msgpack.encode(ready))
    try:
        parent.serve()
    finally:
        parent.end()


if __name__ == "__main__":
    sys.exit(main())
