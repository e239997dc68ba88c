"""A report folder in Chromium: opened from a disk, too large to be drawn point by point."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers.pages import OpenPage
from helpers.waiting import wait
from numpy.typing import NDArray
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.export import export
from hubble_dash.viewer.planes.medoids import medoid_levels

pytestmark = pytest.mark.browser
Open = Callable[..., OpenPage]
N = 24_000


@pytest.fixture(scope="module")
def folder(large: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(large, tmp_path_factory.mktemp("folder") / "report", progress=False)


@pytest.fixture
def page(open_page: Open, folder: Path) -> OpenPage:
    return open_page(folder / "index.html")


def zoom(page: OpenPage, x: float, y: float, half: float) -> None:
    """Show a square of the map."""
    page.run(
        """([x, y, half]) => {
            const figure = Bokeh.documents[0].get_model_by_name("hd-map");
            const ratio = figure.inner_height / figure.inner_width;
            figure.x_range.setv({ start: x - half, end: x + half });
            figure.y_range.setv({ start: y - half * ratio, end: y + half * ratio });
            hubbleDash.plotEvent("hd-map", { event_name: "rangesupdate",
                x0: x - half, x1: x + half, y0: y - half * ratio, y1: y + half * ratio });
        }""",
        [x, y, half],
    )


def view(page: OpenPage) -> list[float]:
    return page.run(
        """() => {
            const { x_range, y_range } = Bokeh.documents[0].get_model_by_name("hd-map");
            return [x_range.start, x_range.end, y_range.start, y_range.end];
        }"""
    )


def seen(atlas: Atlas, box: list[float]) -> NDArray[np.int64]:
    """Rows whose points lie in a view, by brute force."""
    x, y = atlas.positions.T
    return np.flatnonzero((x >= box[0]) & (x <= box[1]) & (y >= box[2]) & (y <= box[3]))


def crowded(atlas: Atlas) -> tuple[float, float]:
    """The middle of the fullest of 40 x 40 cells."""
    counts, xs, ys = np.histogram2d(*atlas.positions.T.astype(float), bins=40)
    i, j = np.unravel_index(np.argmax(counts), counts.shape)
    return float(xs[i : i + 2].mean()), float(ys[j : j + 2].mean())


def said(page: OpenPage, text: str) -> None:
    page.page.wait_for_function(
        "text => document.getElementById('hd-map-count').textContent.includes(text)",
        arg=text,
        timeout=10_000,
    )


def pixels_of(page: OpenPage, plot: str) -> NDArray[np.int64]:
    shot = PillowImage.open(io.BytesIO(page.page.locator(f"#{plot}").screenshot()))
    return np.asarray(shot.convert("RGB")).astype(np.int64)


def test_it_shows_the_density_of_all(page: OpenPage, large: Atlas) -> None:
    said(page, f"{N:,} of {N:,}, as density")
    corner = page.page.locator("#hd-map").bounding_box()
    assert corner is not None
    x, y = page.screen("hd-map", *crowded(large))

    def is_full() -> bool:
        pixels = pixels_of(page, "hd-map")
        full = pixels[round(y - corner["y"]), round(x - corner["x"])]
        return bool(np.abs(full - pixels[3, 3]).sum() > 60)

    wait(is_full, "the density")
    assert page.column("hd-map-points", "x") == []
    assert page.errors == []


def test_the_map_of_all_shows_medoids_and_asks_for_two_files(page: OpenPage, large: Atlas) -> None:
    asked: list[str] = []
    page.page.on("request", lambda request: asked.append("/".join(request.url.split("/")[-3:-1])))
    page.page.reload()
    wait(lambda: "data/facesheets" in asked, "pictures to be asked for")
    page.run("hubbleDash.places")
    x0, x1 = view(page)[:2]
    scale = (x1 - x0) / page.run("Bokeh.documents[0].get_model_by_name('hd-map').inner_width")
    level = int(np.log2(1.0001 * np.ptp(large.positions, axis=0).max() / (56 * scale)))
    rows = medoid_levels(large.fingerprints, large.positions)[level].rows
    rows = rows[rows >= 0]
    # Beside their points, where others are nearer, lie their pictures.
    places = large.positions[rows] + np.array([10 * scale, 0])
    nearest = [int(np.hypot(*(large.positions - place).T).argmin()) for place in places]
    assert np.mean(nearest == rows) < 0.3

    def picked(place: list[float]) -> int | None:
        tap = {"event_name": "tap", "x": place[0], "y": place[1], "sx": 0, "sy": 0}
        page.run("tap => hubbleDash.plotEvent('hd-map', tap)", tap)
        row: int | None = page.run("hubbleDash.state.selected")
        page.run("hubbleDash.reset()")
        return row

    def are_there() -> bool:
        return bool(np.mean([picked(place) for place in places.tolist()] == rows) > 0.6)

    wait(are_there, "pictures of medoids")
    assert [asked.count(f"data/{kind}") for kind in ("faces", "facesheets")] == [1, 1]
    assert page.errors == []


def test_a_tap_takes_the_nearest_of_all(page: OpenPage, large: Atlas) -> None:
    corner = crowded(large)
    page.page.click("#hd-map-points")  # which take the clicks on them
    page.click("hd-map", *corner)
    page.page.wait_for_selector("body[data-hd-shown]", timeout=5000)
    # the click is rounded to a pixel, so what it meant is read back
    box, width = view(page), page.run("Bokeh.documents[0].get_model_by_name('hd-map').inner_width")
    pixel = (box[1] - box[0]) / width
    distance = np.hypot(*(large.positions - np.array(corner)).T)
    row = int(page.selected or -1)
    assert distance[row] <= distance.min() + 1.5 * pixel
    assert [entry[0] for entry in page.similar()] == large.similar(row).rows.tolist()


def test_rows_have_their_own_neighbors_and_thumbnails(page: OpenPage, large: Atlas) -> None:
    for row in np.random.default_rng(5).choice(N, 12, replace=False).tolist():
        page.run("row => hubbleDash.select(row)", row)
        page.page.wait_for_selector(f'body[data-hd-shown="{row}"]')
        found = large.similar(row)
        shown = page.similar()
        assert [entry[0] for entry in shown] == found.rows.tolist()
        np.testing.assert_allclose([entry[2] for entry in shown], found.similarities, atol=1e-4)
        for other in [row, *found.rows[:2].tolist()]:
            url, x, y, side = page.run(
                "async row => { const part = await hubbleDash.data.thumbnail(row);"
                " return [part.picture.src, part.x, part.y, part.width]; }",
                other,
            )
            data = io.BytesIO(base64.b64decode(url.removeprefix("data:image/jpeg;base64,")))
            assert np.abs(crop(data, x, y, side) - own_thumbnail(large, other)).mean() < 6
    assert page.errors == []


def crop(path: Path | io.BytesIO, x: int, y: int, side: int) -> NDArray[np.int64]:
    with PillowImage.open(path) as sheet:
        part = sheet.convert("RGB").crop((x, y, x + side, y + side))
        return np.asarray(part).astype(np.int64)


def own_thumbnail(atlas: Atlas, row: int) -> NDArray[np.int64]:
    layout = atlas.sheet_layout
    sheet, slot = divmod(row, layout.per_sheet)
    y, x = divmod(slot, layout.columns)
    return crop(atlas.sheet_path(sheet), x * layout.size, y * layout.size, layout.size)


def test_zooming_in_shows_the_points_then_their_thumbnails(page: OpenPage, large: Atlas) -> None:
    x, y = crowded(large)
    zoom(page, x, y, 0.1)
    page.page.wait_for_function(
        "Bokeh.documents[0].get_model_by_name('hd-map-points').data.x.length"
    )
    rows = seen(large, view(page))
    said(page, f"{len(rows):,} of {N:,} in view")
    drawn = set(
        zip(page.column("hd-map-points", "x"), page.column("hd-map-points", "y"), strict=True)
    )
    assert {tuple(map(float, large.positions[row])) for row in rows} <= drawn
    half = 0.1
    while len(rows) > 40:
        half *= 0.7
        zoom(page, x, y, half)
        rows = seen(large, view(page))
    assert len(rows)
    said(page, f"{len(rows):,} of {N:,}, as pictures")
    # those for which there is no room are points
    dots = seen(large, view(page))
    dots = set(large.positions[dots, 0].tolist()) & set(page.column("hd-map-points", "x"))
    assert len(dots) < 0.8 * len(rows)
    lone = rows[np.argmin(np.hypot(*(large.positions[rows] - [x, y]).T))]
    page.click("hd-map", *large.positions[lone].tolist())
    page.page.wait_for_selector("body[data-hd-shown]", timeout=5000)
    distance = np.hypot(*(large.positions[int(page.selected or -1)] - large.positions[lone]))
    assert distance <= 2 * half / page.run("document.getElementById('hd-map').clientWidth")
    page.page.click("#hd-map-fit")
    said(page, "as density")
    assert page.errors == []


def color_by(page: OpenPage, value: str) -> None:
    """Choose another colour, and wait until the map says that it is drawn."""
    page.run("() => { delete document.body.dataset.hdMapSubset; }")
    page.page.select_option("#hd-color", value)
    page.page.wait_for_selector("body[data-hd-map-subset]")


def painted_anew(page: OpenPage, before: set[bytes]) -> bytes | None:
    """What the map shows, once it is none of what was there before and stays."""
    shown, again = (pixels_of(page, "hd-map")[100:-100].tobytes() for _ in range(2))
    return shown if shown == again and shown not in before else None


def test_every_colour_has_its_legend_and_its_picture(page: OpenPage) -> None:
    values = page.run("[...document.getElementById('hd-color').options].map(o => o.value)")
    assert values[:2] == ["own", "count"]
    assert len(values) > 5
    pictures: set[bytes] = set()
    color_by(page, "count")  # the page begins with the first
    for value in values:
        color_by(page, value)
        has_legend = "document.getElementById('hd-legend').childElementCount > 0"
        assert page.run(has_legend) == (value not in {"own", "tag"})  # nothing is tagged
        pictures.add(wait(lambda: painted_anew(page, pictures), "another picture", seconds=20))
    assert len(pictures) == len(values)
    assert page.errors == []


def test_keys_walk_and_the_switch_leaves_out_overlapping(page: OpenPage, large: Atlas) -> None:
    page.run("hubbleDash.select(777)")
    page.page.wait_for_selector('body[data-hd-shown="777"]')
    page.page.keyboard.press("3")
    third = int(large.similar(777).rows[2])
    page.wait_for_selected(third)
    page.page.keyboard.press("ArrowLeft")
    page.wait_for_selected(777)
    page.page.check("#hd-overlap")
    page.page.wait_for_selector('body[data-hd-shown="777"]')
    expected = [row for row in large.neighbors.rows[777] if row not in set(large.overlapping(777))]
    assert [entry[0] for entry in page.similar()] == expected[:9]


def test_the_sky_and_the_image_answer_a_tap(page: OpenPage, large: Atlas) -> None:
    table = large.cutouts
    row = int(np.flatnonzero(np.isfinite(table["ra_deg"]))[0])
    page.run("row => hubbleDash.select(row)", row)
    page.page.wait_for_selector(f'body[data-hd-shown="{row}"]')
    page.wait_for_column("hd-image-selected", "left", "(sides) => sides.length === 1")
    own = table.iloc[row]
    mates = table[(table["image"] == own["image"]) & (table.index != row)]
    other = int(mates.index[3])
    box, ny = table.iloc[other], int(large.images["ny"][own["image"]])
    page.click(
        "hd-image", (box["ixmin"] + box["ixmax"]) / 2, ny - (box["iymin"] + box["iymax"]) / 2
    )
    page.wait_for_selected(other)
    page.page.wait_for_selector(f'body[data-hd-shown="{other}"]')
    assert page.column("hd-sky-selected", "x")
    place = page.column("hd-sky-selected", "x")[0], page.column("hd-sky-selected", "y")[0]
    page.page.click("#hd-reset")
    page.click("hd-sky", *place)
    page.page.wait_for_selector("body[data-hd-shown]", timeout=5000)
    assert page.errors == []


def test_it_asks_no_host(page: OpenPage, folder: Path) -> None:
    page.run("hubbleDash.select(100)")
    page.page.wait_for_selector('body[data-hd-shown="100"]')
    own = folder.as_uri()
    asked = [url for url in page.requests if not url.startswith(("data:", "blob:"))]
    assert all(url.startswith(own) for url in asked)


def test_a_folder_that_was_not_copied_whole_says_so(
    open_page: Open, folder: Path, tmp_path: Path
) -> None:
    for part in ("index.html", "map.png"):
        (tmp_path / part).symlink_to(folder / part)
    page = open_page(tmp_path / "index.html")
    page.run("hubbleDash.select(5)")
    page.page.wait_for_selector("#hd-trouble:not([hidden])")
    assert "copy the whole folder" in page.page.inner_text("#hd-trouble")
    page.page.click("#hd-trouble button")
    assert not page.page.is_visible("#hd-trouble")


def marked(page: OpenPage, least: int) -> int:
    """How many pixels of the map differ from its background by so much."""
    pixels = pixels_of(page, "hd-map")
    return int((np.abs(pixels - pixels[3, 3]).max(axis=2) >= least).sum())


def test_a_subset_is_strong_and_the_rest_faint(page: OpenPage, large: Atlas) -> None:
    page.page.click("#hd-map-points")  # what is measured is the density alone
    said(page, f"{N:,} of {N:,}, as density")
    all_faint, all_strong = marked(page, 12), marked(page, 100)
    kind, brush = large.cutouts["class"], {"id": "m", "kind": "range", "column": "magnitude"}
    strong = np.flatnonzero((large.cutouts["magnitude"] >= 24) & (kind == "spiral"))
    legend = next(one for one in page.run("hubbleDash.data.columns.list") if one["name"] == "class")
    ticked = [i for i, one in enumerate(legend["categories"]) if one["text"] == "spiral"]
    tick = {"id": "c", "kind": "codes", "column": "class", "codes": ticked}
    rows = page.run("asked => hubbleDash.filter(asked)", [{**brush, "low": 24, "high": None}, tick])
    assert rows == strong.tolist() == page.run("hubbleDash.rows()")
    assert page.run("document.body.dataset.hdSubset") == str(len(strong))
    said(page, f"{len(strong):,} of {len(strong):,}, as density · {N:,} in all")
    assert 0 < marked(page, 100) < 0.3 * all_strong
    assert marked(page, 12) > 0.5 * all_faint
    x, y = large.positions[strong[0]].tolist()
    zoom(page, x, y, 0.03)
    here = np.intersect1d(seen(large, view(page)), strong)
    said(page, f"{len(here):,} of {len(strong):,}")
    assert page.run("hubbleDash.filter([])") == list(range(N))
    assert page.errors == []


def test_the_table_has_all_rows(page: OpenPage, large: Atlas) -> None:
    page.page.click("#hd-tab-table")
    page.page.wait_for_selector("#hd-table [data-row]")
    rows = "[...document.querySelectorAll('#hd-table [data-row]')].map(row => row.dataset.row)"
    to_end = "document.querySelector('#hd-table [role=grid]').scrollTo(0, 1e9)"
    last = f'#hd-table [aria-rowindex="{N + 1}"]'
    page.run(to_end)
    page.page.wait_for_selector(last)
    assert len(page.run(rows)) < 30
    page.page.add_style_tag(content=".hd-grid { --row: 1000px }")  # higher than a browser bears
    page.page.set_viewport_size({"width": 1380, "height": 880})
    page.page.wait_for_function(f"({rows}).length < 4")
    page.run("document.querySelector('#hd-table [role=grid]').scrollTo(0, 0)")
    page.page.wait_for_selector('#hd-table [aria-rowindex="2"]')
    page.run(to_end)
    page.page.wait_for_selector(last)
    page.page.click(last)
    row = page.run(f"Number(document.querySelector('{last}').dataset.row)")
    page.wait_for_selected(row)
    page.page.click("#hd-table [role=columnheader]:has-text('ra')")
    first = int(np.argsort(large.cutouts["ra_deg"].to_numpy(), kind="stable")[0])
    page.page.wait_for_selector(f'#hd-table [aria-rowindex="2"][data-row="{first}"]')
    assert page.errors == []
