"""The page in Chromium: the exported one from a disk with the network cut, and the served one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from headless import launch_chromium
from helpers.pages import OpenPage, lonely_row, panel_serve

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.export import export
from hubble_dash.viewer.planes.mollweide import mollweide

pytestmark = pytest.mark.browser
Open = Callable[..., OpenPage]


@pytest.fixture(scope="module")
def server(atlas: Atlas) -> Iterator[str]:
    """The atlas under ``panel serve``."""
    with panel_serve(atlas.path) as url:
        yield url


@pytest.fixture(params=["exported", "served"])
def page(request: pytest.FixtureRequest, open_page: Open, report: Path) -> OpenPage:
    if request.param == "exported":
        return open_page(report)
    return open_page(request.getfixturevalue("server"))


def expected(atlas: Atlas, row: int, n: int = 9) -> list[int]:
    return atlas.similar(row, n=n).rows.tolist()


def test_a_click_on_the_map_fills_all_views(page: OpenPage, atlas: Atlas) -> None:
    row = lonely_row(atlas.positions)
    assert page.selected is None
    page.click("hd-map", *atlas.positions[row].tolist())
    page.wait_for_selected(row)
    page.page.wait_for_selector("#hd-gallery .hd-similar")
    found = atlas.similar(row)
    shown = page.similar()
    assert [entry[0] for entry in shown] == found.rows.tolist()
    assert [entry[1] for entry in shown] == list(range(1, 10))
    np.testing.assert_allclose([entry[2] for entry in shown], found.similarities, atol=1e-4)
    # the map: lines from the selected one to the nine
    x, y = atlas.positions[found.rows].T
    np.testing.assert_allclose(page.column("hd-map-lines", "x1"), x, rtol=1e-6)
    np.testing.assert_allclose(page.column("hd-map-lines", "y1"), y, rtol=1e-6)
    # the sky: the same places as our projection says
    table = atlas.cutouts.iloc[found.rows]
    sky_x, sky_y = mollweide(table["ra_deg"], table["dec_deg"])
    np.testing.assert_allclose(page.column("hd-sky-nine", "x"), sky_x, atol=1e-9)
    np.testing.assert_allclose(page.column("hd-sky-nine", "y"), sky_y, atol=1e-9)
    # the parent image: the boxes of those that lie in it, row 0 at the top
    own = atlas.cutouts.iloc[row]
    here = table[table["image"] == own["image"]]
    ny = atlas.images["ny"][own["image"]]
    assert page.column("hd-image-selected", "left") == [own["ixmin"]]
    assert page.column("hd-image-selected", "top") == [ny - own["iymin"]]
    assert page.column("hd-image-nine", "left") == here["ixmin"].tolist()
    assert page.column("hd-image-nine", "right") == here["ixmax"].tolist()
    assert page.column("hd-image-nine", "top") == (ny - here["iymin"]).tolist()
    assert page.column("hd-image-nine", "bottom") == (ny - here["iymax"]).tolist()
    assert page.errors == []


def test_a_click_in_the_gallery_walks_on_and_back(page: OpenPage, atlas: Atlas) -> None:
    page.run("hubbleDash.select(40)")
    page.page.wait_for_selector("#hd-gallery .hd-similar")
    third = expected(atlas, 40)[2]
    page.page.click('.hd-similar[data-rank="3"]')
    page.wait_for_selected(third)
    page.page.wait_for_function(
        "row => document.querySelector('.hd-similar')?.dataset.row === row",
        arg=str(expected(atlas, third)[0]),
    )
    assert [entry[0] for entry in page.similar()] == expected(atlas, third)
    page.page.click("#hd-back")
    page.wait_for_selected(40)
    page.page.click("#hd-forward")
    page.wait_for_selected(third)
    page.page.go_back()
    page.wait_for_selected(40)
    page.page.click("#hd-reset")
    page.page.wait_for_selector("body:not([data-hd-selected])")
    assert page.similar() == []
    assert page.column("hd-map-selected", "x") == []


def test_an_exported_page_asks_no_host(open_page: Open, report: Path, atlas: Atlas) -> None:
    page = open_page(report)
    page.run("hubbleDash.select(100)")
    page.page.click('.hd-similar[data-rank="9"]')
    page.wait_for_shown(int(page.selected or -1))
    page.page.mouse.move(
        *page.screen("hd-map", *atlas.positions[lonely_row(atlas.positions)].tolist())
    )
    page.page.wait_for_selector("#hd-preview:not([hidden])")
    assert [url for url in page.requests if not url.startswith(("data:", "blob:"))] == [
        report.as_uri()
    ]
    assert page.errors == []
    # What is looked at beside the map was made when the map answered.
    marks = page.run("performance.getEntriesByType('mark').map(({ name }) => name)")
    assert marks == ["hd-map", "hd-ready", "hd-image", "hd-sky"]
    # The library stands behind all else, so that the frame was seen before it ran.
    last = page.run("[...document.scripts].pop().textContent.slice(0, 40)")
    assert "BEGIN bokeh" in last


def test_a_served_page_asks_its_own_host_only(open_page: Open, server: str) -> None:
    page = open_page(server)
    host = server.removesuffix("app")
    asked = [url for url in page.requests if not url.startswith(("data:", "blob:"))]
    assert asked
    assert all(url.startswith(host) for url in asked)


def test_it_works_without_webgl(atlas: Atlas, report: Path) -> None:
    from playwright.sync_api import sync_playwright

    def check() -> None:
        with sync_playwright() as playwright:
            without = ("--disable-webgl", "--disable-webgl2", "--disable-3d-apis")
            browser = launch_chromium(playwright, "--disable-gpu", *without)
            opened = OpenPage(browser.new_page(viewport={"width": 1400, "height": 900}))
            opened.goto(report.as_uri())
            webgl = "!!document.createElement('canvas').getContext('webgl')"
            assert opened.run(webgl) is False
            row = lonely_row(atlas.positions)
            opened.click("hd-map", *atlas.positions[row].tolist())
            opened.wait_for_selected(row)
            assert [entry[0] for entry in opened.similar()] == expected(atlas, row)
            browser.close()

    # Playwright allows one synchronous driver a thread.
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            check()
        except BaseException as err:  # noqa: BLE001 (handed to the test's own thread)
            failures.append(err)

    thread = threading.Thread(target=guarded)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def test_leaving_out_overlapping_cutouts(open_page: Open, report: Path, atlas: Atlas) -> None:
    page = open_page(report)
    row = 52
    assert set(expected(atlas, row)) & set(atlas.overlapping(row)), "the test needs overlaps"
    page.run(f"hubbleDash.select({row})")
    page.page.check("#hd-overlap")
    found = atlas.similar(row, n=9, leave_out_overlapping=True)
    page.wait_for_similar(found.rows.tolist())
    page.page.uncheck("#hd-overlap")
    page.wait_for_similar(expected(atlas, row))


def test_a_click_in_the_image_selects_the_cutout_there(
    open_page: Open, report: Path, atlas: Atlas
) -> None:
    page = open_page(report)
    row = 60
    own = atlas.cutouts.iloc[row]
    page.run("hubbleDash.select(0)")  # the same image
    x, y = (own["ixmin"] + own["ixmax"]) / 2, 240 - (own["iymin"] + own["iymax"]) / 2
    page.click("hd-image", x, y)
    page.wait_for_selected(row)


def test_boxes_of_an_image_with_row_0_at_the_bottom(
    flipped_atlas: Atlas, open_page: Open, tmp_path: Path
) -> None:
    page = open_page(export(flipped_atlas, tmp_path / "fits.html"))
    page.run("hubbleDash.select(7)")
    own = flipped_atlas.cutouts.iloc[7]
    page.wait_for_column("hd-image-selected", "bottom", "(sides) => sides.length === 1")
    assert page.column("hd-image-selected", "bottom") == [own["iymin"]]
    assert page.column("hd-image-selected", "top") == [own["iymax"]]
    assert page.page.query_selector("#hd-sky") is None
    assert "No sky" in page.page.inner_text(".hd-why")


def test_keys(open_page: Open, report: Path, atlas: Atlas) -> None:
    page = open_page(report)
    page.run("hubbleDash.select(10)")
    page.wait_for_shown(10)
    keyboard = page.page.keyboard
    keyboard.press("ArrowRight")
    first = expected(atlas, 10)[0]
    page.wait_for_shown(first)
    keyboard.press("ArrowRight")  # on to one that was not visited yet
    second = next(row for row in expected(atlas, first) if row not in (10, first))
    page.wait_for_selected(second)
    keyboard.press("ArrowLeft")
    page.wait_for_selected(first)
    keyboard.press("ArrowLeft")
    page.wait_for_shown(10)
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    assert page.run("hubbleDash.state.hovered") == expected(atlas, 10)[1]
    keyboard.press("Enter")
    page.wait_for_shown(expected(atlas, 10)[1])
    keyboard.press("4")
    page.wait_for_selected(expected(atlas, expected(atlas, 10)[1])[3])
    keyboard.press("Escape")
    page.page.wait_for_selector("body:not([data-hd-selected])")


def test_hovering_previews_a_cutout(open_page: Open, report: Path, atlas: Atlas) -> None:
    page = open_page(report)
    row = lonely_row(atlas.positions)
    page.page.mouse.move(*page.screen("hd-map", *atlas.positions[row].tolist()))
    page.page.wait_for_selector("#hd-preview:not([hidden])")
    text = page.page.inner_text("#hd-preview")
    assert atlas.images["name"][atlas.cutouts["image"][row]] in text
    assert atlas.cutouts["label_1"][row] not in text  # asked for among the facts
    page.page.mouse.move(700, 20)
    page.page.select_option("#hd-color", label="class")
    page.page.mouse.move(*page.screen("hd-map", *atlas.positions[row].tolist()))
    page.page.wait_for_selector("#hd-preview:not([hidden])")
    assert atlas.cutouts["class"][row] in page.page.inner_text("#hd-preview")
    # The selected one is seen beside the map.
    page.page.mouse.down()
    page.page.mouse.up()
    page.wait_for_shown(row)
    page.page.wait_for_selector("#hd-preview", state="hidden")
    page.run("hubbleDash.reset()")
    page.page.wait_for_selector("#hd-preview:not([hidden])")
    page.page.mouse.move(700, 20)
    page.page.wait_for_selector("#hd-preview", state="hidden")


def test_the_sky_s_readout_says_where_the_pointer_is(open_page: Open, report: Path) -> None:
    from astropy.coordinates import SkyCoord

    page = open_page(report)
    x, y = (float(value[0]) for value in mollweide(np.array([83.6]), np.array([22.0])))
    page.page.mouse.move(*page.screen("hd-sky", x, y))
    readout = page.page.locator("#hd-sky-readout")
    page.page.wait_for_function(
        "document.getElementById('hd-sky-readout').textContent.includes('h')"
    )
    found = SkyCoord(readout.inner_text().translate(str.maketrans("−°′″", "-dms")))
    # a pixel of the whole sky is most of a degree
    assert found.separation(SkyCoord(83.6, 22.0, unit="deg")).deg < 2
    page.page.mouse.move(700, 20)
    page.page.wait_for_function(
        "document.getElementById('hd-sky-readout').textContent.startsWith('RA')"
    )


def test_a_preview_that_comes_too_late_is_not_shown(open_page: Open, report: Path) -> None:
    page = open_page(report)
    hidden = page.run(
        """async () => {
            const { data, state, plotEvent } = hubbleDash;
            const points = Bokeh.documents[0].get_model_by_name("hd-map-points").data;
            const at = { x: points.x[0], y: points.y[0], sx: 50, sy: 50 };
            plotEvent("hd-map", { event_name: "mousemove", ...at });
            while (state.pointed === null) await null;
            const { row } = state.pointed;
            plotEvent("hd-map", { event_name: "mouseleave", ...at });
            while (state.pointed !== null) await null;
            await data.cutout(row); // for which the preview waits, too, since before
            return document.getElementById("hd-preview").hidden;
        }"""
    )
    assert hidden


def test_select_refuses_rows_that_are_not_there(open_page: Open, report: Path) -> None:
    page = open_page(report)
    for wrong in ("-1", "216", "1.5", "'3'", "null"):
        attempt = f"hubbleDash.select({wrong})"
        says = page.run(f"() => {{ try {{ {attempt} }} catch (error) {{ return error.message }} }}")
        assert "rows are 0 to 215" in says
    assert page.selected is None


def test_a_link_to_a_row_opens_it(open_page: Open, report: Path) -> None:
    page = open_page(report)
    page.page.goto(report.as_uri() + "#row=33")
    page.page.reload()
    page.wait_for_selected(33)


def test_a_thumbnail_is_the_cutout_s_own(open_page: Open, report: Path, atlas: Atlas) -> None:
    """The canvas of similar cutout 1 shows that cutout, by its mean colour."""
    from PIL import Image

    page = open_page(report)
    page.run("hubbleDash.select(3)")
    page.wait_for_shown(3)
    shown = page.run(
        """() => {
            const canvas = document.querySelector(".hd-similar canvas");
            const context = canvas.getContext("2d");
            return Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data);
        }"""
    )
    shown = np.array(shown).reshape(-1, 4)[:, :3].mean(axis=0)
    own = atlas.cutouts.iloc[expected(atlas, 3)[0]]
    with Image.open(atlas.path / "previews" / f"{own['image']:05d}.webp") as picture:
        cut = picture.crop((own["ixmin"], own["iymin"], own["ixmax"], own["iymax"]))
        mean = np.asarray(cut).reshape(-1, 3).mean(axis=0)
    np.testing.assert_allclose(shown, mean, atol=5)


def test_one_cutout_alone_says_so(lonely_atlas: Atlas, open_page: Open, tmp_path: Path) -> None:
    page = open_page(export(lonely_atlas, tmp_path / "one.html"))
    assert "only one cutout" in page.page.inner_text("#hd-start")
    page.run("hubbleDash.select(0)")
    page.wait_for_shown(0)
    assert "only one cutout" in page.page.inner_text("#hd-gallery-note")
    assert page.errors == []


def test_another_number_of_similar_cutouts(open_page: Open, atlas: Atlas, tmp_path: Path) -> None:
    page = open_page(export(atlas, tmp_path / "four.html", similar=4))
    page.run("hubbleDash.select(20)")
    page.page.wait_for_selector(".hd-similar")
    assert [entry[0] for entry in page.similar()] == expected(atlas, 20, n=4)


def test_desktop_does_not_scroll_and_phone_fits_its_width(open_page: Open, report: Path) -> None:
    page = open_page(report)
    page.run("hubbleDash.select(20)")
    page.wait_for_shown(20)
    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert page.run(size) == [1400, 900]
    phone = open_page(report, has_touch=True)
    phone.page.set_viewport_size({"width": 390, "height": 844})
    phone.run("hubbleDash.select(20)")
    phone.wait_for_shown(20)
    assert phone.run(size)[0] == 390


def test_a_tap_selects(open_page: Open, report: Path, atlas: Atlas) -> None:
    page = open_page(report, has_touch=True)
    row = lonely_row(atlas.positions)
    page.page.touchscreen.tap(*page.screen("hd-map", *atlas.positions[row].tolist()))
    page.wait_for_selected(row)


def test_numbers_that_people_look_things_up_by_are_shown_whole(
    open_page: Open, atlas: Atlas, tmp_path: Path
) -> None:
    n = len(atlas)
    copy = Atlas(atlas.path, atlas.manifest)
    copy.cutouts = atlas.cutouts[[*atlas.cutouts.columns[:8]]].assign(
        source_id=pd.array([6917528997577384321 - i if i else None for i in range(n)], "Int64"),
        TIC=[261136679 + i for i in range(n)], mjd=[59123.456789 + i for i in range(n)],
        digits=[f"{i:06d}" for i in range(n)], mag=np.array([12.3] * n, np.float32),
        **{"<i>odd</i>": ["<b>x</b>"] * n, "__proto__": [True] * n},
    )  # fmt: skip
    export(copy, tmp_path / "page.html")
    page = open_page(tmp_path / "page.html")
    page.run("hubbleDash.select(1)")
    page.page.wait_for_selector("body[data-hd-shown='1'] #hd-selected dd")
    shown = dict(
        zip(
            *(page.page.locator(f"#hd-selected {tag}").all_inner_texts() for tag in ("dt", "dd")),
            strict=True,
        )
    )
    assert shown == {
        "source_id": "6917528997577384320", "TIC": "261136680", "mjd": "59124.456789",
        "digits": "000001", "mag": "12.3", "<i>odd</i>": "<b>x</b>", "__proto__": "True",
        "INSTRUME": "ACS",
    }  # fmt: skip
    page.page.select_option("#hd-color", label="source_id")
    page.page.wait_for_selector("#hd-legend .hd-ramp")
    assert "6917528997577384" in page.page.inner_text("#hd-legend")
    assert "not known 1" in page.page.inner_text("#hd-legend")


def test_light_and_dark(open_page: Open, report: Path) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    dark = open_page(report, color_scheme="dark")
    light = open_page(report, color_scheme="light")
    before = dark.run(background)
    assert before != light.run(background)
    dark.page.click("#hd-theme")
    assert dark.run(background) == light.run(background)


def test_the_provenance_panel(open_page: Open, report: Path) -> None:
    page = open_page(report)
    page.page.click("#hd-about-open")
    text = page.page.inner_text("#hd-about")
    for wanted in ("mean_colour", "SHA-256", "sliding windows", "hubble-dash"):
        assert wanted in text
    page.page.keyboard.press("Escape")
    page.page.wait_for_selector("#hd-about", state="hidden")


def test_colours_by_a_column(open_page: Open, report: Path, atlas: Atlas) -> None:
    page = open_page(report)
    own = page.column("hd-map-points", "color")
    assert len(set(own)) > 20
    columns = page.run("hubbleDash.data.colors.map(({ name }) => name)")
    derived = ["isolation", "local isolation", "trust"]
    assert columns == ["file", "best label", "magnitude", "class", *derived]
    page.page.select_option("#hd-color", label="class")
    page.page.wait_for_selector("#hd-legend .hd-category")
    page.wait_for_column("hd-map-points", "color", "(colors) => new Set(colors).size === 2")
    colors = np.array(page.column("hd-map-points", "color"))
    spiral = (atlas.cutouts["class"] == "spiral").to_numpy()
    assert set(colors[spiral]).isdisjoint(colors[~spiral])
    assert len(set(colors)) == 2
    legend = page.page.inner_text("#hd-legend")
    assert f"spiral {spiral.sum()}" in legend
    assert f"elliptical {(~spiral).sum()}" in legend
    page.page.select_option("#hd-color", label="magnitude")
    page.page.wait_for_selector("#hd-legend .hd-ramp")
    page.wait_for_column("hd-map-points", "color", "(colors) => new Set(colors).size > 2")
    colors = page.column("hd-map-points", "color")
    assert (colors[0], colors[-1]) == ("#440154", "#fde725")
    page.page.select_option("#hd-color", "own")
    page.page.wait_for_function("!document.querySelector('#hd-legend').childElementCount")
    page.wait_for_column("hd-map-points", "color", f"(colors) => colors[0] === '{own[0]}'")
    assert page.column("hd-map-points", "color") == own


def test_points_of_a_subset_are_strong_and_others_faint(page: OpenPage, atlas: Atlas) -> None:
    spiral = np.flatnonzero(atlas.cutouts["class"] == "spiral")
    ticked = page.run(
        """() => {
            const { categories } = hubbleDash.data.columns.find("class");
            return categories.findIndex(({ text }) => text === "spiral");
        }"""
    )
    tick = {"id": "c", "kind": "codes", "column": "class", "codes": [ticked]}
    assert page.run("tick => hubbleDash.filter([tick])", tick) == spiral.tolist()
    page.wait_for_column("hd-map-points", "color", "(colors) => colors[0].length === 9")
    colors, x = page.column("hd-map-points", "color"), page.column("hd-map-points", "x")
    strong = [place for place, color in zip(x, colors, strict=True) if len(color) == 7]
    assert strong == atlas.positions[spiral, 0].astype(float).tolist()
    assert len(x) == len(atlas)
    assert f"{len(spiral)} of {len(spiral)} in view · {len(atlas)} in all" in page.page.inner_text(
        "#hd-map-count"
    )
    everything = page.run("hubbleDash.filter([{ ...hubbleDash.state.filters[0], negated: true }])")
    assert everything == np.setdiff1d(np.arange(len(atlas)), spiral).tolist()
    assert page.run("hubbleDash.filter([])") == list(range(len(atlas)))
    page.wait_for_column("hd-map-points", "color", "(colors) => colors[0].length === 7")
    assert page.errors == []
