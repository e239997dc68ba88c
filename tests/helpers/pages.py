"""Pages opened in Chromium, and served ones."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page

from hubble_dash import app

# Bokeh's model of a name, in whichever document.
MODEL = "(name => Bokeh.documents.map((one) => one.get_model_by_name(name)).find(Boolean))"

# Where a place of a plot lies on the screen, of [plot, x, y].
SCREEN = """([name, x, y]) => {
    const figure = MODEL(name);
    const box = document.getElementById(name).getBoundingClientRect();
    const { x_range, y_range, inner_width, inner_height } = figure;
    return [
        box.left + (x - x_range.start) / (x_range.end - x_range.start) * inner_width,
        box.top + (y_range.end - y) / (y_range.end - y_range.start) * inner_height,
    ];
}""".replace("MODEL", MODEL)


def lonely_row(positions: NDArray[np.float32]) -> int:
    """The cutout that is farthest from all others on the map, for a click that is certain.

    A picture on the map takes the clicks on what it covers, and pictures are square.
    """
    places = positions.astype(float)
    distance = np.abs(places[:, None] - places[None]).max(axis=2)
    np.fill_diagonal(distance, np.inf)
    return int(np.argmax(distance.min(axis=1)))


@contextmanager
def panel_serve(atlas: Path, *options: str, path: str = "app") -> Iterator[str]:
    """An atlas under ``panel serve``, with further options; gives the address of its page."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "panel", "serve", str(app.__file__), "--port", str(port)]
    with tempfile.TemporaryFile() as log:  # a pipe that nobody reads would fill up
        process = subprocess.Popen(
            [*command, *options, "--args", str(atlas)], stdout=subprocess.DEVNULL, stderr=log
        )
        url = f"http://localhost:{port}/{path}"
        try:
            for _ in range(300):
                if process.poll() is not None:
                    log.seek(0)
                    pytest.fail(log.read().decode())
                try:
                    urllib.request.urlopen(url, timeout=60).close()
                    break
                except URLError:
                    time.sleep(0.1)
            yield url
        finally:
            process.kill()
            process.communicate()


class OpenPage:
    """A page in the browser, with all that it asked for and complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda message: self.errors.append(message.text) if message.type == "error" else None,
        )

    def goto(self, url: str) -> None:
        self.page.goto(url)
        self.page.wait_for_selector("body[data-hd-ready][data-hd-places]", timeout=30_000)

    def run(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    def requested(self, part: str) -> list[str]:
        """What was asked for by now, of addresses with something in them."""
        self.run("0")  # Playwright hears of requests while it is called
        return [url for url in self.requests if part in url]

    @property
    def selected(self) -> str | None:
        row: str | None = self.run("document.body.dataset.hdSelected ?? null")
        return row

    def wait_for_selected(self, row: int) -> None:
        self.page.wait_for_selector(f'body[data-hd-selected="{row}"]', timeout=5000)

    def wait_for_shown(self, row: int) -> None:
        """Wait until the similar cutouts of a row are there, all of their pictures painted."""
        self.page.wait_for_selector(f'body[data-hd-shown="{row}"]', timeout=60_000)

    def wait_until_still(self) -> None:
        """Wait until nothing moves, nor looks faint because something is waited for."""
        self.page.wait_for_function(
            """() => document.getAnimations().length === 0
                && !document.querySelector("[aria-busy=true]")"""
        )

    def wait_for_similar(self, rows: list[int]) -> None:
        """Wait until the gallery shows these rows."""
        self.page.wait_for_function(
            """rows => [...document.querySelectorAll("#hd-gallery .hd-similar")]
                .map((card) => card.dataset.row).join() === rows.join()""",
            arg=rows,
        )

    def wait_for_column(self, source: str, column: str, predicate: str) -> None:
        """Wait until a column of a data source, as an array, fulfils a function in JavaScript."""
        self.page.wait_for_function(
            f"""([source, column]) => ({predicate})(
                Array.from({MODEL}(source).data[column]))""",
            arg=[source, column],
        )

    def similar(self) -> list[tuple[int, int, float]]:
        """What the gallery shows: row, rank, similarity."""
        found = self.run(
            "[...document.querySelectorAll('#hd-gallery .hd-similar')]"
            ".map(e => [e.dataset.row, e.dataset.rank, e.dataset.similarity])"
        )
        return [(int(row), int(rank), float(value)) for row, rank, value in found]

    def column(self, source: str, column: str) -> list[Any]:
        """A column of one of the plots' data sources."""
        values: list[Any] = self.run(
            f"([s, c]) => Array.from({MODEL}(s).data[c])",
            [source, column],
        )
        return values

    def screen(self, plot: str, x: float, y: float) -> tuple[float, float]:
        """Where a place of a plot lies on the screen."""
        place = self.run(SCREEN, [plot, x, y])
        return place[0], place[1]

    def click(self, plot: str, x: float, y: float) -> None:
        self.page.mouse.click(*self.screen(plot, x, y))
