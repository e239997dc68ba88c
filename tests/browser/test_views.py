"""What plots do under hands: sizes, zoom, links, fingers, keys. One page for most of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.pages import MODEL, OpenPage
from helpers.waiting import wait
from numpy.typing import NDArray
from playwright.sync_api import Browser

from hubble_dash.atlas.atlas import Atlas

pytestmark = pytest.mark.browser
Open = Callable[..., OpenPage]
PLOTS = ("hd-map", "hd-sky", "hd-image")
WIDE = {"width": 1400, "height": 900}
RANGES = """name => {
    const { x_range, y_range } = MODEL(name);
    return [x_range.start, x_range.end, y_range.start, y_range.end];
}""".replace("MODEL", MODEL)
SIZE = """name => {
    const { inner_width, inner_height } = MODEL(name);
    return [inner_width, inner_height];
}""".replace("MODEL", MODEL)
# Bokeh has drawn its figures as large as their places are.
AT_REST = """names => names.every((name) => {
    const { inner_width, inner_height } = MODEL(name);
    const { clientWidth, clientHeight } = document.getElementById(name);
    return Math.hypot(inner_width + 2 - clientWidth, inner_height + 2 - clientHeight) < 2;
})""".replace("MODEL", MODEL)


@pytest.fixture(scope="module")
def opened(browser: Browser, report: Path) -> Iterator[OpenPage]:
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    context.set_offline(True)
    page = OpenPage(context.new_page())
    page.goto(report.as_uri())
    yield page
    context.close()


@pytest.fixture
def page(opened: OpenPage) -> Iterator[OpenPage]:
    """The one page, as it was when it was opened."""
    resize(opened, **WIDE)
    opened.page.mouse.move(700, 20)
    opened.page.click("#hd-reset")
    yield opened
    assert opened.errors == []


def resize(page: OpenPage, width: int, height: int) -> None:
    page.page.set_viewport_size({"width": width, "height": height})
    page.page.wait_for_function(AT_REST, arg=list(PLOTS))


def ranges(page: OpenPage, plot: str = "hd-map") -> NDArray[np.float64]:
    return np.array(page.run(RANGES, plot))


def scale(page: OpenPage, plot: str = "hd-map") -> float:
    left, right, *_ = ranges(page, plot)
    return float((right - left) / page.run(SIZE, plot)[0])


def span(page: OpenPage, atlas: Atlas) -> NDArray[np.float64]:
    """How much of the width and of the height of the map its points take."""
    left, right, bottom, top = ranges(page)
    return np.ptp(atlas.positions, axis=0) / (right - left, top - bottom)


def wheel(page: OpenPage, place: tuple[float, float], by: int, times: int = 1) -> None:
    page.page.mouse.move(*place)
    for _ in range(times):
        page.page.mouse.wheel(0, by)


def middle(page: OpenPage, plot: str) -> tuple[float, float]:
    box = page.page.locator(f"#{plot}").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def is_in_view(page: OpenPage, atlas: Atlas, row: int) -> bool:
    left, right, bottom, top = ranges(page)
    x, y = atlas.positions[row]
    return bool(left < x < right and bottom < y < top)


def test_no_image_is_shown_until_it_is_asked_for(page: OpenPage) -> None:
    assert page.page.get_attribute("#hd-image", "data-level") is None
    assert "Point at a cutout" in page.page.inner_text("#hd-image .hd-empty")
    page.page.hover("#hd-start .hd-start")
    page.page.wait_for_selector("#hd-image[data-level=preview]")
    assert not page.page.locator("#hd-image .hd-empty").is_visible()


def test_pictures_stand_on_the_overview(page: OpenPage, atlas: Atlas) -> None:
    """They cover points, which stay in the columns; a click on one selects it."""
    drawn = """() => {
        const { view, data_source } = MODEL("hd-map-points-renderer");
        return [view.filter.indices ?? null, data_source.data.x.length];
    }""".replace("MODEL", MODEL)
    some = f"() => ({drawn})()[0] !== null"
    page.page.wait_for_function(some)
    indices, n = page.run(drawn)
    assert n == len(atlas)
    covered = sorted({*range(n)} - {*indices})
    assert 4 <= len(covered) < n
    at = page.screen("hd-map", *atlas.positions[covered[0]].tolist())
    page.page.mouse.click(*at)
    page.page.wait_for_selector("body[data-hd-selected]")
    picked = page.screen("hd-map", *atlas.positions[int(page.selected or -1)].tolist())
    assert int(page.selected or -1) in covered
    assert max(abs(np.subtract(at, picked))) <= 52
    page.page.click("#hd-map-points")
    page.page.wait_for_function(f"() => ({drawn})()[0] === null")
    page.page.click("#hd-map-images")
    page.page.wait_for_function(some)
    # Of a subset only its own have pictures.
    rows = page.run("hubbleDash.query('row < 3')")
    assert rows == [0, 1, 2]
    few = (
        f"() => {{ const [i, n] = ({drawn})(); return i && i.filter(p => p >= n - 3).length < 3; }}"
    )
    page.page.wait_for_function(few)


def test_the_map_is_shown_as_images_points_and_density(page: OpenPage) -> None:
    """By buttons, by a key and by links; the address says so, and back restores."""
    body = "document.body.dataset.hdMap"
    layer = """() => {
        const canvas = document.querySelector("#hd-map .hd-layer");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    }"""
    assert page.run(body) == "images"
    page.page.wait_for_function(f"() => ({layer})() > 500")
    page.page.click("#hd-map-points")
    page.page.wait_for_function(f"() => ({layer})() === 0")
    pressed = "[...document.querySelectorAll('#hd-map-style button[aria-pressed=true]')]"
    assert page.run(f"{pressed}.map((one) => one.id)") == ["hd-map-points"]
    page.page.wait_for_function("location.hash.includes('map=points')")
    page.page.keyboard.press("m")
    assert page.run(body) == "density"
    assert "density" in page.page.inner_text("#hd-live")
    page.page.wait_for_function(f"() => ({layer})() > 500")
    assert page.column("hd-map-points", "x") == []
    page.page.wait_for_function(
        "document.getElementById('hd-map-count').textContent.includes('from line to line')"
    )
    page.page.keyboard.press("m")
    assert page.run(body) == "images"
    page.page.wait_for_function("!location.hash.includes('map=')")  # else it may be there already
    page.run("location.hash = 'map=density'")
    page.page.wait_for_function(f"{body} === 'density'")
    page.run("history.back()")
    page.page.wait_for_function(f"{body} === 'images'")
    page.run("location.hash = 'map=nonsense'")
    page.page.wait_for_timeout(50)
    assert page.run(body) == "images"
    assert page.errors == []


def test_the_sky_has_the_colours_of_the_map(page: OpenPage) -> None:
    for color in ("class", "magnitude", "of the cutout"):
        page.page.select_option("#hd-color", label=color)
        wait(
            lambda: (
                sorted(page.column("hd-sky-points", "color"))
                == sorted(page.column("hd-map-points", "color"))
            ),
            "the same colours",
        )


def test_the_sky_zooms_to_similar_ones_that_are_near(page: OpenPage) -> None:
    whole = ranges(page, "hd-sky")
    button = page.page.locator("#hd-sky-zoom")
    assert not button.is_visible()
    page.run("hubbleDash.select(20)")
    page.wait_for_shown(20)
    button.click()
    left, right, *_ = ranges(page, "hd-sky")
    assert right - left < 0.05 * (whole[1] - whole[0])
    page.page.click("#hd-sky-fit")
    np.testing.assert_allclose(ranges(page, "hd-sky"), whole)


def test_views_come_back_after_any_change_of_size(page: OpenPage) -> None:
    sizes = [(1100, 800), (900, 700), (1400, 900), (700, 500), (1300, 600)] * 2
    sizes += [(844, 390), (390, 844)]
    page.run("hubbleDash.select(20)")
    page.wait_for_shown(20)
    for is_moved in (False, True):
        if is_moved:
            for plot in PLOTS:
                wheel(page, middle(page, plot), -100)
        before = {plot: ranges(page, plot) for plot in PLOTS}
        for size in sizes:
            resize(page, *size)
        resize(page, **WIDE)
        for plot, seen in before.items():
            assert np.abs(ranges(page, plot) - seen).max() < scale(page, plot), plot


def test_the_legend_takes_no_room_and_where_all_is_seen_covers_nothing(
    page: OpenPage, atlas: Atlas
) -> None:
    before, size = ranges(page), page.run(SIZE, "hd-map")
    top = atlas.positions[atlas.positions[:, 1].argmax()].tolist()
    legend = page.page.locator("#hd-legend")

    def is_clear() -> bool:
        box = legend.bounding_box()
        return bool(page.screen("hd-map", *top)[1] > box["y"] + box["height"])

    for color in ("class", "magnitude", "best label", "file"):
        page.page.select_option("#hd-color", label=color)
        page.page.wait_for_selector("#hd-legend > *")
        assert page.run(SIZE, "hd-map") == size
        assert legend.bounding_box()["height"] < 0.46 * size[1]
        wait(is_clear, "room")
    page.page.select_option("#hd-color", "own")
    wait(lambda: ranges(page).tolist() == before.tolist(), "the view of before")


def test_a_phone_s_legend_is_one_line_until_it_is_asked_for(page: OpenPage) -> None:
    resize(page, 390, 844)
    page.page.select_option("#hd-color", label="best label")
    legend = page.page.locator("#hd-legend")
    folded = legend.bounding_box()["height"]
    assert folded <= 44  # of entries that a finger meets
    page.page.click("#hd-legend-fold")
    assert legend.bounding_box()["height"] > 1.5 * folded
    page.page.click("#hd-legend-fold")


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (1920, 1080), (390, 844)])
def test_points_fill_the_map(page: OpenPage, atlas: Atlas, width: int, height: int) -> None:
    resize(page, width, height)
    assert 0.8 <= span(page, atlas).max() < 1


def test_zoom_has_limits(page: OpenPage, atlas: Atlas) -> None:
    whole = scale(page)
    at = page.screen("hd-map", *atlas.positions[5].tolist())
    wheel(page, at, -300, 40)
    wait(lambda: scale(page) < 0.2 * whole, "zoom")
    closest = ranges(page)
    extent = np.ptp(atlas.positions, axis=0).max()
    assert 0.005 * extent < closest[1] - closest[0] < 0.2 * extent
    assert is_in_view(page, atlas, 5)
    wheel(page, at, 300, 60)
    wait(lambda: scale(page) > 1.4 * whole, "zoom")
    assert scale(page) == pytest.approx(1.5 * whole)
    page.page.keyboard.press("0")
    assert scale(page) == pytest.approx(whole)


def test_what_is_selected_comes_into_view(page: OpenPage, atlas: Atlas) -> None:
    left, right = np.argsort(atlas.positions[:, 0])[[0, -1]].tolist()
    wheel(page, page.screen("hd-map", *atlas.positions[left].tolist()), -300, 20)
    wait(lambda: not is_in_view(page, atlas, right), "zoom")
    before = scale(page)
    page.run("row => hubbleDash.select(row)", right)
    page.wait_for_shown(right)
    assert is_in_view(page, atlas, right)
    assert scale(page) == pytest.approx(before)
    page.page.keyboard.press("Escape")
    page.page.keyboard.press("Escape")
    assert is_in_view(page, atlas, left)


def test_motion_ends_where_it_should(page: OpenPage, atlas: Atlas) -> None:
    page.page.emulate_media(reduced_motion="no-preference")
    left, right = np.argsort(atlas.positions[:, 0])[[0, -1]].tolist()
    wheel(page, page.screen("hd-map", *atlas.positions[left].tolist()), -300, 20)
    page.run("row => hubbleDash.select(row)", right)
    wait(lambda: is_in_view(page, atlas, right), "the cutout in view")
    page.page.emulate_media(reduced_motion="reduce")


def test_an_empty_view_says_so_and_leads_out(page: OpenPage, atlas: Atlas) -> None:
    empty = page.page.locator("#hd-map .hd-empty")
    assert not empty.is_visible()
    extent = np.ptp(atlas.positions, axis=0).max()
    page.run(
        "([x, y, w]) => hubbleDash.plotEvent('hd-map',"
        " { event_name: 'rangesupdate', x0: x - w, x1: x + w, y0: y - w, y1: y + w })",
        [
            float(atlas.positions[:, 0].min()),
            float(atlas.positions[:, 1].max()),
            1e-6 * float(extent),
        ],
    )
    empty.wait_for()
    assert "Nothing here" in empty.inner_text()
    empty.locator("button").click()
    empty.wait_for(state="hidden")
    assert span(page, atlas).max() > 0.8


def test_a_link_pasted_into_the_open_page_is_followed(page: OpenPage) -> None:
    page.run("location.hash = '#row=5'")
    page.wait_for_shown(5)
    for nonsense in ("#other", "#row=x", "#row=99999", "#%", "#row=%E0%A4%A"):
        page.run("hash => { location.hash = hash; }", nonsense)
        page.page.wait_for_function("location.hash === '#row=5'")
        assert page.selected == "5"
    page.run("location.hash = '#row=6&color=class&view=nonsense&color'")
    page.wait_for_shown(6)
    assert page.run("document.getElementById('hd-color').selectedOptions[0].text") == "class"
    page.page.go_back()
    page.wait_for_selected(5)


def test_a_link_is_a_view(page: OpenPage, report: Path, atlas: Atlas) -> None:
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.page.select_option("#hd-color", label="magnitude")
    wheel(page, page.screen("hd-map", *atlas.positions[9].tolist()), -100, 6)
    page.run("hubbleDash.select(9)")
    page.wait_for_shown(9)
    page.page.click("#hd-link")
    page.page.wait_for_function("document.getElementById('hd-link').textContent === 'Copied'")
    address = page.run("navigator.clipboard.readText()")
    assert address.startswith(f"{report.as_uri()}#row=9&")
    assert "color=magnitude" in address
    before = ranges(page)
    page.page.goto("about:blank")
    page.goto(address + "&later=1")
    page.wait_for_shown(9)
    np.testing.assert_allclose(ranges(page), before, atol=scale(page))
    assert page.page.locator("#hd-legend .hd-ramp").count() > 0
    page.page.click("#hd-link")
    assert page.run("location.href") == address + "&later=1"


def test_the_theme_is_remembered_where_anything_may_be(open_page: Open, report: Path) -> None:
    theme = "document.documentElement.dataset.theme"
    page = open_page(report, color_scheme="light")
    page.page.click("#hd-theme")
    page.page.reload()
    assert page.run(theme) == "dark"
    assert page.page.get_attribute("#hd-theme", "aria-pressed") == "true"
    page.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"
    )
    page.page.reload()
    page.page.wait_for_selector("body[data-hd-ready]")
    assert page.run(theme) == "light"
    page.page.click("#hd-theme")
    assert page.run(theme) == "dark"
    assert page.errors == []


def test_keys_of_a_plot_that_has_the_focus(page: OpenPage, atlas: Atlas) -> None:
    for plot in PLOTS:
        surface = page.page.locator(f"#{plot} .hd-surface")
        surface.focus()
        assert surface.get_attribute("aria-label")
        assert surface.evaluate("element => element === document.activeElement")
    row = 20
    page.run("row => hubbleDash.select(row)", row)
    page.wait_for_shown(row)
    page.page.focus("#hd-map .hd-surface")
    page.page.keyboard.press("ArrowRight")
    dx, dy = (atlas.positions - atlas.positions[row]).T.astype(float)
    way = np.where((dx > 0) & (np.abs(dy) <= dx), dx + 2 * np.abs(dy), np.inf)
    page.wait_for_selected(int(np.argmin(way)))
    before = scale(page)
    page.page.keyboard.press("+")
    assert scale(page) < before
    page.page.keyboard.press("Home")
    assert scale(page) == pytest.approx(before)


def test_a_preview_does_not_outlast_what_it_is_of(page: OpenPage, atlas: Atlas) -> None:
    places = np.asarray(atlas.positions, float)
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    row = int(apart.min(axis=1).argmax())
    x, y = page.screen("hd-map", *places[row].tolist())
    page.page.mouse.move(x + 12, y)
    preview = page.page.locator("#hd-preview")
    preview.wait_for()
    page.page.mouse.wheel(0, -200)  # points are not pictures yet
    preview.wait_for(state="hidden")
    assert page.run("hubbleDash.state.hovered") is None
    page.page.mouse.move(x, y)
    preview.wait_for()
    # It goes and comes again, too soon for who looks now and then.
    page.run("""() => {
        const preview = document.querySelector("#hd-preview");
        window.hides = 0;
        new MutationObserver(() => (window.hides += Number(preview.hidden)))
            .observe(preview, { attributes: true });
    }""")
    page.page.mouse.wheel(0, -50)  # about the point itself, which stays below the pointer
    wait(lambda: page.run("hides") > 0, "the preview was hidden")
    preview.wait_for()
    assert page.run("hubbleDash.state.pointed.row") == row


def touch(session: Any, kind: str, *places: tuple[float, float]) -> None:
    points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_fingers(open_page: Open, report: Path, atlas: Atlas) -> None:
    page = open_page(report, has_touch=True, is_mobile=True)
    resize(page, 820, 844)  # on phones the page does not scroll
    session = page.page.context.new_cdp_session(page.page)
    x, y = middle(page, "hd-map")
    before = ranges(page)
    touch(session, "touchStart", (x, y))
    for step in range(1, 9):
        touch(session, "touchMove", (x, y - 20 * step))
    touch(session, "touchEnd")
    wait(lambda: page.run("scrollY") > 60, "the page scrolled")
    np.testing.assert_array_equal(ranges(page), before)
    assert "Two fingers" in page.page.inner_text("#hd-map .hd-hint")
    page.run("scrollTo(0, 0)")
    touch(session, "touchStart", (x - 30, y), (x + 30, y))
    for step in range(1, 7):
        touch(session, "touchMove", (x - 30 - 10 * step, y), (x + 30 + 10 * step, y))
    touch(session, "touchEnd")
    assert scale(page) == pytest.approx((before[1] - before[0]) / page.run(SIZE, "hd-map")[0] / 3)
    assert page.selected is None
    page.page.click("#hd-map-fit")
    row = int(np.argmax(atlas.positions[:, 0]))
    at = page.screen("hd-map", *atlas.positions[row].tolist())
    touch(session, "touchStart", at)
    page.page.wait_for_selector("#hd-preview:not([hidden])")
    touch(session, "touchEnd")
    page.page.wait_for_selector("#hd-preview", state="hidden")
    assert page.selected is None
    page.page.touchscreen.tap(*at)
    page.page.wait_for_selector("body[data-hd-selected]")
    assert page.errors == []


def test_the_wheel_scrolls_where_the_page_does(page: OpenPage) -> None:
    resize(page, 820, 900)
    before = scale(page)
    at = middle(page, "hd-map")
    wheel(page, at, 200)
    wait(lambda: page.run("scrollY") > 0, "the page scrolled")
    assert scale(page) == before
    page.run("scrollTo(0, 0)")
    page.page.keyboard.down("Control")
    wheel(page, at, -200)
    page.page.keyboard.up("Control")
    wait(lambda: scale(page) < before, "the map zoomed")
    assert page.run("scrollY") == 0
