"""Chromium, and pages opened in it."""

from __future__ import annotations

import os
import shutil
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

import pytest
from playwright.sync_api import Page

from hubble_dash import app

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
NAMES = (os.environ.get("HUBBLE_DASH_BROWSER", ""), "chromium", "chromium-browser", "google-chrome")


def find_browser() -> str:
    for name in filter(None, NAMES):
        path = shutil.which(name)
        if path:
            return path
    pytest.fail("no Chromium: install it, or name it with HUBBLE_DASH_BROWSER; see scripts/test")


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
        self.page.wait_for_selector("body[data-hd-ready]", timeout=30_000)

    def run(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    @property
    def selected(self) -> str | None:
        row: str | None = self.run("document.body.dataset.hdSelected ?? null")
        return row

    def wait_for_selected(self, row: int) -> None:
        self.page.wait_for_selector(f'body[data-hd-selected="{row}"]', timeout=5000)

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
            "([s, c]) => Array.from(Bokeh.documents[0].get_model_by_name(s).data[c])",
            [source, column],
        )
        return values

    def screen(self, plot: str, x: float, y: float) -> tuple[float, float]:
        """Where a place of a plot lies on the screen."""
        place = self.run(
            """([name, x, y]) => {
                const figure = Bokeh.documents[0].get_model_by_name(name);
                const box = document.getElementById(name).getBoundingClientRect();
                const { x_range, y_range, inner_width, inner_height } = figure;
                return [
                    box.left + (x - x_range.start) / (x_range.end - x_range.start) * inner_width,
                    box.top + (y_range.end - y) / (y_range.end - y_range.start) * inner_height,
                ];
            }""",
            [plot, x, y],
        )
        return place[0], place[1]

    def click(self, plot: str, x: float, y: float) -> None:
        self.page.mouse.click(*self.screen(plot, x, y))
