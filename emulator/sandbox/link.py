"""The client's connection to one warm parent: spare children come in, wait statuses come in, orders go out.

One thread of the client listens; any thread may ask. A warm parent that dies takes the link with it, never the client.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

import emulator
from emulator.sandbox.messages import CONTROL_LIMIT, Ended, FromWarm, Kill, Ready, Refused, Spare, Start

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.sandbox.messages import Cause

log = logging.getLogger(__name__)

_START_TIMEOUT = 60.0
"""Seconds the engine may take to be imported and the lock to be proven, on a machine that is busy."""

_END_TIMEOUT = 10.0
"""Seconds a warm parent may take to kill its children and leave."""

_messages: msgspec.msgpack.Decoder[FromWarm] = msgspec.msgpack.Decoder(FromWarm)


class SandboxUnavailable(Exception):
    """No program can be run on this host, or not now; the message says why."""


class SpareChild(msgspec.Struct):
    """A locked-down child that waits for its job."""

    number: int
    channel: socket.socket
    box: int
    """Descriptor of its black box."""

    def close(self) -> None:
        self.channel.close()
        os.close(self.box)


def _environment() -> dict[str, str]:
    """All the environment a warm parent gets: nothing of ours. Fixed hashes keep runs the same everywhere."""
    root = Path(emulator.__file__).parent.parent
    return {"PATH": os.defpath, "PYTHONPATH": str(root), "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}


class Link:
    """Starts a warm parent; `close` ends it and all its children."""

    def __init__(self, spares: int, *, allow_weak: bool) -> None:
        self._changed = threading.Condition()
        self._spares: deque[SpareChild] = deque()
        self._ended: dict[int, Ended] = {}
        self._ready: Ready | None = None
        self._over = ""
        """Why the link is dead; empty while it lives."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-s", "-P", "-m", "emulator.sandbox.warm", f"--owner={os.getpid()}", f"--spares={spares}"]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
                [*command, "--allow-weak"] if allow_weak else command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_environment(),
                start_new_session=True,  # a Ctrl+C at our terminal is ours to deal with
            )
        threading.Thread(target=self._listen, name="sandbox-link", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return not self._over

    def ready(self) -> Ready:
        """Wait until the warm parent serves. SandboxUnavailable if it will not."""
        with self._changed:
            self._wait_for(lambda: self._ready is not None, _START_TIMEOUT)
            assert self._ready is not None
            return self._ready

    def take(self, wall_ms: int) -> SpareChild:
        """Wait for a spare child and start its wall clock: it dies after `wall_ms` whatever becomes of its user."""
        with self._changed:
            self._wait_for(lambda: bool(self._spares), _START_TIMEOUT)
            spare = self._spares.popleft()
        self._order(Start(spare.number, wall_ms))
        return spare

    def kill(self, child: int, cause: Cause) -> None:
        self._order(Kill(child, cause))

    def wait(self, child: int, seconds: float) -> Ended | None:
        """Wait for the end of a child that is about to end; None if it does not, or if the link dies first."""
        with self._changed:
            self._changed.wait_for(lambda: child in self._ended or self._over, seconds)
            return self._ended.pop(child, None)

    def close(self) -> None:
        """End the warm parent, and with it every child."""
        self._fail("The sandbox has been closed.")
        with contextlib.suppress(OSError):  # the other end has gone already, and the listener with it
            self._control.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(_END_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait_for(self, condition: Callable[[], bool], seconds: float) -> None:
        if not self._changed.wait_for(lambda: condition() or self._over, seconds):
            raise SandboxUnavailable("The sandbox does not answer.")
        if self._over:
            raise SandboxUnavailable(self._over)

    def _order(self, order: Start | Kill) -> None:
        try:
            self._control.send(msgspec.msgpack.encode(order))
        except OSError:
            self._fail("The sandbox's warm parent has gone.")

    def _fail(self, why: str) -> None:
        with self._changed:
            self._over = self._over or why
            while self._spares:
                self._spares.popleft().close()
            self._changed.notify_all()

    def _listen(self) -> None:
        with self._control:
            try:
                while True:
                    data, descriptors, _, _ = socket.recv_fds(self._control, CONTROL_LIMIT, 2)
                    if not data:
                        break
                    self._hear(_messages.decode(data), descriptors)
            except OSError as error:
                log.debug("the control socket failed: %s", error)
            self._fail("The sandbox's warm parent has died.")
        self._process.wait()

    def _hear(self, message: FromWarm, descriptors: list[int]) -> None:
        match message:
            case Refused():
                log.error("the sandbox refuses to serve: %s %s", message.message, message.detail)
                self._fail(message.message)
            case Ready():
                for line in message.missing:
                    log.warning("weak sandbox: %s", line)
                with self._changed:
                    self._ready = message
                    self._changed.notify_all()
            case Spare():
                channel, box = descriptors
                spare = SpareChild(message.child, socket.socket(fileno=channel), box)
                with self._changed:
                    if not self._over:
                        self._spares.append(spare)
                        self._changed.notify_all()
                        return
                spare.close()
            case Ended():
                with self._changed:
                    self._ended[message.child] = message
                    for spare in [one for one in self._spares if one.number == message.child]:
                        self._spares.remove(spare)
                        spare.close()
                        del self._ended[message.child]
                    self._changed.notify_all()
