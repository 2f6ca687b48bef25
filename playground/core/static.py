"""Static files and the built page.

whitenoise does the work (variants, validators, ranges); its middleware is synchronous, which would move every request to a thread.
"""

from __future__ import annotations

import asyncio
import json
import re
from functools import cache
from typing import Any

from asgiref.sync import markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware

_HASHED = re.compile(r"/assets/.+-[\w-]{8}\.\w+$")
ENTRY = "src/app/main.ts"


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        markcoroutinefunction(self)

    def immutable_file_test(self, path: str, url: str) -> bool:
        """Vite puts a hash of the content into the name."""
        return _HASHED.search(url) is not None

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        static_file = self.files.get(request.path_info)
        if static_file is None:
            response: HttpResponseBase = await self.get_response(request)
            return response
        return await asyncio.to_thread(self._read, static_file, request)

    @staticmethod
    def _read(static_file: Any, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with found.file:
                content = found.file.read()
        response = HttpResponse(content, status=int(found.status))
        del response["Content-Type"]
        for key, value in found.headers:
            response[key] = value
        return response


@cache
def frontend() -> dict[str, Any] | None:
    """Return the addresses of the built page's script and style sheets, or None if it has not been built."""
    try:
        manifest = json.loads((settings.FRONTEND_DIST / "manifest.json").read_text())
    except FileNotFoundError:
        return None
    chunks: dict[str, dict[str, Any]] = {}

    def visit(name: str) -> None:
        if name not in chunks:
            chunks[name] = manifest[name]
            for wanted in manifest[name].get("imports", ()):
                visit(wanted)

    visit(ENTRY)
    styles = {style: None for chunk in chunks.values() for style in chunk.get("css", ())}
    return {
        "script": settings.STATIC_URL + manifest[ENTRY]["file"],
        "preloads": [settings.STATIC_URL + chunk["file"] for name, chunk in chunks.items() if name != ENTRY],
        "styles": [settings.STATIC_URL + style for style in styles],
    }
