"""The exported page in Chromium, Firefox and WebKit, from a disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers.engines import Engine, chromium, firefox, webkit
from helpers.pages import SCREEN, lonely_row
from helpers.waiting import wait
from PIL import Image as PillowImage
from playwright.sync_api import Playwright

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.export import export

pytestmark = pytest.mark.browser

WANTED = os.environ.get("HUBBLE_DASH_ENGINES", "chromium,firefox,webkit").split(",")
# Written into the page: whatever it asks another host for, or complains of, is kept. Scripts in
# addresses are refused, as by hosts that are strict.
WATCH = """<head>
<meta http-equiv="Content-Security-Policy" content="
  default-src file: data: blob: 'unsafe-inline'; script-src file: 'unsafe-inline' 'unsafe-eval'">
<script>
  window.trouble = [];
  addEventListener("securitypolicyviolation", (event) => trouble.push(`asks ${event.blockedURI}`));
  addEventListener("unhandledrejection", (event) => trouble.push(String(event.reason)));
  addEventListener("error", (event) => trouble.push(event.message ?? event.target.src), true);
  console.error = (...words) => trouble.push(words.join(" "));
</script>"""
CARDS = "[...document.querySelectorAll('.hd-similar')].map((card) => Number(card.dataset.row))"
CANVAS = """(({ left, top, width, height }) => [left, top, left + width, top + height])(
    document.querySelector(".hd-similar canvas").getBoundingClientRect())"""


@pytest.fixture(scope="module", params=WANTED)
def engine(
    request: pytest.FixtureRequest,
    playwright: Playwright,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Engine]:
    starts = {
        "chromium": lambda: chromium(playwright),
        "firefox": lambda: firefox(tmp_path_factory.mktemp("profile")),
        "webkit": webkit,
    }
    with starts[request.param]() as started:
        yield started


@pytest.fixture(scope="module")
def pages(atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Addresses of the exported page, as a file and as a folder; both are watched."""
    folder = tmp_path_factory.mktemp("pages")
    file = export(atlas, folder / "page.html", form="file")
    report = export(atlas, folder / "report", form="folder", progress=False)
    return {"file": watched(file), "folder": watched(report / "index.html")}


def watched(page: Path) -> str:
    text = page.read_text(encoding="utf-8")
    assert text.count("<head>") == 1
    copy = page.with_name(f"watched-{page.name}")
    copy.write_text(text.replace("<head>", WATCH), encoding="utf-8")
    return copy.as_uri()


@pytest.mark.parametrize("form", ["file", "folder"])
def test_a_click_shows_nine_similar_cutouts(
    engine: Engine, pages: dict[str, str], form: str, atlas: Atlas
) -> None:
    row = lonely_row(atlas.positions)
    x, y = atlas.positions[row].tolist()
    engine.open(pages[form])
    wait(lambda: engine.run("'hdReady' in document.body.dataset"), "the page")
    engine.click(*engine.run(f"({SCREEN})(['hd-map', {x}, {y}])"))
    wait(lambda: engine.run("document.body.dataset.hdShown") == str(row), "similar cutouts")
    similar = atlas.similar(row).rows.tolist()
    assert engine.run(CARDS) == similar
    left, top, right, bottom = map(round, engine.run(CANVAS))
    margin = (right - left) // 8  # round corners, and the number
    box = (left + 2 * margin, top + 2 * margin, right - margin, bottom - margin)
    shown = np.asarray(engine.screenshot().crop(box)).reshape(-1, 3).mean(axis=0)
    own = atlas.cutouts.iloc[similar[0]]
    with PillowImage.open(atlas.path / "previews" / f"{own['image']:05d}.webp") as picture:
        cut = picture.crop((own["ixmin"], own["iymin"], own["ixmax"], own["iymax"]))
        expected = np.asarray(cut.resize((8, 8)).crop((2, 2, 7, 7))).reshape(-1, 3).mean(axis=0)
    np.testing.assert_allclose(shown, expected, atol=12)
    assert engine.run("window.trouble") == []


def test_a_request_to_another_host_would_be_noticed(engine: Engine, pages: dict[str, str]) -> None:
    engine.open(pages["file"])
    engine.run("void (new Image().src = 'https://example.org/a.png')")
    found = wait(lambda: engine.run("window.trouble"), "trouble")
    assert "example.org" in " ".join(found)
