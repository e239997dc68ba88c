"""A large atlas served, in Chromium: the server draws the density, HTTP brings the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from helpers.pages import OpenPage, panel_serve
from playwright.sync_api import Route

from hubble_dash.atlas.atlas import Atlas

pytestmark = pytest.mark.browser
Open = Callable[..., OpenPage]
N = 24_000
DENSITY = """() => {
    const { visible, data_source } = Bokeh.documents[0].get_model_by_name("hd-map-density");
    const { x, y, dw, dh } = data_source.data;
    return { visible, place: [x[0], y[0], x[0] + dw[0], y[0] + dh[0]] };
}"""
LATE = """() => {
    const { data_source } = Bokeh.documents[0].get_model_by_name("hd-map-density");
    const { dataset } = document.body;
    const drawn = dataset.hdDrawn;
    dataset.hdDrawn = "before";
    data_source.data = { ...data_source.data, x: [data_source.data.x[0] + 1] };
    const after = dataset.hdDrawn;
    dataset.hdDrawn = drawn;
    return after;
}"""
RANGES = """() => {
    const { x_range, y_range } = Bokeh.documents[0].get_model_by_name("hd-map");
    return [x_range.start, y_range.start, x_range.end, y_range.end];
}"""
# The view has changed, and its density is drawn or hidden.
ANSWERED = """before => {
    const { x_range, y_range } = Bokeh.documents[0].get_model_by_name("hd-map");
    const seen = [x_range.start, y_range.start, x_range.end, y_range.end];
    if (seen.every((side, i) => side === before[i])) return false;
    const { visible } = Bokeh.documents[0].get_model_by_name("hd-map-density");
    const { left, bottom, right, top } = JSON.parse(document.body.dataset.hdDrawn);
    return !visible || [left, bottom, right, top].every((side, i) => side === seen[i]);
}"""


@pytest.fixture(scope="module")
def server(large: Atlas) -> Iterator[str]:
    """The atlas under ``panel serve``, below a prefix."""
    with panel_serve(large.path, "--prefix", "maps", path="maps/app") as url:
        yield url


@pytest.fixture
def page(open_page: Open, server: str) -> OpenPage:
    page = open_page(server)
    page.page.wait_for_selector("body[data-hd-drawn]", timeout=30_000)
    return page


def wait_for_density(page: OpenPage, color: Any) -> None:
    """Wait until the picture is that of what is in view, in a colour."""
    page.page.wait_for_function(
        """color => {
            const { x_range, y_range } = Bokeh.documents[0].get_model_by_name("hd-map");
            const drawn = JSON.parse(document.body.dataset.hdDrawn);
            const seen = [x_range.start, x_range.end, y_range.start, y_range.end];
            const there = [drawn.left, drawn.right, drawn.bottom, drawn.top];
            return drawn.color === color && seen.every((side, i) => side === there[i]);
        }""",
        arg=color,
        timeout=30_000,
    )
    density = page.run(DENSITY)
    assert density["visible"]
    np.testing.assert_allclose(density["place"], page.run(RANGES), rtol=1e-6)


def test_the_density_follows_wheel_drag_and_menu(page: OpenPage) -> None:
    wait_for_density(page, "own")
    before = page.run(RANGES)
    page.page.mouse.move(*page.screen("hd-map", 0.0, 0.0))
    page.page.mouse.wheel(0, -100)
    wait_for_density(page, "own")
    assert page.run(RANGES) != before
    page.page.mouse.wheel(0, 100)
    wait_for_density(page, "own")
    page.page.mouse.down()
    for step in range(8):
        page.page.mouse.move(*page.screen("hd-map", 0.02 * step, 0.0))
    page.page.mouse.up()
    wait_for_density(page, "own")
    # A picture of another view is not what was asked for.
    assert page.run(LATE) == "before"
    for choice in ("count", 0, 3):
        page.page.select_option("#hd-color", str(choice))
        wait_for_density(page, choice)
    assert page.errors == []


def test_exact_points_take_its_place_and_a_tap_picks_the_nearest(
    page: OpenPage, large: Atlas
) -> None:
    places = np.asarray(large.positions, float)
    # the cutout that stands most alone, so that a click is certain
    sample = np.random.default_rng(0).choice(N, 300, replace=False)
    apart = np.hypot(*(places[sample, None] - places[None]).transpose(2, 0, 1))
    apart[np.arange(300), sample] = np.inf
    row = int(sample[apart.min(axis=1).argmax()])
    x, y = places[row].tolist()
    page.page.click("#hd-map-points")  # pictures take the clicks on them
    page.page.mouse.move(*page.screen("hd-map", x, y))
    while page.run(DENSITY)["visible"]:
        before = page.run(RANGES)
        page.page.mouse.wheel(0, -300)
        page.page.wait_for_function(ANSWERED, arg=before)
    page.click("hd-map", x, y)
    page.wait_for_selected(row)
    page.page.wait_for_selector("#hd-gallery .hd-similar")
    found = large.similar(row)
    shown = page.similar()
    np.testing.assert_allclose([entry[2] for entry in shown], found.similarities, atol=1e-4)
    assert {entry[0] for entry in shown} <= set(large.neighbors.rows[row].tolist())
    page.page.wait_for_function(
        "[...document.querySelectorAll('#hd-gallery canvas, #hd-gallery img')].length > 0"
    )
    page.page.click("#hd-map-fit")
    wait_for_density(page, "own")
    assert page.errors == []


def test_everything_comes_from_its_own_server(page: OpenPage, server: str, large: Atlas) -> None:
    page.run("hubbleDash.select(17)")
    page.wait_for_shown(17)
    asked = [url for url in page.requests if not url.startswith(("data:", "blob:"))]
    host = server.removesuffix("app")
    assert all(url.startswith((host, host.replace("http", "ws"))) for url in asked)
    data = [url for url in asked if "/maps/hubble-dash/" in url]
    assert any("/data/records/" in url for url in data)
    assert any(url.endswith("/thumbnails/17.webp") for url in data)
    for row in large.similar(17).rows:
        assert any(url.endswith(f"/thumbnails/{row}.webp") for url in data)


def test_the_page_itself_draws_a_subset(page: OpenPage, large: Atlas) -> None:
    brush = {"id": "m", "kind": "range", "column": "magnitude", "low": None, "high": 20}
    passed = np.flatnonzero(large.cutouts["magnitude"] <= 20)
    assert page.run("brush => hubbleDash.filter([brush])", brush) == passed.tolist()
    page.page.wait_for_selector(f"body[data-hd-map-subset='{len(passed)}']")
    told = page.page.inner_text("#hd-map-count")
    assert told.startswith(f"{len(passed):,} of {len(passed):,}, as density")
    assert not page.run(DENSITY)["visible"]
    assert page.run("hubbleDash.filter([])") == list(range(N))
    page.page.wait_for_function(f"({DENSITY})().visible")
    assert page.errors == []


def test_the_server_finds_the_nearest_of_a_subset(page: OpenPage, large: Atlas) -> None:
    few = np.arange(5, N, 1201)
    page.run("rows => hubbleDash.query(`row in [${rows}]`)", few.tolist())
    page.run("hubbleDash.select(17)")
    page.wait_for_shown(17)
    page.page.click("#hd-among [data-among=subset]")
    found = large.similar(17, among=few)
    page.wait_for_similar(found.rows.tolist())
    np.testing.assert_allclose(
        [entry[2] for entry in page.similar()], found.similarities, atol=1e-4
    )
    assert page.page.inner_text("#hd-gallery-note") == ""
    assert len(page.requested("/data/cosines/17.js")) == 1
    page.page.click("#hd-smoothed")
    page.wait_for_similar(large.similar(17, among=few, refine=True).rows.tolist())
    page.page.click("#hd-reset")
    assert page.errors == []


def test_everything_like_the_mean_of_some(page: OpenPage, large: Atlas) -> None:
    some = np.arange(5, N, 1201)
    unit = large.fingerprints.astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    cosine = unit @ unit[some].sum(axis=0)
    cosine[some] = -np.inf
    expected = sorted([*some.tolist(), *np.argsort(-cosine)[: 10 * len(some)].tolist()])
    page.run("rows => hubbleDash.query(`row in [${rows}]`)", some.tolist())
    page.page.click("#hd-tab-picked")
    title = page.page.locator("#hd-picked-like").get_attribute("title")
    assert title == f"Choose these {len(some)} and the {10 * len(some)} most like their mean"
    # While it waits it says so, and no longer.
    held: list[Route] = []
    page.page.route("**/like/*", lambda route: held.append(route))
    page.page.click("#hd-picked-like")
    page.page.wait_for_selector(".hd-picked[aria-busy=true]")
    assert page.page.text_content("#hd-live") == "Comparing with all cutouts…"
    held[0].continue_()
    page.page.wait_for_selector(f"body[data-hd-subset='{len(expected)}']")
    assert page.run("hubbleDash.rows()") == expected
    label = f"{len(some)} and the {10 * len(some)} most like their mean"
    assert page.run("hubbleDash.state.filters.map(({ label }) => label)") == [label]
    assert page.page.locator("[aria-busy]").count() == 0
    # The contact sheet begins with the most alike.
    first = page.page.locator(".hd-contact-one").first
    assert int(str(first.get_attribute("data-row"))) == int(np.argmax(cosine))
    assert page.errors == []
