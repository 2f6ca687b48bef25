"""The way from the event loop to the ORM: a few long-lived threads, each with its own kept connection.

Django's own `sync_to_async` would give every request a fresh thread, and so a fresh connection, and would put every socket on one thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")

_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="database")


def _job(function: partial[R]) -> R:
    close_old_connections()  # only those that have failed: CONN_MAX_AGE is None
    return function()


async def call(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `function`, which may use the ORM, and return what it returns."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _job, partial(function, *args, **kwargs))
