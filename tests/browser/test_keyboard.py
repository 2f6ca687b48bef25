"""All of it without a mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.window import Window

pytestmark = pytest.mark.browser


def test_run_and_step(window: Window) -> None:
    press = window.page.keyboard.press
    window.run_to_the_end()
    place = window.page.locator(".scrubber .place")
    steps = int(re.sub(r"\D", "", place.inner_text().split("of")[1].split("·")[0]))
    press("ArrowLeft")
    expect(place).to_contain_text(f"moment {steps - 1} of")
    press("Home")
    expect(place).to_contain_text("moment 1 of")
    for _ in range(steps):
        press("ArrowRight")
    expect(place).to_contain_text(f"moment {steps} of {steps}")


def test_the_way_into_the_editor_and_out(window: Window) -> None:
    press = window.page.keyboard.press
    window.editor.focus()
    press("Tab")
    assert "    #" in window.editor.inner_text(), "Tab indents"
    press("Escape")
    press("Tab")
    expect(window.editor).not_to_be_focused()


def test_everything_is_reached_by_tab(window: Window) -> None:
    window.run_to_the_end()
    reached = set()
    window.page.evaluate("document.activeElement.blur()")
    for _ in range(60):
        window.page.keyboard.press("Tab")
        if window.page.evaluate("document.activeElement.matches('.cm-content')"):
            window.page.keyboard.press("Escape")
        reached.add(window.page.evaluate("(({ ariaLabel, textContent }) => ariaLabel || textContent.trim())(document.activeElement)"))
    wanted = ["Lessons", "Inputs", "Share", "Zoom in", "Step back", "Moment of the run", "System calls", "This moment", "Program output"]
    assert [name for name in wanted if name not in reached] == []
    assert any(name.startswith("Run") for name in reached)


def test_tabs_by_arrows(window: Window) -> None:
    window.page.get_by_role("tab", name="This moment").focus()
    window.page.keyboard.press("ArrowRight")
    expect(window.page.get_by_role("tab", name="Registers")).to_be_focused()
    expect(window.page.get_by_role("tab", name="Registers")).to_have_attribute("aria-selected", "true")


def test_a_dialog_gives_the_focus_back(window: Window) -> None:
    share = window.page.get_by_role("button", name="Share")
    share.focus()
    window.page.keyboard.press("Enter")
    expect(window.page.get_by_role("dialog")).to_be_visible()
    window.page.keyboard.press("Escape")
    expect(window.page.get_by_role("dialog")).to_have_count(0)
    expect(share).to_be_focused()
