"""Some seconds of the page in use: the map, a click, the nine, the sky, the parent image."""

from __future__ import annotations

import math
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from picturing.pages import MIDDLE, place

__all__ = ["Recording", "record"]

WIDTH = 960
STEP_MS = 60
# A circle that follows the pointer, which no screenshot has.
POINTER = """() => {
    const dot = document.createElement("div");
    dot.style = "position: fixed; z-index: 9999; width: 22px; height: 22px; margin: -11px;"
        + " border-radius: 50%; background: #ffffff50; border: 2px solid #fff;"
        + " pointer-events: none";
    document.body.append(dot);
    addEventListener("pointermove", ({ clientX, clientY }) => {
        dot.style.left = `${clientX}px`;
        dot.style.top = `${clientY}px`;
    }, { capture: true });
}"""


class Recording:
    """Frames of a page, and how long each is seen.

    Parameters
    ----------
    page : Page
        Open, and still.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[Image.Image] = []
        self.times: list[int] = []
        self.at = (700.0, 700.0)
        page.evaluate(POINTER)
        page.mouse.move(*self.at)

    def frame(self, milliseconds: int = STEP_MS) -> None:
        """Take a frame."""
        whole = Image.open(BytesIO(self.page.screenshot())).convert("RGB")
        height = round(whole.height * WIDTH / whole.width)
        self.frames.append(whole.resize((WIDTH, height), Image.Resampling.LANCZOS))
        self.times.append(milliseconds)

    def hold(self, milliseconds: int) -> None:
        """Let the page come to rest, and look at it."""
        self.page.wait_for_timeout(900)
        self.frame(milliseconds)

    def glide(self, x: float, y: float, steps: int = 9) -> None:
        """Move the pointer, slowly at both ends."""
        x0, y0 = self.at
        for step in range(1, steps + 1):
            part = (1 - math.cos(math.pi * step / steps)) / 2
            self.page.mouse.move(x0 + part * (x - x0), y0 + part * (y - y0))
            self.frame()
        self.at = (x, y)

    def click(self) -> None:
        """Click where the pointer is, and wait for the nine."""
        shown = self.page.evaluate("document.body.dataset.hdShown")
        self.page.mouse.down()
        self.page.mouse.up()
        self.page.wait_for_function("shown => document.body.dataset.hdShown !== shown", arg=shown)

    def zoom(self, steps: int) -> None:
        """Turn the wheel."""
        for _ in range(steps):
            self.page.mouse.wheel(0, -60)
            self.page.wait_for_timeout(120)
            self.frame(80)

    def save(self, file: Path) -> None:
        """Write an animated WebP, which begins anew without end."""
        first, *further = self.frames
        first.save(
            file, save_all=True, append_images=further, duration=self.times, loop=0, quality=66,
            method=6,
        )  # fmt: skip


def record(page: Page, row: str, elsewhere: str, file: Path) -> None:
    """Click a cutout on the map, then where another lies on the sky, and look at its image."""
    made = Recording(page)
    made.hold(1400)
    made.glide(*place(page, "hd-map", f"await hubbleDash.data.cutout({row})"))
    made.hold(500)
    made.click()
    made.hold(2200)
    made.glide(*place(page, "hd-sky", f"(await hubbleDash.data.cutout({elsewhere})).sky"))
    made.hold(500)
    made.click()
    made.hold(2200)
    made.glide(*place(page, "hd-image", MIDDLE))
    made.zoom(5)
    made.hold(2400)
    made.save(file)
