"""This process's sandbox: made on first use, shared by its threads, closed with it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from emulator.sandbox.client import Sandbox

_lock = threading.Lock()
_sandbox: Sandbox | None = None


def sandbox() -> Sandbox:
    """Return the sandbox, starting it if need be. Raises what its start-up self-test raises: nothing runs unconfined."""
    global _sandbox  # noqa: PLW0603
    with _lock:
        if _sandbox is None:
            _sandbox = import_string(settings.SANDBOX)(children=settings.RUN_CONCURRENCY)
        return _sandbox


def close() -> None:
    global _sandbox  # noqa: PLW0603
    with _lock:
        if _sandbox is not None:
            _sandbox.close()
            _sandbox = None
