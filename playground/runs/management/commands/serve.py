"""The whole product in one process tree: pages, API, sockets, a worker, and the sandbox's processes."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from argparse import ArgumentParser
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from emulator.sandbox.client import SandboxUnavailable
from playground.runs import doorbell

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SOCKET_MESSAGE = 128 << 10
"""Bytes a client may send in one WebSocket message; none of ours sends any."""
GRACE_SECONDS = 3


class Command(BaseCommand):
    help = "Serve the playground on HOST (default 127.0.0.1) and PORT (default 8000; 0 picks a free one)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        listener = _listen(host, port)
        call_command("migrate", interactive=False, verbosity=0)
        asyncio.run(self._serve(listener, host))

    async def _serve(self, listener: socket.socket, host: str) -> None:
        worker = None
        loop = asyncio.get_running_loop()
        doorbell.bind(loop)
        if settings.EMBEDDED:
            from playground.runs.embedded import EmbeddedWorker  # noqa: PLC0415  # Celery's worker is not needed elsewhere

            worker = EmbeddedWorker()
            try:
                await asyncio.to_thread(worker.start)
            except SandboxUnavailable as error:
                raise CommandError(f"programs cannot be run safely here: {error}") from error
        try:
            server = _Server(_config())
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, server.leave)
            await self._announce(listener, host)
            await server.serve(sockets=[listener])
        finally:
            if worker is not None:
                await asyncio.to_thread(worker.stop)

    async def _announce(self, listener: socket.socket, host: str) -> None:
        port = listener.getsockname()[1]
        name = f"[{host}]" if ":" in host else host
        self.stdout.write(f"Syscall Playground: {settings.PUBLIC_URL or f'http://{name}:{port}/'}")
        self.stdout.flush()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(256)
    except OSError as error:
        raise CommandError(f"cannot listen on {host} port {port}: {error.strerror}. Another PORT may be free.") from None
    return listener


def _config() -> uvicorn.Config:
    return uvicorn.Config(
        "playground.asgi:application",
        lifespan="off",
        log_config=None,
        access_log=False,
        ws="websockets-sansio",
        ws_max_size=MAX_SOCKET_MESSAGE,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
    )


class _Server(uvicorn.Server):
    """uvicorn would end the process by the signal it got, before the worker and the sandbox are gone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def leave(self) -> None:
        """Go down in order; at the second signal at once."""
        self.force_exit = self.should_exit
        self.should_exit = True
