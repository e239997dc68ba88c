"""Whether our page shows what the atlas says: the right nine, and the right pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from benchmarks.chromium import open_page
from benchmarks.gestures import brush, heap_megabytes
from benchmarks.ours import READY
from benchmarks.selections import (
    Thumbnails,
    compare_pictures,
    photograph,
    select_rows,
    serve,
    tap,
)
from playwright.sync_api import Browser

from hubble_dash.atlas.atlas import Atlas

__all__ = ["say_answers"]

TAPS, ZOOMED_TAPS, PHOTOGRAPHED = 12, 6, 8
BRUSH_STEPS = 5


def say_answers(browser: Browser, atlas: Atlas, page_file: Path, n_rows: int) -> None:
    """Print how rightly our page answers, and what it asked for."""
    random = np.random.default_rng(1)
    rows = random.choice(len(atlas), min(n_rows, len(atlas)), replace=False)
    thumbnails = Thumbnails(atlas)
    print("| answer | median, ms | 95 %, ms | right |\n|---|---|---|---|")
    with open_page(browser, page_file.resolve().as_uri(), READY) as opened:
        page = opened.page
        for zoomed, count in ((False, TAPS), (True, ZOOMED_TAPS)):
            taps = tap(page, atlas, rows[:count], zoomed=zoomed)
            where = "zoomed in" if zoomed else "whole map"
            right = f"{taps.nearest} of {count} the nearest, {taps.nothing} unanswered"
            print(_line(f"tap to nine painted, {where}", taps.ms, right))
        by_code = select_rows(page, atlas, rows, read_back=False)
        right = f"{len(rows) - len(by_code.wrong)} of {len(rows)} the atlas's nine"
        print(_line("selected by code", by_code.ms, right))
        brushed = brush(page, BRUSH_STEPS)
        values = atlas.cutouts[brushed.column]
        passed = np.flatnonzero(values.between(brushed.low, brushed.high))
        agree = "as in the table" if brushed.rows == passed.tolist() else "WRONG"
        right = f"{len(passed):,} rows of the last step: {agree}"
        print(_line(f"filter by code to the map redrawn, {brushed.column}", brushed.ms, right))
        shown, pictures = photograph(page, rows[:PHOTOGRAPHED])
        wrong = compare_pictures(shown, pictures, thumbnails, inner=True)
        heap = heap_megabytes(page)
        elsewhere = opened.elsewhere(page_file.parent.resolve().as_uri())
    print(f"| thumbnails on the screen | | | {len(shown) - wrong} of {len(shown)} |")
    _read_back(browser, atlas, page_file, rows, thumbnails)
    print(
        f"\nHeap after all this {heap:.0f} MB; {len(opened.requests):,} requests,"
        f" {len(elsewhere)} of them to other places; {len(opened.errors)} errors\n"
    )
    for text in [*elsewhere, *opened.errors][:5]:
        print(f"- {text[:200]}")


def _read_back(
    browser: Browser,
    atlas: Atlas,
    page_file: Path,
    rows: np.ndarray,
    thumbnails: Thumbnails,
) -> None:
    """Check every thumbnail, over HTTP: a page opened from a disk may not read its own."""
    with (
        serve(page_file.parent) as address,
        open_page(browser, address + page_file.name, READY) as opened,
    ):
        found = select_rows(opened.page, atlas, rows, read_back=True)
    assert found.pictures is not None
    wrong = compare_pictures(found.shown, found.pictures, thumbnails)
    right = f"{len(found.shown) - wrong} of {len(found.shown)} thumbnails"
    print(_line("the same over HTTP, read back", found.ms, right))


def _line(name: str, ms: list[float], right: str) -> str:
    if not ms:
        return f"| {name} | – | – | {right} |"
    return f"| {name} | {np.median(ms):.0f} | {np.percentile(ms, 95):.0f} | {right} |"
