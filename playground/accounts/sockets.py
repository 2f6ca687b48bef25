"""Who opens a socket."""

from __future__ import annotations

from typing import Any

from channels.sessions import SessionMiddlewareStack

from playground.accounts.visitor import KEY


class Visitor:
    """Put `scope["visitor"]`: the visitor's key, or for a client without one its address."""

    def __init__(self, app: Any) -> None:
        async def named(scope: Any, receive: Any, send: Any) -> None:
            host = (scope.get("client") or ("", 0))[0]
            await app(scope | {"visitor": scope["session"].get(KEY) or f"address {host}"}, receive, send)

        self.app = SessionMiddlewareStack(named)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)
