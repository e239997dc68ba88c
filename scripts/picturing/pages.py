"""Pages to take pictures of: from a disk, served, and in a notebook."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Frame, Page
from serving import free_port, running

__all__ = ["MIDDLE", "NOTEBOOK", "Theme", "notebook", "opened", "place", "run_cells", "served"]

Theme = Literal["dark", "light"]
PATIENCE_MS, START_S = 120_000, 120
NOTEBOOK = "explore.ipynb"
# Of the selected cutout on its parent image.
MIDDLE = """(({ left, right, bottom, top }) => ({ x: (left + right) / 2, y: (bottom + top) / 2 }))(
    hubbleDash.state.shown.cutout.shownBox)"""
PLACE = """async plot => {
    const { x, y } = %s;
    const figures = Bokeh.documents.map((one) => one.get_model_by_name(plot));
    const { x_range, y_range, inner_width, inner_height } = figures.find((one) => one !== null);
    const box = document.getElementById(plot).getBoundingClientRect();
    return [box.left + (x - x_range.start) / (x_range.end - x_range.start) * inner_width,
            box.top + (y_range.end - y) / (y_range.end - y_range.start) * inner_height];
}"""
# A site has no map of its own.
READY = "body[data-hd-ready][data-hd-places], .hd-covers"


def opened(browser: Browser, url: str, size: tuple[int, int], theme: Theme) -> Page:
    """Open a page that holds still."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme=theme, reduced_motion="reduce"
    )
    page.set_default_timeout(PATIENCE_MS)
    page.goto(url)
    page.wait_for_selector(READY)
    page.wait_for_timeout(1000)
    return page


def place(page: Page, plot: str, xy: str) -> tuple[float, float]:
    """Find where a plot has a place, an expression in JavaScript, on the screen."""
    x, y = page.evaluate(PLACE % xy, plot)
    return float(x), float(y)


@contextmanager
def served(atlas: Path) -> Iterator[str]:
    """Serve an atlas: the address."""
    port = free_port()
    command = [sys.executable, "-m", "hubble_dash", "serve", str(atlas), "--no-browser"]
    command += ["--port", str(port)]
    url = f"http://localhost:{port}/"
    with running(command, url, seconds=START_S):
        yield url


@contextmanager
def notebook(cells: list[str]) -> Iterator[str]:
    """Run JupyterLab in this folder, with one notebook of these cells: its address."""
    made: list[dict[str, Any]] = [
        {
            "cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
            "id": f"cell-{number}", "source": text,
        }
        for number, text in enumerate(cells)
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    whole = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    Path(NOTEBOOK).write_text(json.dumps(whole))
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}"]
    command += ["--IdentityProvider.token=", "--allow-root", "--LabApp.news_url="]
    own = {name: str(Path(".jupyter").resolve()) for name in ("JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
    base = f"http://localhost:{port}/"
    with running(command, f"{base}api", seconds=START_S, env=own):
        yield f"{base}lab/tree/{NOTEBOOK}?reset"


def run_cells(page: Page, n: int) -> Frame:
    """Run the first `n` cells of a notebook; give the page that one of them shows."""
    page.wait_for_selector("text=| Idle", timeout=PATIENCE_MS)
    page.click(".jp-Cell >> nth=0 >> .cm-content")
    for _ in range(n):
        page.keyboard.press("Shift+Enter")
    element = page.wait_for_selector("iframe[srcdoc]", state="attached", timeout=PATIENCE_MS)
    frame = None if element is None else element.content_frame()
    assert frame is not None
    frame.wait_for_selector("body[data-hd-ready][data-hd-places]")
    return frame
