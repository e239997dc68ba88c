"""Cutouts are chosen, tagged and taken away in one page; it saves what Python writes."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from astropy.io import votable
from astropy.table import Table
from helpers.pages import OpenPage
from PIL import Image
from playwright.sync_api import Browser
from simulate_atlas import simulate_atlas
from skimage.measure import points_in_poly

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.listing.regions import as_regions
from hubble_dash.listing.table import files_of, table_of
from hubble_dash.listing.tag_file import read_tags
from hubble_dash.viewer.exported.export import export

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opened(browser: Browser, report: Path) -> Iterator[OpenPage]:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    context.set_offline(True)
    page = OpenPage(context.new_page())
    page.goto(report.as_uri())
    yield page
    assert page.errors == []
    context.close()


@pytest.fixture
def page(opened: OpenPage) -> OpenPage:
    """The page with nothing selected, chosen or tagged."""
    opened.run("hubbleDash.filter([])")
    opened.run("document.querySelector('dialog[open]')?.close()")
    opened.page.keyboard.press("Home")
    return opened


def drag(page: OpenPage, places: list[tuple[float, float]], plot: str = "hd-map") -> None:
    mouse = page.page.mouse
    for number, place in enumerate(places):
        mouse.move(*page.screen(plot, *place))
        if not number:
            mouse.down()
    mouse.up()


def chosen(page: OpenPage, n: int) -> list[int]:
    page.page.wait_for_selector(f'body[data-hd-subset="{n}"]', timeout=5000)
    rows: list[int] = page.run("hubbleDash.rows()")
    return rows


def taken(page: OpenPage, form: str) -> tuple[str, bytes]:
    with page.page.expect_download() as download:
        page.page.click(f'#hd-take [data-format="{form}"]')
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def outline(atlas: Atlas) -> list[tuple[float, float]]:
    """A lasso around the middle of the map, none of whose edges is near a point."""
    x, y = atlas.positions.T
    wide, high = np.ptp(x) / 4, np.ptp(y) / 4
    turns = np.linspace(0, 2 * np.pi, 30)
    return [*zip(x.mean() + wide * np.cos(turns), y.mean() + high * np.sin(turns), strict=True)]


def inside(atlas: Atlas, corners: list[tuple[float, float]]) -> list[int]:
    return np.flatnonzero(points_in_poly(atlas.positions, corners)).tolist()


def test_a_lasso_and_a_box_that_adds_and_takes(page: OpenPage, atlas: Atlas) -> None:
    corners = outline(atlas)
    rows = inside(atlas, corners)
    page.page.click("#hd-map-lasso")
    drag(page, corners)
    assert chosen(page, len(rows)) == rows
    assert page.run("hubbleDash.state.filters.map(({ label }) => label)") == [f"lasso: {len(rows)}"]
    page.page.click("#hd-map-box")
    x, y = atlas.positions.T
    inner = np.sort(x)[len(x) // 3 : 2 * len(x) // 3].astype(float)
    gap = int(np.argmax(np.diff(inner)))
    left, right = float(x.min() - 0.05), (inner[gap] + inner[gap + 1]) / 2
    bottom, top = float(y.min() - 0.05), float(y.max() + 0.05)
    page.page.keyboard.down("Alt")
    drag(page, [(left, bottom), (right, top)])
    page.page.keyboard.up("Alt")
    rest = [row for row in rows if x[row] > right]
    assert chosen(page, len(rest)) == rest
    page.page.keyboard.down("Shift")
    drag(page, [(left, bottom), (right, top)])
    page.page.keyboard.up("Shift")
    more = sorted({*rest, *np.flatnonzero(x <= right).tolist()})
    assert chosen(page, len(more)) == more
    page.page.keyboard.press("Escape")
    assert page.run("document.body.dataset.hdTool ?? null") is None
    assert chosen(page, len(more)) == more
    page.page.click("#hd-clear")
    chosen(page, len(atlas))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return simulate_atlas(tmp_path_factory.mktemp("choose") / "many.atlas", 1200, progress=False)


def test_a_choice_of_any_size_stands_in_the_link(browser: Browser, many: Atlas) -> None:
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_offline(True)
    page = OpenPage(context.new_page())
    page.goto(export(many, many.path.with_name("many.html")).as_uri())
    x, y = many.positions.T.astype(float)
    wide, high = np.ptp(x) / 3, np.ptp(y) / 3
    turns = np.linspace(0, 2 * np.pi, 90)
    far = 1 + 0.1 * np.sin(9 * turns)
    ring = np.c_[x.mean() + wide * far * np.cos(turns), y.mean() + high * far * np.sin(turns)]
    page.page.click("#hd-map-lasso")
    drag(page, ring.tolist())
    page.page.wait_for_function("hubbleDash.state.subset !== null")
    page.page.click("#hd-map-box")
    page.page.keyboard.down("Alt")
    drag(page, [(x.mean(), y.mean()), (x.mean() + wide / 2, y.mean() + high / 2)])
    page.page.keyboard.up("Alt")
    page.page.wait_for_function("hubbleDash.state.filters[0].shapes.length === 2")
    page.run("hubbleDash.query('magnitude < 24')")
    rows = page.run("hubbleDash.rows()")
    assert len(rows) > 300
    page.page.click("#hd-link")
    page.page.wait_for_function("document.getElementById('hd-link').textContent === 'Copied'")
    address = page.run("navigator.clipboard.readText()")
    assert len(address) < 4000
    page.page.goto("about:blank")
    page.goto(address)
    assert chosen(page, len(rows)) == rows
    assert sorted(page.run("hubbleDash.state.filters.map(({ kind }) => kind)")) == [
        "places",
        "query",
    ]
    # What was not drawn, and is too large for a query, is there by its rows.
    page.page.click("#hd-clear")
    page.page.click("#hd-tab-picked")
    page.run("hubbleDash.query('row < 60')")
    page.page.click("#hd-picked-like")
    page.page.wait_for_function("hubbleDash.state.filters[0]?.id === 'chosen'")
    like = page.run("hubbleDash.rows()")
    assert len(like) > 300
    page.page.click("#hd-link")
    page.page.wait_for_function(
        "navigator.clipboard.readText().then((text) => text.includes('chosen=rows:'))"
    )
    address = page.run("navigator.clipboard.readText()")
    assert len(address) < 4000
    page.page.click("#hd-clear")
    page.page.wait_for_function("!location.hash.includes('chosen')")
    page.page.evaluate("hash => (location.hash = hash)", address.partition("#")[2])
    assert chosen(page, len(like)) == like
    assert page.errors == []
    context.close()


def test_a_box_on_the_parent_image(page: OpenPage, atlas: Atlas) -> None:
    page.run("hubbleDash.select(100)")
    page.wait_for_shown(100)
    image = int(atlas.cutouts["image"][100])
    ny = int(atlas.images["ny"][image])
    page.page.click("#hd-image-box")
    drag(page, [(10, ny - 10), (150, ny - 100)], "hd-image")
    page.page.keyboard.press("Escape")
    boxes = atlas.cutouts
    middle_x, middle_y = (
        boxes[["ixmin", "ixmax"]].mean(axis=1),
        boxes[["iymin", "iymax"]].mean(axis=1),
    )
    held = (boxes["image"] == image) & middle_x.between(10, 150) & middle_y.between(10, 100)
    rows = np.flatnonzero(held).tolist()
    assert rows
    assert chosen(page, len(rows)) == rows


def test_what_is_taken_away_is_what_python_writes(page: OpenPage, atlas: Atlas) -> None:
    rows = np.array([3, 20, 21, 150])
    page.run("hubbleDash.query('row in [3, 20, 21, 150]')")
    page.page.click("#hd-take-open")
    name, data = taken(page, "csv")
    assert re.fullmatch(r"two-generated-nebulae_subset-4_\d{4}-\d\d-\d\d\.csv", name)
    expected = table_of(atlas, rows)
    known = [column for column in expected if expected[column].notna().any()]
    found = pd.read_csv(io.BytesIO(data))
    assert list(found) == known
    near = {"check_dtype": False, "check_exact": False, "atol": 1e-4, "rtol": 1e-7}
    pd.testing.assert_frame_equal(found, expected[known], **near)  # type: ignore[call-overload]
    for form in ("ecsv", "vot"):
        table = read(form, taken(page, form)[1])
        assert table.colnames == known
        assert (table["ra_deg"].unit, table["pixel_scale_arcsec"].unit) == ("deg", "arcsec")
        pd.testing.assert_frame_equal(table.to_pandas(), expected[known], **near)  # type: ignore[call-overload]
    said = "Two generated nebulae: subset, 4 of 216 cutouts"
    assert taken(page, "reg")[1].decode() == as_regions(atlas, rows, said=said)
    assert taken(page, "list")[1].decode().split() == files_of(atlas, rows)
    crtf = taken(page, "crtf")[1].decode().splitlines()
    assert crtf[0] == "#CRTFv0"
    circles = [re.findall(r"[-+]?\d+\.\d+", line)[:2] for line in crtf if line.startswith("circle")]
    np.testing.assert_allclose(
        np.array(circles, float), atlas.cutouts.loc[rows, ["ra_deg", "dec_deg"]], atol=1e-6
    )


def read(form: str, data: bytes) -> Table:
    if form == "ecsv":
        return Table.read(data.decode().splitlines(), format="ascii.ecsv")
    return votable.parse_single_table(io.BytesIO(data), verify="exception").to_table()


def test_pictures_to_take_away(page: OpenPage) -> None:
    page.run("hubbleDash.query('row < 20')")
    page.page.click("#hd-take-open")
    name, data = taken(page, "sheet")
    assert "_subset-pictures-20_" in name
    sheet = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert (sheet != 255).any(axis=2).mean() > 0.5
    _, svg = taken(page, "svg")
    circles = ElementTree.fromstring(svg).findall(".//{http://www.w3.org/2000/svg}circle")
    assert sum(circle.get("fill") != "#d9dde5" for circle in circles) == 20
    assert len(circles) == 216
    figure = Image.open(io.BytesIO(taken(page, "png")[1]))
    assert figure.width == 1650  # 5.5 inches of 300 dots


def test_tags_by_keys_and_buttons_come_back_from_a_file(
    page: OpenPage, atlas: Atlas, tmp_path: Path
) -> None:
    keyboard = page.page.keyboard
    page.run("hubbleDash.select(17)")
    page.wait_for_shown(17)
    keyboard.press("t")
    keyboard.press("2")
    page.page.wait_for_selector('#hd-tags [data-tag="2"][aria-pressed="true"]')
    page.run("hubbleDash.query('row in [40, 41]')")
    page.page.click("#hd-tab-picked")
    page.page.wait_for_function("document.querySelectorAll('.hd-contact-one').length === 2")
    page.page.click('.hd-picked [data-tag="5"]')
    page.page.wait_for_function(
        "document.querySelectorAll('.hd-contact-one.hd-tagged').length === 2"
    )
    page.page.select_option("#hd-color", "tag")
    page.page.wait_for_function(
        "document.getElementById('hd-legend').textContent.includes('tag 5 2')"
    )
    page.page.click("#hd-picked-take")
    with page.page.expect_download() as download:
        page.page.click("#hd-take-tags")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    found = read_tags(path, atlas)
    assert {row: int(found.of_row[row]) for row in np.flatnonzero(found.of_row)} == {
        17: 2,
        40: 5,
        41: 5,
    }
    assert (found.lost, found.by_row) == (0, True)
    keyboard.press("Escape")
    keyboard.press("u")
    keyboard.press("u")
    assert page.run("[...hubbleDash.state.tags].some((tag) => tag > 0)") is False
    entries = json.loads(path.read_text())["tags"]
    other = {"format": "hubble-dash tags", "version": 1, "tags": [{**entries[0], "row": 0}]}
    load(page, tmp_path / "other.json", json.dumps(other))
    page.page.wait_for_function("hubbleDash.state.tags[17] === 2")
    load(
        page,
        tmp_path / "bad.json",
        '{"format": "hubble-dash tags", "version": 1, "tags": [{"tag": 9}]}',
    )
    page.page.wait_for_function(
        "document.getElementById('hd-take-told').textContent.startsWith('Entry 1')"
    )
    assert page.run("hubbleDash.state.tags[17]") == 2


def load(page: OpenPage, path: Path, text: str) -> None:
    path.write_text(text)
    if not page.run("document.getElementById('hd-take').open"):
        page.page.click("#hd-picked-take")
    page.page.set_input_files("#hd-tags-file", path)


def test_everything_like_these(page: OpenPage, atlas: Atlas) -> None:
    page.run("hubbleDash.query('row in [5, 60]')")
    page.page.click("#hd-tab-picked")
    page.page.wait_for_function("document.querySelectorAll('.hd-contact-one').length === 2")
    button = page.page.locator("#hd-picked-like")
    assert "these 2 and the neighbours that this page has of each" in str(
        button.get_attribute("title")
    )
    button.click()
    # It takes the place of what was asked, which would leave nothing but the two.
    page.page.wait_for_function("hubbleDash.state.filters[0]?.id === 'chosen'")
    rows = page.run("hubbleDash.rows()")
    assert {5, 60, *atlas.similar(5).rows, *atlas.similar(60).rows} <= {*rows}
    depth = page.run("hubbleDash.data.neighborsAt(5).then(({ length }) => length)")
    assert len(rows) <= 2 * (depth + 1)
    labels = page.run("hubbleDash.state.filters.map(({ label }) => label)")
    assert labels == [f"2 and their {len(rows) - 2} neighbours (union)"]


def test_a_finger_draws_and_a_folder_gives_its_rows(
    open_page: Callable[..., OpenPage], atlas: Atlas, tmp_path: Path
) -> None:
    folder = export(atlas, tmp_path / "report")
    page = open_page(folder / "index.html", has_touch=True, accept_downloads=True)
    corners = outline(atlas)
    page.page.tap("#hd-map-lasso")
    devtools = page.page.context.new_cdp_session(page.page)
    for number, corner in enumerate(corners):
        x, y = page.screen("hd-map", *corner)
        kind = "touchMove" if number else "touchStart"
        finger = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
        devtools.send("Input.dispatchTouchEvent", finger)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    rows = inside(atlas, corners)
    assert chosen(page, len(rows)) == rows
    page.page.click("#hd-take-open")
    found = pd.read_csv(io.BytesIO(taken(page, "csv")[1]))
    assert found["row"].tolist() == rows
    assert found["magnitude"].tolist() == atlas.cutouts["magnitude"][rows].tolist()
    sheet = Image.open(io.BytesIO(taken(page, "sheet")[1])).convert("RGB")
    assert (np.asarray(sheet) != 255).any(axis=2).mean() > 0.5
