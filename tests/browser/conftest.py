"""A service, Debian's Chromium, and the page between them. A page that complains on its console fails its test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.window import Window
from tests.playground.harness import Service, environment, free_of_traces

Opener = Callable[..., Window]


@pytest.fixture(scope="session")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    if not (root / "frontend" / "dist" / "manifest.json").exists():
        pytest.skip("the page is not built: make page")
    service = Service(environment(tmp_path_factory.mktemp("var"), RATE_FACTOR="1000"), workers=0)
    try:
        yield service
        web = service.web
        assert web.popen.poll() is None, f"it ended by itself ({web.popen.returncode}): {web.output}"
        free_of_traces(service)
    finally:
        service.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, site: Service) -> Iterator[BrowserContext]:
    """One visitor: cookies and storage of their own."""
    visitor = chromium.new_context(
        base_url=site.url, viewport={"width": 1440, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    yield visitor
    visitor.close()


@pytest.fixture
def window(context: BrowserContext) -> Iterator[Window]:
    """The start page, open."""
    opened = Window(context.new_page())
    opened.open("/")
    yield opened
    opened.is_calm()
