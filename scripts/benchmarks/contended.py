"""How plain Bokeh and jupyter-scatter open and move beside our page, in gestures timed whole."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

from benchmarks import contenders
from benchmarks.chromium import open_page, time_to_ready
from benchmarks.gestures import Pace, box_of, drag, heap_megabytes, wheel
from benchmarks.ours import READY
from playwright.sync_api import Browser

from hubble_dash.atlas.atlas import Atlas

__all__ = ["say_contenders"]

ROUNDS = 3
# A gesture may take so long; in slow pages it gets fewer moves.
PATIENCE_S = 60.0


@dataclass(frozen=True)
class _Tool:
    """A page to be measured: its name, file, plot, and how to know that it is ready."""

    name: str
    page: Path
    plot: str
    ready: str

    @property
    def url(self) -> str:
        return self.page.resolve().as_uri()


@dataclass(frozen=True)
class _Moves:
    open_s: float
    drag: Pace
    wheel: Pace
    heap_mb: float


def say_contenders(
    browser: Browser, atlas: Atlas, page: Path, folder: Path, jscatter: Path | None
) -> None:
    """Print how all pages open and move; jupyter-scatter where an environment is named."""
    found = {tool.name: _moves(browser, tool) for tool in _tools(atlas, page, folder, jscatter)}
    ours = next(iter(found.values()))
    print(
        "| page | opens, s | drag, ms a move | times ours | wheel, ms a step | times ours |"
        " frames while dragging: median, 95 %, ms | heap, MB |"
    )
    print("|---" * 8 + "|")
    for name, one in found.items():
        print(
            f"| {name} | {one.open_s:.2f} | {one.drag.ms:.0f} ({one.drag.count} moves)"
            f" | {one.drag.ms / ours.drag.ms:.1f} | {one.wheel.ms:.0f}"
            f" | {one.wheel.ms / ours.wheel.ms:.1f} | {one.drag.frame_median_ms:.0f},"
            f" {one.drag.frame_p95_ms:.0f} | {one.heap_mb:.0f} |"
        )
    print()


def _tools(atlas: Atlas, page: Path, folder: Path, jscatter: Path | None) -> list[_Tool]:
    """Make the pages, ours first."""
    tools = [_Tool("hubble-dash", page, "#hd-map", READY)]
    n, positions = len(atlas), atlas.positions[:]
    for backend in ("canvas", "webgl"):
        path = folder / f"bokeh-{backend}-{n}.html"
        contenders.bokeh_page(path, positions, backend=backend)
        tools.append(_Tool(f"Bokeh, {backend}", path, ".bk-Figure", contenders.BOKEH_READY))
    if jscatter is not None:
        path = contenders.scatter_page(
            folder / f"jscatter-{n}", atlas.path / "positions.npy", environment=jscatter
        )
        tools.append(_Tool("jupyter-scatter", path, "#map canvas", contenders.SCATTER_READY))
    return tools


def _moves(browser: Browser, tool: _Tool) -> _Moves:
    # What takes a minute to open does so once.
    with open_page(browser, tool.url, tool.ready) as opened:
        first = float(opened.page.evaluate("window.benchReady")) / 1000
        box = box_of(opened.page, tool.plot)
        dragged = drag(opened.page, box, patience_s=PATIENCE_S)
        wheeled = wheel(opened.page, box, patience_s=PATIENCE_S)
        heap = heap_megabytes(opened.page)
    rounds = ROUNDS - 1 if first < PATIENCE_S / ROUNDS else 0
    opening = [time_to_ready(browser, tool.url, tool.ready) for _ in range(rounds)]
    return _Moves(statistics.median([first, *opening]), dragged, wheeled, heap)
