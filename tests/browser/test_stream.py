"""Nothing is lost, whatever happens to the wire or the tab."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import BrowserContext, WebSocketRoute, expect

from tests.browser.window import Window
from tests.playground.harness import Service, calls

pytestmark = pytest.mark.browser


def run_of(window: Window) -> str:
    window.page.wait_for_url(re.compile("run="))
    found = re.search(r"run=([\w-]+)", window.page.url)
    assert found
    return found[1]


def events_shown(window: Window) -> int:
    """Number of the last event that has arrived."""
    window.page.keyboard.press("End")
    window.page.get_by_role("tab", name=re.compile("^Events")).click()
    return int(re.sub(r"\D", "", window.page.get_by_role("tab", name=re.compile("^Events")).inner_text()))


def test_a_socket_that_breaks_in_mid_run(context: BrowserContext, site: Service) -> None:
    window = Window(context.new_page())
    opened: list[str] = []

    def flaky(route: WebSocketRoute) -> None:
        """Let hello and the first events through, then break; from the third socket on hold. None is ready ahead of time."""
        if route.url.endswith("/ws/spare/"):
            route.close(code=1012)
            return
        opened.append(route.url)
        server = route.connect_to_server()
        breaks = len(opened) <= 2

        def forward(message: str | bytes) -> None:
            route.send(message)
            if breaks and json.loads(message)["type"] == "events":
                route.close(code=1012)

        server.on_message(forward)

    window.page.route_web_socket(re.compile("/ws/"), flaky)
    window.open("/")
    window.write(calls(3000))
    assert window.run_to_the_end() == "Exited with 0"
    afters = [int(url.split("after=")[1]) for url in opened]
    assert len(afters) >= 3
    assert afters == sorted(afters), "each socket goes on where the one before stopped"
    assert afters[1] > 0
    stored = site.stream(run_of(window)).items
    kinds = {"regs", "mem", "map", "fd"}
    assert events_shown(window) == sum(event["type"] not in kinds for event in stored)


def test_where_no_socket_gets_through(context: BrowserContext) -> None:
    window = Window(context.new_page())
    window.page.route_web_socket(re.compile("/ws/"), lambda route: route.close(code=1011))
    window.open("/")
    window.write(calls(400))
    assert window.run_to_the_end() == "Exited with 0"
    assert window.strace()[-1] == "+++ exited with 0 +++"


def test_a_run_that_is_gone(window: Window) -> None:
    window.open("/#run=AAAAAAAAAAAAAAAAAAAAAA")
    window.page.reload()
    expect(window.status).to_have_text("Could not run")
    expect(window.page.locator(".detail")).to_contain_text("no such run", ignore_case=True)
    assert window.run_to_the_end() == "Exited with 0"


def test_a_tab_closed_in_mid_run(context: BrowserContext) -> None:
    first = Window(context.new_page())

    def stuck(route: WebSocketRoute) -> None:
        """Only hello and the first events arrive."""
        server = route.connect_to_server()
        passed = []

        def forward(message: str | bytes) -> None:
            if not passed:
                route.send(message)
            if json.loads(message)["type"] == "events":
                passed.append(message)

        server.on_message(forward)

    first.page.route_web_socket(re.compile("/ws/"), stuck)
    first.open("/")
    first.write(calls(2000))
    first.run()
    expect(first.status).to_have_text(re.compile("^Running"))
    run = run_of(first)
    first.page.close()
    second = Window(context.new_page())
    second.open("/")
    assert run_of(second) == run
    assert "mov ebx, 2000" in second.editor.inner_text()
    assert second.end() == "Exited with 0"
    assert second.strace()[-1] == "+++ exited with 0 +++"
    second.is_calm()


def test_cancel(window: Window) -> None:
    window.write("_start: mov eax, 39\nsyscall\njmp _start\n")
    window.run()
    window.page.get_by_role("button", name="Cancel").click()
    assert window.end() in {"Cancelled", "Stopped: the limit on events"}


def test_a_link_shows_the_same_program_and_the_same_run(window: Window, site: Service) -> None:
    window.write(calls(3, salt=77))
    window.run_to_the_end()
    lines = window.strace()
    run = run_of(window)
    window.page.keyboard.press("Control+s")
    window.page.get_by_label("Title").fill("Three <b>calls</b>")
    window.page.get_by_role("button", name="Make a link and copy it").click()
    expect(window.page.locator(".toast")).to_have_text("Link copied")
    link = window.page.evaluate("navigator.clipboard.readText()")
    assert "/s/" in link
    browser = window.page.context.browser
    assert browser
    other = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        visitor = Window(other.new_page())
        visitor.open(link)
        assert visitor.end() == "Exited with 0"
        assert run_of(visitor) == run
        assert visitor.strace() == lines
        assert "mov r12d, 77" in visitor.editor.inner_text()
        expect(visitor.page.locator("header .title")).to_have_text("Three <b>calls</b>")
        # Without the run in the address the program runs anew, and that gives the same.
        visitor.open(link.split("#")[0])
        assert visitor.end() == "Exited with 0"
        assert visitor.strace() == lines
        visitor.is_calm()
    finally:
        other.close()


def test_a_link_to_an_instant(window: Window) -> None:
    window.run_to_the_end()
    window.page.get_by_role("option", name=re.compile("^write")).click()
    window.page.wait_for_url(re.compile("seq="))
    heading = window.moment.get_by_role("heading", level=2).inner_text()
    window.page.reload()
    expect(window.moment.get_by_role("heading", level=2)).to_have_text(heading)
