"""How a page opens, moves and answers with many cutouts, beside the same points in other tools.

Simulated atlases are exported and opened from the disk in headless Chromium with the network cut,
drawn in software. Beside ours, in the same run: plain Bokeh, by canvas and by WebGL, and
jupyter-scatter where --jscatter names an environment (see scripts/benchmarks/contenders.py). Each
is measured with Chromium's 2-D canvas handed to emulated OpenGL and not. Markdown for the README.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks import contenders, environment
from benchmarks.chromium import FORMS, describe_renderer, launch, open_page, size_of, time_to_ready
from benchmarks.gestures import Pace, box_of, brush, drag, heap_megabytes, wheel
from benchmarks.selections import (
    Thumbnails,
    compare_pictures,
    photograph,
    select_rows,
    serve,
    tap,
)
from playwright.sync_api import Browser, sync_playwright
from simulate_atlas import simulate_atlas

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas

SIZES = (10_000, 100_000, 1_000_000)
OURS_READY = "return 'hdReady' in document.body.dataset;"
TAPS, ZOOMED_TAPS, PHOTOGRAPHED = 12, 6, 8
BRUSH_STEPS = 20
ROUNDS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-n", type=int, action="append", dest="sizes", metavar="N",
        help="cutouts, may be given several times (10,000, 100,000 and 1,000,000)",
    )  # fmt: skip
    parser.add_argument("--atlas", type=Path, help="measure this one instead of simulated ones")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER",
        help="leave atlases and pages here; those that are here already are used again",
    )  # fmt: skip
    parser.add_argument("--rows", type=int, default=1000, help="to select by code (%(default)s)")
    parser.add_argument(
        "--form", choices=FORMS, action="append", dest="forms", help="of Chromium; all if not given"
    )
    parser.add_argument("--alone", action="store_true", help="measure no other tool")
    parser.add_argument("--jscatter", type=Path, metavar="ENVIRONMENT")
    parser.add_argument(
        "--patience", type=float, default=60.0, metavar="SECONDS",
        help="a gesture may take; in slow pages it gets fewer moves (%(default)s)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> None:
    print(f"{environment.describe()}\n")
    if options.jscatter is None and not options.alone:
        print("jupyter-scatter is left out: no --jscatter\n")
    with _folder(options.keep) as folder, sync_playwright() as playwright:
        for atlas in _atlases(options, folder):
            bench = _Bench(atlas, folder, options)
            pages = bench.pages()
            bench.say_sizes(pages[0])
            for number, form in enumerate(options.forms or FORMS):
                with launch(playwright, form) as browser:
                    print(f"Drawn in software, {form}: {describe_renderer(browser)}\n")
                    bench.measure_moves(browser, pages)
                    if number == 0:
                        bench.measure_answers(browser, pages[0])


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
    else:
        with tempfile.TemporaryDirectory() as scratch:
            yield Path(scratch)


def _atlases(options: argparse.Namespace, folder: Path) -> Iterator[Atlas]:
    if options.atlas is not None:
        yield hd.open_atlas(options.atlas)
        return
    for n in options.sizes or SIZES:
        path = folder / f"simulated-{n}.atlas"
        yield hd.open_atlas(path) if path.exists() else simulate_atlas(path, n)


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


class _Bench:
    """One atlas in all pages."""

    def __init__(self, atlas: Atlas, folder: Path, options: argparse.Namespace) -> None:
        self.atlas, self.folder, self.options = atlas, folder, options
        self.n = len(atlas)

    def pages(self) -> list[_Tool]:
        """Make the pages, ours first."""
        tools = [_Tool("hubble-dash", self._ours(), "#hd-map", OURS_READY)]
        if self.options.alone:
            return tools
        positions = self.atlas.positions[:]
        for backend in ("canvas", "webgl"):
            page = self.folder / f"bokeh-{backend}-{self.n}.html"
            contenders.bokeh_page(page, positions, backend=backend)
            tools.append(_Tool(f"Bokeh, {backend}", page, ".bk-Figure", contenders.BOKEH_READY))
        if self.options.jscatter is not None:
            page = contenders.scatter_page(
                self.folder / f"jscatter-{self.n}", self.atlas.path / "positions.npy",
                environment=self.options.jscatter,
            )  # fmt: skip
            ready = contenders.SCATTER_READY
            tools.append(_Tool("jupyter-scatter", page, "#map canvas", ready))
        return tools

    def _ours(self) -> Path:
        """Export the atlas as the exporter thinks right."""
        name = self.atlas.path.name.removesuffix(".atlas")
        file, report = self.folder / f"{name}.html", self.folder / name
        if not file.exists() and not report.exists():
            begin = time.perf_counter()
            made = hd.export(self.atlas, file)
            seconds = time.perf_counter() - begin
            print(f"Exporting {self.n:,} cutouts to {made.name}: {seconds:.0f} s\n")
        return file if file.exists() else report / "index.html"

    def say_sizes(self, ours: _Tool) -> None:
        whole = ours.page if ours.page.name != "index.html" else ours.page.parent
        n_bytes, n_files = size_of(whole)
        form = "one file" if n_files == 1 else f"a folder of {n_files:,} files"
        print(f"## {self.n:,} cutouts: {form}, {n_bytes / 1e6:,.0f} MB\n")

    def measure_moves(self, browser: Browser, tools: list[_Tool]) -> None:
        """Print how all pages open and move."""
        found = {tool.name: self._moves(browser, tool) for tool in tools}
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

    def _moves(self, browser: Browser, tool: _Tool) -> _Moves:
        patience = self.options.patience
        # What takes a minute to open does so once.
        with open_page(browser, tool.url, tool.ready) as opened:
            first = float(opened.page.evaluate("window.benchReady")) / 1000
            box = box_of(opened.page, tool.plot)
            dragged = drag(opened.page, box, patience_s=patience)
            wheeled = wheel(opened.page, box, patience_s=patience)
            heap = heap_megabytes(opened.page)
        rounds = ROUNDS - 1 if first < patience / ROUNDS else 0
        opening = [time_to_ready(browser, tool.url, tool.ready) for _ in range(rounds)]
        return _Moves(statistics.median([first, *opening]), dragged, wheeled, heap)

    def measure_answers(self, browser: Browser, ours: _Tool) -> None:
        """Print how soon and how rightly our page answers."""
        random = np.random.default_rng(1)
        rows = random.choice(self.n, min(self.options.rows, self.n), replace=False)
        thumbnails = Thumbnails(self.atlas)
        print("| answer | median, ms | 95 %, ms | right |\n|---|---|---|---|")
        with open_page(browser, ours.url, ours.ready) as opened:
            page = opened.page
            for zoomed, count in ((False, TAPS), (True, ZOOMED_TAPS)):
                taps = tap(page, self.atlas, rows[:count], zoomed=zoomed)
                where = "zoomed in" if zoomed else "whole map"
                right = f"{taps.nearest} of {count} the nearest, {taps.nothing} unanswered"
                print(_line(f"tap to nine painted, {where}", taps.ms, right))
            by_code = select_rows(page, self.atlas, rows, read_back=False)
            right = f"{len(rows) - len(by_code.wrong)} of {len(rows)} the atlas's nine"
            print(_line("selected by code", by_code.ms, right))
            brushed = brush(page, BRUSH_STEPS)
            values = self.atlas.cutouts[brushed.column]
            passed = np.flatnonzero(values.between(brushed.low, brushed.high))
            agree = "as in the table" if brushed.rows == passed.tolist() else "WRONG"
            right = f"{len(passed):,} rows of the last step: {agree}"
            print(_line(f"filter step to the map redrawn, {brushed.column}", brushed.ms, right))
            shown, pictures = photograph(page, rows[:PHOTOGRAPHED])
            wrong = compare_pictures(shown, pictures, thumbnails, inner=True)
            heap = heap_megabytes(page)
            own = ours.page.parent.resolve().as_uri()
            elsewhere = opened.elsewhere(own)
        print(f"| thumbnails on the screen | | | {len(shown) - wrong} of {len(shown)} |")
        self._read_back(browser, ours, rows, thumbnails)
        print(
            f"\nHeap after all this {heap:.0f} MB; {len(opened.requests):,} requests,"
            f" {len(elsewhere)} of them to other places; {len(opened.errors)} errors\n"
        )
        for text in [*elsewhere, *opened.errors][:5]:
            print(f"- {text[:200]}")

    def _read_back(
        self, browser: Browser, ours: _Tool, rows: np.ndarray, thumbnails: Thumbnails
    ) -> None:
        """Check every thumbnail, over HTTP: a page opened from a disk may not read its own."""
        with (
            serve(ours.page.parent) as address,
            open_page(browser, address + ours.page.name, ours.ready) as opened,
        ):
            found = select_rows(opened.page, self.atlas, rows, read_back=True)
        assert found.pictures is not None
        wrong = compare_pictures(found.shown, found.pictures, thumbnails)
        right = f"{len(found.shown) - wrong} of {len(found.shown)} thumbnails"
        print(_line("the same over HTTP, read back", found.ms, right))


def _line(name: str, ms: list[float], right: str) -> str:
    if not ms:
        return f"| {name} | – | – | {right} |"
    return f"| {name} | {np.median(ms):.0f} | {np.percentile(ms, 95):.0f} | {right} |"
