"""From the click on Run to what is painted, in Chromium against an embedded service. Each run is of a new program: nothing is cached."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.playground.harness import HELLO, Service, environment

RUNS = 150
WARM_UP = 10

# Notes when the browser had painted after each kind of frame: the page draws in the next animation frame, and a message posted
# in that frame is delivered behind its paint.
WATCH = """
window.marks = {};
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...args) {
    super(...args);
    this.addEventListener("message", (message) => {
      const kind = JSON.parse(message.data).type;
      if (kind in window.marks) return;
      window.marks[kind] = 0;
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => { window.marks[kind] = performance.now(); };
        port2.postMessage(0);
      });
    });
  }
};
"""
CLICK = """
() => {
  const run = [...document.querySelectorAll("button")].find((button) => /^Run/.test(button.textContent.trim()));
  window.marks = {};
  window.clicked = performance.now();
  run.click();
}
"""
DONE = "() => window.marks.end > 0 && window.marks.events > 0"
TIMES = "() => [window.marks.events - window.clicked, window.marks.end - window.clicked]"


def measure(folder: Path) -> Iterator[tuple[str, list[float], str]]:
    """Yield (what, milliseconds of each run, floor)."""
    service = Service(environment(folder, RATE_FACTOR="1000"), workers=0)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.add_init_script(WATCH)
            page.goto(service.url)
            times = [_run(page, number) for number in range(WARM_UP + RUNS)][WARM_UP:]
            browser.close()
    finally:
        service.close()
    yield "click to the first event painted", [first for first, _ in times], "p50 60 ms, p99 150 ms"
    yield "click to hello world complete", [end for _, end in times], "100 ms"


def _run(page: Page, number: int) -> tuple[float, float]:
    editor = page.locator(".cm-content")
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(f"# {number}\n{HELLO}")
    page.wait_for_timeout(400)  # the check of the text, which typing starts, is over
    page.evaluate(CLICK)
    page.wait_for_function(DONE)
    first, end = page.evaluate(TIMES)
    return first, end
