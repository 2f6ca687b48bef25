"""At every width and in both themes: accessible, nothing cut off sideways, and a picture kept for people to look at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.window import Window
from tests.playground.harness import Service

pytestmark = pytest.mark.browser

SIZES = [(1440, 900), (800, 1000), (390, 844)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def axe(root: Path) -> str:
    path = root / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        pytest.skip("axe-core is not installed: make page")
    return path.read_text()


def violations(page: Page, axe: str) -> list[Any]:
    # Over the debugger: the page's own policy refuses scripts from elsewhere.
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": f"{axe};0"})
    check = (
        f"axe.run(document, {{ runOnly: {json.dumps(RULES)} }}).then(({{ violations }}) => JSON.stringify(violations.map((found) => "
        "[found.id, found.nodes.map((node) => node.target.join(' '))])))"
    )
    answer = session.send("Runtime.evaluate", {"expression": check, "awaitPromise": True, "returnByValue": True})
    found: list[Any] = json.loads(answer["result"]["value"])
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_looks(chromium: Browser, site: Service, root: Path, axe: str, width: int, height: int, theme: Any) -> None:
    context = chromium.new_context(
        base_url=site.url,
        viewport={"width": width, "height": height},
        color_scheme=theme,
        permissions=["clipboard-read", "clipboard-write"],
    )
    artifacts = root / "artifacts"
    artifacts.mkdir(exist_ok=True)
    try:
        window = Window(context.new_page())
        page = window.page

        def look(name: str) -> None:
            page.evaluate("document.fonts.ready")
            page.wait_for_timeout(200)  # transitions
            page.screenshot(path=artifacts / f"{name}-{width}-{theme}.png")
            assert page.evaluate("document.scrollingElement.scrollWidth") <= width, f"{name} is wider than the window"
            assert violations(page, axe) == [], name

        window.open("/")
        look("start")
        window.write("_start:\n    mvo eax, 60\n    syscall\n")
        page.get_by_role("region", name="Problems").wait_for()
        look("problems")
        page.get_by_role("button", name="Reset").click()
        window.run_to_the_end()
        look("end")
        for _ in range(8):
            page.keyboard.press("ArrowLeft")
        look("moment")
        if width < 700:
            for pane in ("Trace", "Output", "Moment"):
                page.get_by_role("group", name="Panes").get_by_role("button", name=pane).click()
                look(pane.lower())
        for tab in ("Registers", "Memory", "Files"):
            page.get_by_role("tab", name=tab).click()
            look(tab.lower())
        for dialog in ("Lessons", "Inputs", "Share"):
            page.get_by_role("button", name=dialog).click()
            look(dialog.lower())
            page.keyboard.press("Escape")
        window.is_calm()
    finally:
        context.close()


def test_a_lesson(window: Window, axe: str, root: Path) -> None:
    window.open("/scenario/rings/touch-the-hot-stove")
    page = window.page
    page.get_by_role("heading", name="Touch the hot stove").wait_for()
    assert window.run_to_the_end() == "Killed by SIGSEGV"
    stop = page.locator(".stops button").first
    stop.click()
    assert "#GP" in window.moment.inner_text()
    assert violations(page, axe) == []
    page.screenshot(path=root / "artifacts" / "lesson-1440-light.png")


def test_the_lesson_list(window: Window, site: Service) -> None:
    listed = site.get("/api/scenarios").json
    window.page.get_by_role("button", name="Lessons").click()
    links = window.page.get_by_role("dialog").locator("li").get_by_role("link")
    links.first.wait_for()
    assert links.count() == len(listed)
