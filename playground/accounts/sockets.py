"""Who opens a socket."""

from __future__ import annotations

from typing import Any

from channels.sessions import SessionMiddlewareStack

from playground.accounts.visitor import KEY, network


class Visitor:
    """Put `scope["visitor"]`: the visitor's key, or for a client without one its address."""

    def __init__(self, app: Any) -> None:
        async def named(scope: Any, receive: Any, send: Any) -> None:
            remote = (scope.get("client") or ("", 0))[0]
            forwarded = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"), "")
            await app(scope | {"visitor": scope["session"].get(KEY) or network(remote, forwarded)}, receive, send)

        self.app = SessionMiddlewareStack(named)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)
