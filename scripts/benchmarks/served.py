"""What a served large atlas costs: time a step of the map, and memory a session.

Starts `hubble-dash serve`, zooms in Chromium without a GPU by wheel steps for several colours of
the map, timing each from the wheel's event to the frame that shows the new picture; then opens
sessions by websocket, each of which asks for some views, and reads the growth of the server's own
memory (not that of files it has mapped). Markdown for the README.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import environment
from benchmarks.chromium import describe_renderer, launch, open_page
from bokeh.client import ClientSession, pull_session
from playwright.sync_api import Page, sync_playwright
from serving import free_port, running
from simulate_atlas import simulate_atlas

import hubble_dash as hd
from hubble_dash.viewer.exported.limits import MAX_CUTOUTS

__all__ = ["own_megabytes", "served"]

READY = "return 'hdDrawn' in document.body.dataset;"
# Zooms in and out near the whole map, where most points are in view.
WHEEL = (-100, -100, -100, 100, 100, 100)
# Notes when the wheel turned, and when the picture that answers it has been drawn.
WATCH = """() => {
    const bokeh = Bokeh.documents.find((one) => one.get_model_by_name("hd-live"));
    const { data_source } = bokeh.get_model_by_name("hd-map-density");
    const turn = () => { window.turned = performance.now(); window.took = null; };
    window.addEventListener("wheel", turn, { capture: true });
    data_source.properties.data.change.connect(() => requestAnimationFrame(() =>
        setTimeout(() => { window.took ??= performance.now() - window.turned; })));
}"""
PATIENCE_S = 600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--atlas", type=Path, help="serve this one instead of a simulated one")
    parser.add_argument("-n", type=int, default=1_000_000, help="to simulate (%(default)s)")
    parser.add_argument("--sessions", type=int, default=20, help="at once (%(default)s)")
    parser.add_argument("--views", type=int, default=4, help="a session asks for (%(default)s)")


def run(options: argparse.Namespace) -> None:
    print(f"{environment.describe()}\n")
    with atlas_of(options) as path:
        atlas = hd.open_atlas(path)
        if len(atlas) <= MAX_CUTOUTS:
            sys.exit(f"{path} has {len(atlas):,} cutouts; give one of more than {MAX_CUTOUTS:,}")
        with served(path) as (server, url, seconds):
            print(f"{len(atlas):,} cutouts, served after {seconds:.1f} s\n")
            _measure_steps(url)
            _measure_sessions(server, url, options)


@contextmanager
def atlas_of(options: argparse.Namespace) -> Iterator[Path]:
    """Give the atlas that was named, else a simulated one of as many cutouts as were asked for."""
    if options.atlas is not None:
        yield options.atlas
        return
    with tempfile.TemporaryDirectory() as folder:
        yield simulate_atlas(Path(folder) / "simulated.atlas", options.n).path


@contextmanager
def served(path: Path) -> Iterator[tuple[int, str, float]]:
    """Serve an atlas: the process, the page's address, and how long it took to get ready."""
    port = free_port()
    url = f"http://localhost:{port}/"
    command = [sys.executable, "-m", "hubble_dash.cli", "serve", str(path), "--no-browser"]
    begin = time.perf_counter()
    with running([*command, "--port", str(port)], url, seconds=PATIENCE_S) as process:
        yield process.pid, url, time.perf_counter() - begin


def _measure_steps(url: str) -> None:
    with sync_playwright() as playwright, launch(playwright, "no GL") as browser:
        print(f"{describe_renderer(browser)}; a wheel step, from its event to the new picture:\n")
        print("| colour | first, ms | median, ms | slowest, ms |\n|---|---|---|---|")
        with open_page(browser, url, READY) as opened:
            page = opened.page
            page.evaluate(WATCH)
            for name, value in _choices(page):
                page.select_option("#hd-color", value)
                page.wait_for_timeout(1500)
                first, *others = [_step(page, by) for by in WHEEL * 2]
                print(
                    f"| {name} | {first:.0f} | {statistics.median(others):.0f}"
                    f" | {max(others):.0f} |"
                )
    print()


def _choices(page: Page) -> list[tuple[str, str]]:
    """Name by count, by own colour, by the first category and by the first number."""
    options = page.eval_on_selector_all(
        "#hd-color option", "all => all.map(o => [o.text, o.value])"
    )
    kinds = page.evaluate("hubbleDash.data.colors.map(({ kind }) => kind)")
    wanted = ["count", "own"]
    wanted += [str(kinds.index(kind)) for kind in ("category", "number") if kind in kinds]
    return [(text, value) for text, value in options if value in wanted]


def _step(page: Page, by: int) -> float:
    """Turn the wheel over the middle of the map; milliseconds until the new picture shows."""
    box = page.locator("#hd-map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.evaluate("window.took = window.turned = null")
    page.mouse.wheel(0, by)
    page.wait_for_function("window.turned !== null && window.took !== null", timeout=30_000)
    took = float(page.evaluate("window.took"))
    page.wait_for_timeout(200)
    return took


def _measure_sessions(server: int, url: str, options: argparse.Namespace) -> None:
    # What the first sessions cost is not what a further one costs.
    sessions = [_open(url, options.views) for _ in range(2)]
    before = own_megabytes(server)
    sessions += [_open(url, options.views) for _ in range(options.sessions)]
    grown = own_megabytes(server) - before
    print(
        f"{options.sessions} further sessions at once, each of which has seen {options.views}"
        f" views: {grown / options.sessions:.1f} MB each (the server had {before:.0f} MB before)"
    )
    for session in sessions:
        session.close()


def _open(url: str, views: int) -> ClientSession:
    """Open a session as a browser does, and look at some views."""
    session = pull_session(url=url)
    live: Any = session.document.select_one({"name": "hd-live"})
    for number in range(views):
        half = 1.2 / (1 + number)
        live.data = {
            "left": [-half], "right": [half], "bottom": [-half], "top": [half],
            "width": [800], "height": [700], "color": ["own" if number % 2 else "count"],
        }  # fmt: skip
        session.force_roundtrip()
        begin = time.perf_counter()
        while abs(_left(session, url) + half) > 1e-6:
            if time.perf_counter() - begin > PATIENCE_S:
                sys.exit("the server does not draw what it is asked for")
            time.sleep(0.1)
    return session


def _left(session: ClientSession, url: str) -> float:
    """Look a second time at a session: where its picture begins."""
    # The session's own document does not hear of changes while nothing is asked.
    other = pull_session(url=url, session_id=session.id)
    source: Any = other.document.select_one({"name": "hd-map-density-source"})
    left = float(source.data["x"][0])
    other.close()
    return left


def own_megabytes(process: int) -> float:
    """Memory of a process that is backed by no file, in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    [line] = [line for line in status.splitlines() if line.startswith("RssAnon:")]
    return int(line.split()[1]) / 1000
