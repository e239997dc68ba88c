"""What is measured of our page, opened from the disk as users have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from benchmarks.chromium import open_page
from benchmarks.gestures import Box, box_of, circle, to_and_fro
from benchmarks.openings import openings
from benchmarks.pages import Found, Measured
from benchmarks.selections import PLACE, tap
from benchmarks.watched import WATCH, frames, steps
from playwright.sync_api import Browser, Page

from hubble_dash.atlas.atlas import Atlas

__all__ = ["READY", "Ours"]

READY = "return 'hdReady' in document.body.dataset;"
DRAWN = "() => document.body?.dataset.hdMapSubset !== undefined"
ANSWERED = "() => document.body?.dataset.hdShown !== undefined"
FEW_POINTS = 5000  # that Bokeh draws, as templates/browser/points/scatter.js has it
STEPS, TAPS = 20, 12
WORDS = ("merger", "arc", "star", "spiral", "elliptical", "irregular", "edge-on")
PATIENCE_MS = 60_000
SETTLED_MS = 1500  # after a page or a tab has been opened


class Ours:
    """Our page of an atlas.

    Parameters
    ----------
    atlas : Atlas
        A simulated one, with classes and magnitudes.
    page : Path
        Of its exported file, or of the index of its report folder.
    """

    name = "hubble-dash"

    def __init__(self, atlas: Atlas, page: Path) -> None:
        self.atlas = atlas
        self.url = page.resolve().as_uri()
        # Few points are drawn by Bokeh, density on a layer of its own.
        sharp = "#hd-map .hd-layer" if len(atlas) > FEW_POINTS else "#hd-map"
        self.map = ("#hd-map", "canvases")
        self.sharp = (sharp, "canvases")
        self.groups: Mapping[str, Callable[[Browser], Found]] = {
            "opens": self.opens, "wheel": self.wheel, "drag": self.drag, "filter": self.filter,
            "search": self.search, "lasso": self.lasso, "table": self.table, "image": self.image,
            "click": self.click,
        }  # fmt: skip

    @contextmanager
    def opened(self, browser: Browser, tab: str | None = None) -> Iterator[Page]:
        """Open the page in a context of its own, and a tab of its dock."""
        with open_page(browser, self.url, READY, script=WATCH, patience_ms=PATIENCE_MS) as opened:
            opened.page.wait_for_function(DRAWN)
            if tab:
                opened.page.click(f"#hd-tab-{tab}")
            opened.page.wait_for_timeout(SETTLED_MS)
            yield opened.page

    def opens(self, browser: Browser) -> Found:
        """Give the first picture, and when the first click is answered."""
        with self.opened(browser) as page:
            x, y, _ = page.evaluate(PLACE, [float(v) for v in self._middle()])
        is_large = len(self.atlas) > FEW_POINTS
        drawn = "() => bench.firsts['hd-layer'] !== undefined" if is_large else DRAWN
        return openings(browser, self.url, (x, y), drawn=drawn, answered=ANSWERED, between_ms=30)

    def _middle(self) -> np.ndarray:
        """Give the place of a cutout where many are."""
        places = self.atlas.positions[:]
        counts, xs, ys = np.histogram2d(places[:, 0], places[:, 1], 40)
        i, j = np.unravel_index(counts.argmax(), counts.shape)
        centre = (xs[i : i + 2].mean(), ys[j : j + 2].mean())
        nearest: np.ndarray = places[np.hypot(*(places - centre).T).argmin()]
        return nearest

    def wheel(self, browser: Browser) -> Found:
        """Zoom in and out."""
        with self.opened(browser) as page:
            box = box_of(page, "#hd-map")
            page.mouse.move(*box.at(0.15, 0.15))  # where nothing is hovered
            watched = {"map": self.map, "sharp": self.sharp}
            done = steps(page, watched, "wheel", to_and_fro(page, STEPS + 1))
        return {
            "wheel": Measured.of(done, "map", "first"),
            "wheel, sharp": Measured.of(done, "sharp"),
        }

    def drag(self, browser: Browser) -> Found:
        """Drag the map around, move by move and then without a stop."""
        with self.opened(browser) as page:
            box = box_of(page, "#hd-map")
            return dragged(page, box, self.map)

    def filter(self, browser: Browser) -> Found:
        """Brush over the histogram of the magnitudes."""
        with self.opened(browser, "filter") as page:
            card = '[data-column="magnitude"] .hd-brush'
            page.locator(card).scroll_into_view_if_needed()
            page.wait_for_timeout(SETTLED_MS)
            others = '.hd-card:not([data-column="magnitude"])'
            watched = {"map": self.map, "charts": (others, "elements")}
            done = steps(page, watched, "pointermove", brushing(page, box_of(page, card)))
        return {
            "filter, map": Measured.of(done, "map", "first"),
            "filter, charts": Measured.of(done, "charts"),
            # They wait until the map is left alone.
            "filter, pictures": Measured.of(done, "map"),
        }

    def search(self, browser: Browser) -> Found:
        """Search for words, and for places with ever larger circles."""

        def ask(text: str) -> None:
            page.fill("#hd-search", text)
            page.press("#hd-search", "Enter")

        with self.opened(browser) as page:
            watched = {"map": self.map}
            words = steps(page, watched, "keydown", [partial(ask, word) for word in WORDS])
            circles = [f"53.1 -27.8 r={radius} arcmin" for radius in range(20, 27)]
            places = steps(page, watched, "keydown", [partial(ask, one) for one in circles])
        return {
            "search": Measured.of(words, "map"),
            "search, place": Measured.of(places, "map"),
        }

    def lasso(self, browser: Browser) -> Found:
        """Draw around cutouts."""
        with self.opened(browser) as page:
            box = box_of(page, "#hd-map")
            page.click("#hd-map-lasso")
            acts = [partial(circle, page, box, 0.1 + 0.03 * number) for number in range(8)]
            done = steps(page, {"map": self.map}, "pointerup", acts)
        return {"lasso": Measured.of(done, "map")}

    def table(self, browser: Browser) -> Found:
        """Scroll the table, and sort it."""
        with self.opened(browser, "table") as page:
            page.mouse.move(*box_of(page, ".hd-table").at(0.5, 0.7))
            scrolled = frames(page, [partial(page.mouse.wheel, 0, 240)] * 60)
            head = page.locator('.hd-table [role="columnheader"]', has_text="magnitude").first
            watched = {"table": (".hd-grid-head", "children")}  # made anew with the rows
            done = steps(page, watched, "click", [head.click] * 7)
        return {
            "table, frames": Measured.of(scrolled, "frames"),
            "table, sort": Measured.of(done, "table"),
        }

    def image(self, browser: Browser) -> Found:
        """Zoom into the parent image of a cutout."""
        with self.opened(browser) as page:
            page.evaluate("() => hubbleDash.select(0)")
            tabs = page.locator("#hd-tab-image:visible, #hd-tab-places:visible")
            tabs.first.click()
            page.wait_for_timeout(SETTLED_MS)
            page.mouse.move(*box_of(page, "#hd-image").middle)
            watched = {"image": ("#hd-image", "canvases")}
            done = steps(page, watched, "wheel", to_and_fro(page, STEPS + 1))
        return {"image zoom": Measured.of(done, "image", "first")}

    def click(self, browser: Browser) -> Found:
        """Click on cutouts on the whole map."""
        random = np.random.default_rng(1)
        rows = random.choice(len(self.atlas), TAPS, replace=False)
        with self.opened(browser) as page:
            taps = tap(page, self.atlas, rows, zoomed=False)
        if taps.nothing or taps.nearest < len(rows):
            wrong = len(rows) - taps.nearest - taps.nothing
            raise RuntimeError(f"{taps.nothing} clicks without an answer, {wrong} with a wrong one")
        return {"click": Measured(taps.ms)}


def dragged(page: Page, box: Box, canvases: tuple[str, str]) -> Found:
    """Drag a map from its middle, move by move and then without a stop."""
    x, y = box.middle
    page.mouse.move(x, y)
    page.mouse.down()

    def move(number: int) -> None:
        page.mouse.move(x + 8 * (number % 12), y + 5 * (number % 12))

    acts = [partial(move, number) for number in range(1, STEPS + 2)]
    done = steps(page, {"map": canvases}, "pointermove", acts)
    gone = frames(page, [partial(move, number) for number in range(60)])
    page.mouse.up()
    return {
        "drag": Measured.of(done, "map", "first"),
        "drag, frames": Measured.of(gone, "frames"),
    }


def brushing(page: Page, box: Box) -> list[Callable[[], object]]:
    """Begin a brush over a histogram, and give the moves of its end."""
    page.mouse.move(*box.at(0.2, 0.5))
    page.mouse.down()
    page.mouse.move(*box.at(0.25, 0.5))
    return [
        partial(page.mouse.move, *box.at(0.3 + 0.5 * number / STEPS, 0.5))
        for number in range(STEPS + 1)
    ]
