"""The page as its user sees it: what one can do there, and what stands there."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

PATIENCE_MS = 30_000
NOISE = "net::ERR_NETWORK_CHANGED"
"""A network interface of this machine came or went, for instance a container's: no doing of the page's."""

expect.set_options(timeout=PATIENCE_MS)


class Window:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and NOISE not in message.text:
            self.complaints.append(message.text)

    def _request(self, request: Request) -> None:
        """Nothing is ever asked of a third party."""
        home = urlsplit(self.page.url).netloc
        there = urlsplit(request.url)
        if there.scheme in {"http", "https", "ws", "wss"} and home and there.netloc != home:
            self.complaints.append(f"asked {there.netloc}")

    def is_calm(self) -> None:
        assert not self.complaints, "\n".join(self.complaints)

    def open(self, path: str) -> None:
        self.page.goto(path)
        self.editor.wait_for()

    @property
    def editor(self) -> Locator:
        return self.page.get_by_role("textbox", name="Assembly source")

    @property
    def status(self) -> Locator:
        return self.page.locator(".scrubber [role=status]")

    @property
    def terminal(self) -> Locator:
        return self.page.get_by_role("region", name="Program output")

    @property
    def moment(self) -> Locator:
        return self.page.get_by_role("region", name="This moment")

    @property
    def lane(self) -> Locator:
        return self.page.get_by_role("img", name="Ring lane")

    def strace(self) -> list[str]:
        """The lines in sight, blanks as one."""
        rows = self.page.get_by_role("listbox", name="System calls").get_by_role("option")
        return [re.sub(r"\s+", " ", text).strip() for text in rows.all_inner_texts()]

    def write(self, source: str) -> None:
        """Replace the program by pasting."""
        self.page.evaluate("(text) => navigator.clipboard.writeText(text)", source)
        self.editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Control+v")

    def run(self) -> None:
        self.page.keyboard.press("Control+Enter")

    def run_to_the_end(self) -> str:
        """Run and return how it ended."""
        before = self.page.url
        self.run()
        self.page.wait_for_url(lambda url: url != before)
        return self.end()

    def end(self) -> str:
        expect(self.status).to_have_text(re.compile(r"^(Exited|Killed|Stopped|Cancelled|This is not|Could not|An error|The )"))
        return self.status.inner_text()

    def colours(self) -> dict[str, int]:
        """How many pixels of the lane have the accents of ring 3 and ring 0."""
        counted = self.lane.evaluate(
            """(canvas) => {
                const wanted = ["ring3", "ring0"].map((name) => getComputedStyle(canvas).getPropertyValue(`--${name}`).trim());
                const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
                const rgb = wanted.map((colour) => {
                    probe.fillStyle = colour;
                    probe.fillRect(0, 0, 1, 1);
                    return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3).join();
                });
                const copy = document.createElement("canvas");
                [copy.width, copy.height] = [canvas.width, canvas.height];
                const pixels = copy.getContext("2d", { willReadFrequently: true });
                pixels.drawImage(canvas, 0, 0);
                const { data } = pixels.getImageData(0, 0, copy.width, copy.height);
                const found = { ring3: 0, ring0: 0 };
                for (let at = 0; at < data.length; at += 4) {
                    const here = `${data[at]},${data[at + 1]},${data[at + 2]}`;
                    if (here === rgb[0]) found.ring3++;
                    else if (here === rgb[1]) found.ring0++;
                }
                return found;
            }"""
        )
        return {name: int(value) for name, value in counted.items()}
