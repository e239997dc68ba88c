"""The same points in Embedding Atlas, served on this machine, as it has to be.

It is no part of the project: it is installed into a folder of its own. 0.22 is the last version
that draws where there is no WebGPU. The packages with which it would make embeddings are left out,
as it is given the positions; they take gigabytes.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from benchmarks.chromium import open_page
from benchmarks.gestures import Box, box_of, circle, to_and_fro
from benchmarks.openings import openings
from benchmarks.ours import STEPS, WORDS, dragged
from benchmarks.pages import Found, Measured
from benchmarks.watched import WATCH, steps
from playwright.sync_api import Browser, Page
from serving import free_port, running

from hubble_dash.atlas.atlas import Atlas

__all__ = ["EmbeddingAtlas", "install", "served"]

VERSION = "0.22.0"
NEEDED = (
    *("click", "cryptography", "duckdb>=1.5", "fastapi", "inquirer", "narwhals", "pandas>=3"),
    *("platformdirs", "pyarrow>=24", "tqdm", "uvicorn", "uvloop", "websockets>=16"),
)
START_S, PATIENCE_MS = 180, 120_000
SETTLED_MS = 3000
READY = "return window.bench.firsts.points !== undefined && document.querySelector('tbody tr');"
DRAWN = "() => bench.firsts.points !== undefined"
ANSWERED = "() => document.querySelector('tr[class*=bg-blue-100]') !== null"
# Names for what is watched: the map's canvas, the chart of the magnitudes, the others.
NAME_PARTS = """() => {
    const canvases = [...document.querySelectorAll("canvas")];
    canvases.sort((a, b) => b.width * b.height - a.width * a.height)[0].id = "bench-map";
    const buttons = [...document.querySelectorAll("button")];
    const card = buttons.find((one) => one.textContent.trim() === "magnitude").closest(".group");
    card.id = "bench-chart";
    for (const other of card.parentElement.querySelectorAll(".group")) {
        if (!other.querySelector("svg")) continue;
        other.classList.add("bench-card");
        if (other !== card) other.classList.add("bench-other");
    }
}"""
# The largest picture in the chart.
PLOT = """() => {
    const boxes = [...document.querySelectorAll("#bench-chart svg, #bench-chart canvas")]
        .map((one) => one.getBoundingClientRect());
    boxes.sort((a, b) => b.width * b.height - a.width * a.height);
    const { x, y, width, height } = boxes[0];
    return { x, y, width, height };
}"""


def install(folder: Path) -> Path:
    """Make an environment with Embedding Atlas, unless it is there; give its command."""
    command = folder / ("Scripts" if sys.platform == "win32" else "bin") / "embedding-atlas"
    if not command.exists():
        print(f"Installing Embedding Atlas {VERSION} into {folder}\n", flush=True)
        venv.create(folder, with_pip=True)
        pip = [str(command.parent / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *NEEDED], check=True)
        subprocess.run([*pip, "--no-deps", f"embedding-atlas=={VERSION}"], check=True)
    return command


def write_table(atlas: Atlas, path: Path) -> None:
    """Write positions and what is known of cutouts as it takes them."""
    cutouts, images = atlas.cutouts, atlas.images
    image = cutouts["image"].to_numpy()
    names = images["name"].to_numpy()[image]
    kinds = cutouts["class"].astype(object).fillna("").to_numpy()
    pd.DataFrame(
        {
            "x": atlas.positions[:, 0],
            "y": atlas.positions[:, 1],
            "text": [f"{kind} {name}" for kind, name in zip(kinds, names, strict=True)],
            "class": kinds,
            "magnitude": cutouts["magnitude"].to_numpy(),
            **{name: images[name].to_numpy()[image] for name in ("INSTRUME", "FILTER")},
            "ra": cutouts["ra_deg"].to_numpy(),
            "dec": cutouts["dec_deg"].to_numpy(),
        }
    ).to_parquet(path)


@contextmanager
def served(command: Path, atlas: Atlas, folder: Path) -> Iterator[str]:
    """Serve an atlas's points: the address.

    Raises
    ------
    TimeoutError
        If there is no answer in three minutes.
    """
    data = folder / f"embedding-atlas-{len(atlas)}.parquet"
    if not data.exists():
        write_table(atlas, data)
    port = free_port()
    url = f"http://localhost:{port}/"
    options = ["--x", "x", "--y", "y", "--text", "text", "--port", str(port)]
    with (
        (folder / "embedding-atlas.log").open("w") as log,
        running([str(command), str(data), *options], url, seconds=START_S, log=log),
    ):
        yield url


class EmbeddingAtlas:
    """Its page.

    Parameters
    ----------
    url : str
        Where it is served.
    """

    name = f"Embedding Atlas {VERSION}"

    def __init__(self, url: str) -> None:
        self.url = url
        self.map = ("#bench-map", "canvases")
        self.groups: Mapping[str, Callable[[Browser], Found]] = {
            "opens": self.opens, "wheel": self.wheel, "drag": self.drag, "filter": self.filter,
            "search": self.search, "lasso": self.lasso,
        }  # fmt: skip

    @contextmanager
    def opened(self, browser: Browser) -> Iterator[Page]:
        """Open the page in a context of its own."""
        with open_page(browser, self.url, READY, script=WATCH, patience_ms=PATIENCE_MS) as opened:
            opened.page.get_by_text("magnitude", exact=True).last.wait_for()
            opened.page.wait_for_timeout(SETTLED_MS)
            opened.page.evaluate(NAME_PARTS)
            yield opened.page

    def opens(self, browser: Browser) -> Found:
        """Give the first picture, and when the first click is answered."""
        with self.opened(browser) as page:
            place = self._point(page)
        # A second click on the same point takes the first one back: they are far between.
        return openings(browser, self.url, place, drawn=DRAWN, answered=ANSWERED, between_ms=500)

    def _point(self, page: Page) -> tuple[float, float]:
        """Find a place where a click is answered."""
        box = box_of(page, "#bench-map")
        for across, down in np.random.default_rng(1).uniform(0.3, 0.7, (80, 2)):
            place = box.at(float(across), float(down))
            page.mouse.click(*place)
            page.wait_for_timeout(150)
            if page.evaluate(f"({ANSWERED})()"):
                return place
        raise RuntimeError("no click on the map is answered")

    def wheel(self, browser: Browser) -> Found:
        """Zoom in and out."""
        with self.opened(browser) as page:
            page.mouse.move(*box_of(page, "#bench-map").at(0.15, 0.15))
            done = steps(page, {"map": self.map}, "wheel", to_and_fro(page, STEPS + 1))
        return {"wheel": Measured.of(done, "map", "first")}

    def drag(self, browser: Browser) -> Found:
        """Drag the map around."""
        with self.opened(browser) as page:
            return dragged(page, box_of(page, "#bench-map"), self.map)

    def filter(self, browser: Browser) -> Found:
        """Brush over the histogram of the magnitudes, which has an axis at its left."""
        with self.opened(browser) as page:
            page.locator("#bench-chart").scroll_into_view_if_needed()
            plot = Box(**page.evaluate(PLOT))
            page.mouse.move(*plot.at(0.3, 0.5))
            page.mouse.down()
            page.mouse.move(*plot.at(0.35, 0.5))
            acts = [
                partial(page.mouse.move, *plot.at(0.4 + 0.4 * number / STEPS, 0.5))
                for number in range(STEPS + 1)
            ]
            watched = {"map": self.map, "charts": (".bench-other", "elements")}
            done = steps(page, watched, "pointermove", acts)
        return {
            "filter, map": Measured.of(done, "map", "first"),
            "filter, charts": Measured.of(done, "charts"),
        }

    def search(self, browser: Browser) -> Found:
        """Type words; it looks for them while one types."""
        with self.opened(browser) as page:
            page.click('button[aria-label="Search"]')
            field = page.locator('input[type="search"]')
            field.evaluate('(one) => { one.closest(".flex-col").id = "bench-search"; }')

            def ask(word: str) -> None:
                field.fill("")
                field.press_sequentially(word)

            watched = {"list": ("#bench-search", "elements")}
            done = steps(page, watched, "keydown", [partial(ask, word) for word in WORDS])
        return {"search": Measured.of(done, "list")}

    def lasso(self, browser: Browser) -> Found:
        """Draw around points, which its charts count and its map does not show."""
        with self.opened(browser) as page:
            box = box_of(page, "#bench-map")
            page.locator('button[title^="Toggle lasso"]').click()
            acts = [partial(circle, page, box, 0.1 + 0.03 * number) for number in range(8)]
            done = steps(page, {"charts": (".bench-card", "elements")}, "pointerup", acts)
        return {"lasso": Measured.of(done, "charts")}
