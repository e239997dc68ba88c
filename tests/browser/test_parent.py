"""Parent images: tiles of all their pixels, the heat of a subset, the lasso, boxes by keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import make_atlas
from helpers.originals import Given
from helpers.pages import MODEL, OpenPage
from helpers.served import Served
from helpers.waiting import wait
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.folder import write_folder
from hubble_dash.viewer.served.server import dashboard

pytestmark = pytest.mark.browser

SHAPE = (900, 1300)
SIZE, STEP = 130, 130
RANGES = """(({ x_range, y_range }) => [x_range.start, x_range.end, y_range.start, y_range.end])(
    MODEL("hd-image"))""".replace("MODEL", MODEL)
# What the canvas below the boxes shows at a place of the image, in pixels of its array.
SHOWN = """(([x, y]) => {
    const canvas = document.querySelector("#hd-image canvas.hd-layer");
    const { x_range, y_range } = MODEL("hd-image");
    const scale = canvas.width / (x_range.end - x_range.start);
    const at = [(x - x_range.start) * scale, (y_range.end - y) * scale].map(Math.round);
    return Array.from(canvas.getContext("2d").getImageData(...at, 1, 1).data);
})""".replace("MODEL", MODEL)


@pytest.fixture(scope="module")
def picture() -> NDArray[np.uint8]:
    """Smooth, and brighter from tile to tile."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return np.stack([x // 6, y // 4, (x + y) // 10], axis=2).astype(np.uint8)


@pytest.fixture(scope="module")
def given(picture: NDArray[np.uint8]) -> Given:
    return Given([picture])


@pytest.fixture(scope="module")
def deep(
    picture: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Atlas, Path]:
    """An atlas of one image whose preview has a sixteenth of its pixels, and its report."""
    folder = tmp_path_factory.mktemp("parent")
    atlas = make_atlas(
        folder / "deep.atlas", pictures=[picture], size=SIZE, step=STEP, shrunk=4, sky=False
    )
    return atlas, write_folder(atlas, folder / "report", originals=Given([picture]))


def zoom_in(page: OpenPage, x: float, y: float, scale: float) -> None:
    """Look at a place of the image, at so many of its pixels a pixel."""
    width = page.run(f"{MODEL}('hd-image').inner_width")
    half = width * scale / 2
    event = {"event_name": "rangesupdate", "x0": x - half, "x1": x + half, "y0": y - 1, "y1": y + 1}
    page.run("(event) => hubbleDash.plotEvent('hd-image', event)", event)


def test_a_view_has_the_pixels_that_it_can_show(
    open_page: Callable[..., OpenPage], deep: tuple[Atlas, Path], picture: NDArray[np.uint8]
) -> None:
    _, report = deep
    page = open_page(report / "index.html")
    page.page.wait_for_selector("#hd-image[data-level='1']")
    assert page.page.inner_text("#hd-image-share") == ""
    zoom_in(page, 511, SHAPE[0] - 511, 1)
    page.page.wait_for_selector("#hd-image[data-level='0']")
    # Of four tiles, on their edges and beside them.
    for x in (430, 510, 511, 512, 513, 600):
        for y in (480, 511, 512, 540):
            shown = page.run(SHOWN, [x + 0.5, SHAPE[0] - y - 0.5])
            assert np.abs(np.array(shown[:3]) - picture[y, x]).max() <= 6, (x, y)
            assert shown[3] == 255
    # Between zooms no gap, and no edge.
    zoom_in(page, 512, SHAPE[0] - 512, 0.237)
    page.page.wait_for_selector("#hd-image[data-level='0']")
    row = [page.run(SHOWN, [512 + at * 0.237, SHAPE[0] - 512.1]) for at in range(-8, 9)]
    assert all(pixel[3] == 255 for pixel in row)
    assert np.abs(np.diff(np.array(row)[:, :3], axis=0)).max() <= 6
    assert page.errors == []


def test_a_page_without_tiles_says_what_it_shows(
    open_page: Callable[..., OpenPage], deep: tuple[Atlas, Path], tmp_path: Path
) -> None:
    atlas, _ = deep
    page = open_page(write_folder(atlas, tmp_path / "report") / "index.html")
    page.page.wait_for_selector("#hd-image[data-level=preview]")
    assert page.page.inner_text("#hd-image-share") == "preview, 0.25 of the original's pixels"
    zoom_in(page, 511, SHAPE[0] - 511, 1)
    page.page.wait_for_timeout(300)
    assert page.page.get_attribute("#hd-image", "data-level") == "preview"


def test_a_close_look_has_all_pixels(
    open_page: Callable[..., OpenPage], deep: tuple[Atlas, Path]
) -> None:
    page = open_page(deep[1] / "index.html")
    page.run("hubbleDash.select(13)")
    page.wait_for_shown(13)
    page.page.keyboard.press("Space")
    page.page.wait_for_function(
        "document.querySelector('.hd-closely-foot').textContent.startsWith('image, all of the')"
    )
    assert page.errors == []


def test_heat_is_where_the_subset_lies(
    open_page: Callable[..., OpenPage], deep: tuple[Atlas, Path]
) -> None:
    atlas, report = deep
    page = open_page(report / "index.html")
    button, legend = page.page.locator("#hd-image-heat"), page.page.locator(".hd-heat-legend")
    assert not button.is_visible()
    inside, outside = (atlas.cutouts.iloc[row] for row in (0, 40))
    before = {}
    for name, one in (("inside", inside), ("outside", outside)):
        before[name] = [
            (one["ixmin"] + one["ixmax"]) / 2,
            SHAPE[0] - (one["iymin"] + one["iymax"]) / 2,
        ]
    page.page.wait_for_selector("#hd-image[data-level='1']")
    cold = {name: page.run(SHOWN, at) for name, at in before.items()}
    page.run("hubbleDash.query('row < 10')")
    button.click()
    assert legend.is_visible()
    wait(lambda: page.run(SHOWN, before["inside"]) != cold["inside"], "the heat to be drawn")
    assert page.run(SHOWN, before["outside"]) == cold["outside"]
    page.run("hubbleDash.filter([])")
    wait(lambda: page.run(SHOWN, before["inside"]) == cold["inside"], "the heat to go")
    assert not button.is_visible()
    assert not legend.is_visible()


def test_a_lasso_and_a_box_by_keys(
    open_page: Callable[..., OpenPage], deep: tuple[Atlas, Path]
) -> None:
    atlas, report = deep
    page = open_page(report / "index.html")
    x = atlas.cutouts[["ixmin", "ixmax"]].mean(axis=1)
    y = atlas.cutouts[["iymin", "iymax"]].mean(axis=1)
    page.page.click("#hd-image-lasso")
    corners = [(0, 0), (700, 0), (0, 700)]
    places = [page.screen("hd-image", x, SHAPE[0] - y) for x, y in [*corners, corners[0]]]
    page.page.mouse.move(*places[0])
    page.page.mouse.down()
    for place in places[1:]:
        page.page.mouse.move(*place, steps=5)
    page.page.mouse.up()
    inside = np.flatnonzero(x + y < 700).tolist()
    page.page.wait_for_selector(f'body[data-hd-subset="{len(inside)}"]')
    assert page.run("hubbleDash.rows()") == inside
    # Links have it.
    page.page.wait_for_function("location.hash.includes('imagelasso')")
    page.page.click("#hd-clear")
    page.page.wait_for_selector(f'body[data-hd-subset="{len(x)}"]')
    page.page.keyboard.press("Escape")
    page.page.focus("#hd-image-box")
    page.page.keyboard.press("Enter")
    assert "Enter takes what is in view" in page.page.inner_text("#hd-live")
    # What is pressed is seen on the dark ground, also in the light theme.
    grounds = page.run(
        """[...document.querySelectorAll("#hd-place-image .hd-how [aria-pressed=true], "
            + "#hd-place-image .hd-how [aria-pressed=true] i")]
            .map((one) => Number(/\\d+/.exec(getComputedStyle(one).backgroundColor)[0]))"""
    )
    assert abs(grounds[0] - grounds[1]) > 100
    zoom_in(page, 400, SHAPE[0] - 300, 1)
    page.page.keyboard.press("Enter")
    left, right, bottom, top = page.run(RANGES)
    up = SHAPE[0] - y
    held = x.between(left, right) & up.between(bottom, top)
    assert 0 < held.sum() < len(x)
    page.page.wait_for_selector(f'body[data-hd-subset="{held.sum()}"]')
    assert page.run("hubbleDash.rows()") == np.flatnonzero(held).tolist()
    said = f"Subset: {held.sum()} of {len(x)} cutouts"
    page.page.wait_for_function(
        "said => document.querySelector('#hd-live-count').textContent === said", arg=said
    )
    assert page.errors == []


@pytest.mark.parametrize("most_inside", [10, 10_000])
def test_a_served_page_has_all_pixels_as_long_as_they_are_there(
    open_page: Callable[..., OpenPage],
    deep: tuple[Atlas, Path],
    given: Given,
    picture: NDArray[np.uint8],
    most_inside: int,
) -> None:
    given.missing.clear()
    server = Served({"page": lambda: dashboard(deep[0], originals=given, most_inside=most_inside)})
    try:
        page = open_page(server.url("page"))
        zoom_in(page, 511, SHAPE[0] - 511, 1)
        page.page.wait_for_selector("#hd-image[data-level='0']")
        shown = page.run(SHOWN, [511.5, SHAPE[0] - 480.5])
        assert np.abs(np.array(shown[:3]) - picture[480, 511]).max() <= 6
        assert page.page.inner_text("#hd-image-share") == ""
        assert page.errors == []
        # Another part of it, which is no longer there: the preview stays, and it is said.
        given.missing[0] = "the file is no longer there"
        zoom_in(page, 1200, SHAPE[0] - 800, 0.5)
        said = "preview, 0.25 of the original's pixels: the file is no longer there"
        page.page.wait_for_function(
            "said => document.querySelector('#hd-image-share').textContent === said", arg=said
        )
        assert page.page.inner_text("#hd-live") == said
        page.page.wait_for_selector("#hd-image[data-level=preview]")
        shown = page.run(SHOWN, [1200.5, SHAPE[0] - 800.5])
        assert np.abs(np.array(shown[:3]) - picture[800, 1200]).max() <= 10
        assert all("410" in error for error in page.errors)
    finally:
        server.stop()
