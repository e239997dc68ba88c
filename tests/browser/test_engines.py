"""The exported page in Chromium, Firefox and WebKit, from a disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import make_atlas, make_clustered, nebula
from helpers.engines import Engine, chromium, firefox, webkit
from helpers.originals import Given
from helpers.pages import SCREEN, lonely_row
from helpers.waiting import wait
from PIL import Image as PillowImage
from playwright.sync_api import Playwright

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.export import export, write_file
from hubble_dash.viewer.exported.folder import write_folder

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


@pytest.fixture(scope="module")
def deep_report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a report whose only image has more pixels than its preview."""
    folder, picture = tmp_path_factory.mktemp("deep"), nebula(1, (900, 1300))
    atlas = make_atlas(folder / "deep.atlas", pictures=[picture], size=130, step=130, shrunk=4)
    return watched(
        write_folder(atlas, folder / "report", originals=Given([picture])) / "index.html"
    )


@pytest.fixture(scope="module")
def clustered_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page of clusters."""
    folder = tmp_path_factory.mktemp("clustered")
    return watched(write_file(make_clustered(folder / "clustered.atlas"), folder / "page.html"))


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


def test_a_parent_image_has_its_tiles(engine: Engine, deep_report: str) -> None:
    engine.open(deep_report)
    wait(lambda: engine.run("'hdPlaces' in document.body.dataset"), "the page")
    level = "document.getElementById('hd-image').dataset.level"
    wait(lambda: engine.run(f"{level} ?? ''"), "the parent image")  # shown whole, now as later
    zoom = "{ event_name: 'rangesupdate', x0: 400, x1: 700, y0: 300, y1: 301 }"
    engine.run(f"void hubbleDash.plotEvent('hd-image', {zoom})")
    wait(lambda: engine.run(level) == "0", "its tiles")
    assert engine.run("window.trouble") == []


# How many pixels of what is drawn over the points have something.
DRAWN = """(() => {
    const canvas = document.querySelector("#hd-map .hd-layer");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 3 && value > 0).length;
})()"""
NAMED = "[...document.querySelectorAll('.hd-name:not([hidden])')].map((one) => one.textContent)"


def test_the_map_has_pictures_density_and_names(engine: Engine, clustered_page: str) -> None:
    engine.open(clustered_page)
    wait(lambda: engine.run("'hdPlaces' in document.body.dataset"), "the page")
    for style in ("points", "density", "points", "images"):
        engine.run(f"void document.getElementById('hd-map-{style}').click()")
        if style == "points":
            wait(lambda: engine.run(DRAWN) == 0, "points alone")
        else:
            wait(lambda: engine.run(DRAWN) > 500, "pictures or density")
    assert set(engine.run(NAMED)) == {"cluster 0", "cluster 1"}
    engine.run("void document.getElementById('hd-tab-clusters').click()")
    listed = "document.querySelectorAll('.hd-cluster').length"
    wait(lambda: engine.run(listed) == 2, "the list of clusters")
    # The policy refuses a worker; the page draws density without one.
    assert {one.partition(":")[0] for one in engine.run("window.trouble")} <= {"asks blob"}


def test_the_sky_shows_the_field_of_an_image(engine: Engine, pages: dict[str, str]) -> None:
    engine.open(pages["file"])
    wait(lambda: engine.run("'hdPlaces' in document.body.dataset"), "the page")
    engine.run("hubbleDash.select(20)")
    wait(lambda: engine.run("document.body.dataset.hdShown") == "20", "the cutout")
    engine.run("void document.getElementById('hd-sky-field').click()")
    readout = "document.getElementById('hd-sky-readout').textContent"
    wait(lambda: "across, N up, E left" in engine.run(readout), "the field")
    assert engine.run("window.trouble") == []
