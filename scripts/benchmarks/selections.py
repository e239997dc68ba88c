"""Whether a page shows the right cutouts, and how soon after a tap."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.gestures import LAST_FRAME, NOTCH
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TooSlow
from scipy.spatial import cKDTree
from tqdm import tqdm

from hubble_dash.atlas.atlas import Atlas

__all__ = ["Selected", "Taps", "Thumbnails", "compare_pictures", "select_rows", "serve", "tap"]

SIMILAR = 9
# Pictures are compared as so many means a side; rank labels cover a corner of those on the screen.
SIDE = 8
OTHERS = 300
STEPS_IN = 12
# From the press until the frame after all nine are painted.
WATCH = """() => {
    addEventListener("pointerdown", (event) => {
        window.benchStart = event.timeStamp;
        window.benchEnd = null;
    }, { capture: true });
    new MutationObserver(() => {
        if (!("hdShown" in document.body.dataset)) return;
        requestAnimationFrame(() => { window.benchEnd ??= performance.now(); });
    }).observe(document.body, { attributes: true, attributeFilter: ["data-hd-shown"] });
}"""
PLACE = """([x, y]) => {
    const figure = Bokeh.documents[0].get_model_by_name("hd-map");
    const box = document.getElementById("hd-map").getBoundingClientRect();
    const { x_range, y_range, inner_width, inner_height } = figure;
    const across = (x_range.end - x_range.start) / inner_width;
    const px = box.left + 1 + (x - x_range.start) / across;
    const py = box.top + 1 + (y_range.end - y) / (y_range.end - y_range.start) * inner_height;
    return [px, py, across];
}"""
SELECT = """async ([rows, side]) => {
    const { dataset } = document.body;
    const shown = (row) => new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`row ${row} is not shown`)), 20000);
        const watch = new MutationObserver(look);
        function look() {
            if (dataset.hdShown !== String(row)) return;
            clearTimeout(late);
            watch.disconnect();
            resolve();
        }
        watch.observe(document.body, { attributes: true });
        look();
    });
    const means = (canvas) => {
        const { width, height } = canvas;
        const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
        const sums = new Float64Array(side * side * 4);
        for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
            const cell = 4 * (Math.floor(y * side / height) * side + Math.floor(x * side / width));
            const at = 4 * (y * width + x);
            for (let c = 0; c < 3; c++) sums[cell + c] += data[at + c];
            sums[cell + 3] += 1;
        }
        const found = [];
        for (let i = 0; i < sums.length; i += 4) {
            for (let c = 0; c < 3; c++) found.push(Math.round(sums[i + c] / sums[i + 3]));
        }
        return found;
    };
    const found = [];
    for (const row of rows) {
        const begin = performance.now();
        hubbleDash.select(row);
        await shown(row);
        const ms = performance.now() - begin;
        const cards = [...document.querySelectorAll("#hd-gallery .hd-similar")];
        const pictures = side ? cards.map((card) => means(card.querySelector("canvas"))) : null;
        found.push({ ms, similar: cards.map((card) => Number(card.dataset.row)), pictures });
    }
    return found;
}"""


@dataclass(frozen=True)
class Taps:
    """Taps on the map.

    Parameters
    ----------
    ms : list of float
        From each press until nine are painted.
    nearest : int
        How many chose the cutout nearest to the pointer.
    nothing : int
        After how many nothing was shown.
    """

    ms: list[float]
    nearest: int
    nothing: int


@dataclass(frozen=True)
class Selected:
    """Rows selected by code.

    Parameters
    ----------
    ms : list of float
        From each call until nine are painted.
    wrong : list of int
        Rows whose nine are not those of the atlas.
    shown : list of int
        Rows of all cutouts that were shown.
    pictures : (m, 8, 8, 3) float array or None
        What was painted for each of them, where the page may read it back.
    """

    ms: list[float]
    wrong: list[int]
    shown: list[int]
    pictures: NDArray[np.float64] | None


def tap(page: Page, atlas: Atlas, rows: NDArray[np.int64], *, zoomed: bool) -> Taps:
    """Tap on the places of some rows on the map, seen whole or zoomed in."""
    tree = cKDTree(atlas.positions)
    page.evaluate(WATCH)
    # A picture among the points answers for its own cutout.
    page.evaluate("document.querySelector('#hd-map-points')?.click()")
    ms, nearest, nothing = [], 0, 0
    for row in rows:
        place = [float(value) for value in atlas.positions[row]]
        # A tap soon after another is a double tap to Bokeh, and no tap.
        page.wait_for_timeout(400)
        page.locator("#hd-map-fit").click()
        page.evaluate(LAST_FRAME)
        if zoomed:
            page.mouse.move(*page.evaluate(PLACE, place)[:2])
            for _ in range(STEPS_IN):
                page.mouse.wheel(0, -NOTCH)
            page.wait_for_timeout(1000)
        x, y, scale = page.evaluate(PLACE, place)
        page.mouse.click(x, y)
        try:
            page.wait_for_function("window.benchEnd", polling=10, timeout=10_000)
        except TooSlow:
            nothing += 1
            continue
        ms.append(float(page.evaluate("window.benchEnd - window.benchStart")))
        chosen = int(page.evaluate("document.body.dataset.hdSelected"))
        # The pointer stands on whole pixels, so that one beside it may be nearer.
        off = np.hypot(*(atlas.positions[chosen] - place))
        nearest += int(off <= tree.query(place)[0] + scale)
    return Taps(ms, nearest, nothing)


def select_rows(page: Page, atlas: Atlas, rows: NDArray[np.int64], *, read_back: bool) -> Selected:
    """Select rows by code, and compare the nine that are shown with the atlas.

    Parameters
    ----------
    page : Page
        Of the atlas.
    atlas : Atlas
        What it must show.
    rows : (m,) int array
        To select.
    read_back : bool
        Whether to read the painted pictures, which a page opened from a disk may not.
    """
    ms, wrong, shown = [], [], []
    pictures: list[Any] = []
    for part in tqdm(np.array_split(rows, -(-len(rows) // 25)), "selecting", leave=False):
        found = page.evaluate(SELECT, [part.tolist(), SIDE if read_back else 0])
        for row, one in zip(part.tolist(), found, strict=True):
            ms.append(float(one["ms"]))
            if one["similar"] != atlas.similar(row, SIMILAR).rows.tolist():
                wrong.append(row)
            shown += one["similar"]
            pictures += one["pictures"] or []
    read = np.array(pictures, np.float64).reshape(-1, SIDE, SIDE, 3) if read_back else None
    return Selected(ms, wrong, shown, read)


def photograph(page: Page, rows: NDArray[np.int64]) -> tuple[list[int], NDArray[np.float64]]:
    """Select rows and take pictures of the screen where the nine are."""
    shown, pictures = [], []
    for row in rows:
        one = page.evaluate(SELECT, [[int(row)], 0])[0]
        cards = page.locator("#hd-gallery .hd-similar canvas")
        for number, other in enumerate(one["similar"]):
            shot = Image.open(io.BytesIO(cards.nth(number).screenshot())).convert("RGB")
            shown.append(other)
            pictures.append(_means(shot))
    return shown, np.array(pictures)


class Thumbnails:
    """The thumbnails of an atlas as means, from its sheets.

    Parameters
    ----------
    atlas : Atlas
        A simulated one repeats its thumbnails, so that few sheets need be read.
    """

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self.cycle = atlas.manifest.get("simulated", {}).get("thumbnails_cycle", len(atlas))

    def __call__(self, rows: list[int]) -> NDArray[np.float64]:
        """Give those of some rows, (m, 8, 8, 3)."""
        layout = self.atlas.sheet_layout
        keys = np.array(rows) % self.cycle
        found = np.empty((len(rows), SIDE, SIDE, 3))
        for sheet in np.unique(keys // layout.per_sheet):
            with Image.open(self.atlas.sheet_path(int(sheet))) as opened:
                picture = opened.convert("RGB")
            for i in np.flatnonzero(keys // layout.per_sheet == sheet):
                box = layout.box(int(keys[i]))
                found[i] = _means(picture.crop((box.ixmin, box.iymin, box.ixmax, box.iymax)))
        return found


def compare_pictures(
    shown: list[int], pictures: NDArray[np.float64], thumbnails: Thumbnails, *, inner: bool = False
) -> int:
    """Count the pictures that are more like another thumbnail, or like nothing, than their own.

    Parameters
    ----------
    shown : list of int
        Rows.
    pictures : (m, 8, 8, 3) array
        What was painted for them.
    thumbnails : Thumbnails
        What should have been.
    inner : bool
        Compare only the middle.
    """
    part = slice(2, 6) if inner else slice(None)
    own = thumbnails(shown)[:, part, part]
    seen = pictures[:, part, part]
    random = np.random.default_rng(0)
    others = random.choice(len(thumbnails.atlas), OTHERS)
    strange = np.concatenate([thumbnails(others.tolist())[:, part, part], np.zeros_like(own[:1])])
    wrong = 0
    for one, right, row in zip(seen, own, shown, strict=True):
        different = np.append(others % thumbnails.cycle != row % thumbnails.cycle, True)
        least = np.abs(strange[different] - one).mean(axis=(1, 2, 3)).min()
        wrong += int(np.abs(right - one).mean() > least)
    return wrong


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine, as any static host would."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("localhost", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def _means(picture: Image.Image) -> NDArray[np.float64]:
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX), float)
