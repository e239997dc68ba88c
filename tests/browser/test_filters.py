"""Charts that are brushed and ticked, chips, the query line, the search box, links."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
from helpers.atlases import make_atlas
from helpers.pages import MODEL, OpenPage
from helpers.waiting import wait
from playwright.sync_api import Browser, Locator

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.export import export

pytestmark = pytest.mark.browser
N = 216
ROWS = np.arange(N)
KINDS = ["spiral", "elliptical", "globular", "ring"]


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """An atlas with columns of all kinds, in which something is missing."""
    days = pd.Timestamp("2004-01-01") + pd.to_timedelta(3 * ROWS, unit="D")
    return make_atlas(
        tmp_path_factory.mktemp("filters") / "filters.atlas",
        columns={
            "z": np.where(ROWS % 7 == 0, np.nan, ROWS / N).astype(np.float32),
            "kind": [None if row % 9 == 0 else KINDS[row % 4] for row in ROWS],
            "members": ROWS % 6 + 1,
            "observed": [f"{day:%Y-%m-%d}" for day in days],
            "ok": pd.array([row % 2 == 0 for row in ROWS], "boolean"),
            "named": [f"NGC {1200 + row}" for row in ROWS],
        },
    )


@pytest.fixture(scope="module")
def opened(
    browser: Browser, atlas: Atlas, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenPage]:
    written = export(atlas, tmp_path_factory.mktemp("page") / "page.html")
    context = browser.new_context(
        viewport={"width": 1400, "height": 1000},
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_offline(True)
    page = OpenPage(context.new_page())
    page.goto(written.as_uri())
    page.page.click("#hd-tab-filter")
    yield page
    context.close()


@pytest.fixture
def page(opened: OpenPage) -> Iterator[OpenPage]:
    """The one page, nothing asked."""
    opened.run("hubbleDash.filter([])")
    yield opened
    assert opened.errors == []


def expect(page: OpenPage, atlas: Atlas, query: str) -> None:
    """Wait until the subset has the rows that a query has in Python."""
    wanted = atlas.select(query).tolist()
    assert 0 < len(wanted) < N
    page.page.wait_for_selector(f'body[data-hd-subset="{len(wanted)}"]', timeout=5000)
    assert page.run("hubbleDash.rows()") == wanted


def chart(page: OpenPage, name: str) -> Locator:
    found = page.page.locator(f'.hd-card[data-column="{name}"]')
    found.scroll_into_view_if_needed()
    return found


def drag(page: OpenPage, name: str, start: float, stop: float) -> None:
    """Drag over a column's histogram, from one share of its width to another."""
    drag_over(page, chart(page, name).locator(".hd-brush"), start, stop)


def drag_over(page: OpenPage, brush: Locator, start: float, stop: float) -> None:
    box = brush.bounding_box()
    assert box is not None
    mouse, y = page.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + start * box["width"], y)
    mouse.down()
    mouse.move(box["x"] + (start + stop) / 2 * box["width"], y)
    mouse.move(box["x"] + stop * box["width"], y)
    mouse.up()
    page.run("new Promise(requestAnimationFrame)")


def asked(page: OpenPage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page.run("JSON.stringify(hubbleDash.state.filters)"))
    return found


def test_brush(page: OpenPage, atlas: Atlas) -> None:
    drag(page, "z", 0.25, 0.5)
    first = asked(page)[0]
    assert (first["low"], first["high"]) == pytest.approx((0.2527, 0.5), abs=0.01)
    expect(page, atlas, f"{first['low']} <= z <= {first['high']}")
    drag(page, "z", 0.4, 0.6)  # by its middle
    moved = asked(page)[0]
    assert moved["low"] - first["low"] == pytest.approx(0.2, abs=0.01)
    assert moved["high"] - moved["low"] == pytest.approx(first["high"] - first["low"], abs=0.01)
    drag(page, "z", 0.7, 0.8)  # by its upper end
    assert asked(page)[0]["high"] == pytest.approx(0.8, abs=0.01)
    expect(page, atlas, f"{moved['low']} <= z <= {asked(page)[0]['high']}")
    chart(page, "z").locator(".hd-missing").click()
    expect(page, atlas, f"{moved['low']} <= z <= {asked(page)[0]['high']} or z is missing")
    chart(page, "z").locator(".hd-brush").dblclick(position={"x": 5, "y": 10})
    expect(page, atlas, "z is missing")
    chart(page, "z").locator(".hd-missing").click()
    assert asked(page) == []


def test_brush_by_keys_and_dates(page: OpenPage, atlas: Atlas) -> None:
    low = chart(page, "members").get_by_role("slider", name="members from")
    low.focus()
    selected = page.selected
    page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("ArrowRight")
    assert (asked(page)[0]["low"], asked(page)[0]["high"]) == (3, None)
    expect(page, atlas, "members >= 3")
    assert low.get_attribute("aria-valuetext") == str(asked(page)[0]["low"])
    assert page.selected == selected  # arrows mean the brush alone
    page.page.keyboard.press("Delete")
    assert asked(page) == []
    drag(page, "observed", 0.2, 0.4)
    dates = asked(page)[0]
    first, last = (pd.Timestamp(dates[end], unit="ms") for end in ("low", "high"))
    assert first == first.normalize()
    expect(page, atlas, f'"{first:%Y-%m-%d}" <= observed <= "{last:%Y-%m-%d}"')


def test_only_a_chart_that_is_used_stays_where_it_is(page: OpenPage, atlas: Atlas) -> None:
    cards = page.page.locator("#hd-filters .hd-cards")
    page.page.mouse.move(700, 20)
    page.run("document.activeElement.blur()")
    cards.evaluate("cards => { cards.scrollTop = 0; }")
    page.run("hubbleDash.query('members == 2')")
    expect(page, atlas, "members == 2")
    page.page.wait_for_selector(".hd-chips :text('members')")
    assert cards.evaluate("cards => cards.scrollTop") == 0
    page.run("hubbleDash.filter([])")
    page.page.wait_for_selector(".hd-chips :text('members')", state="detached")
    card = page.page.locator("#hd-filters .hd-card[data-name=kind]")
    card.hover()
    before = card.bounding_box()
    page.run("hubbleDash.query('members == 2')")
    page.page.wait_for_selector(".hd-chips :text('members')")
    wait(lambda: cards.evaluate("cards => cards.scrollTop") > 0, "the chart stays")
    assert card.bounding_box() == before


def test_a_chart_of_dates_stays_and_says_them_whole(page: OpenPage, atlas: Atlas) -> None:
    brush = chart(page, "observed").locator(".hd-brush")
    feet = chart(page, "observed").locator(".hd-card-foot span")
    assert feet.all_inner_texts() == ["2004-01-01", "2005-10-07"]
    before = brush.bounding_box()
    drag_over(page, brush, 0.25, 0.5)
    page.page.wait_for_selector(".hd-chip")
    # What is asked is listed above the charts now, and the chart is where it was.
    assert brush.bounding_box() == pytest.approx(before)
    low, high = feet.all_inner_texts()
    expect(page, atlas, f"'{low}' <= observed <= '{high}'".replace("'", '"'))
    for foot in feet.all():
        assert foot.evaluate("foot => foot.scrollWidth <= foot.clientWidth || !foot.clientWidth")
    drag_over(page, brush, 0.4, 0.6)
    moved = feet.all_inner_texts()
    assert moved[0] > low
    assert moved[1] > high
    expect(page, atlas, f"'{moved[0]}' <= observed <= '{moved[1]}'".replace("'", '"'))
    page.run("hubbleDash.filter([])")
    page.page.wait_for_selector(".hd-chips", state="hidden")
    assert brush.bounding_box() == pytest.approx(before)
    assert feet.all_inner_texts() == ["2004-01-01", "2005-10-07"]


def test_dates_have_room_in_a_phones_legend(page: OpenPage) -> None:
    page.page.select_option("#hd-color", label="observed")
    for width in (360, 390):
        page.page.set_viewport_size({"width": width, "height": 844})
        ends = page.page.locator("#hd-legend .hd-ramp-ends > span:visible")
        assert all(re.fullmatch(r"200[45]-\d\d", text) for text in ends.all_inner_texts())
        legend = page.page.locator("#hd-legend").bounding_box()
        boxes = [end.bounding_box() for end in ends.all()]
        assert len(boxes) == 2
        assert boxes[0]["x"] + boxes[0]["width"] < boxes[1]["x"]
        assert boxes[1]["x"] + boxes[1]["width"] <= legend["x"] + legend["width"]
    page.page.set_viewport_size({"width": 1400, "height": 1000})
    page.page.click("#hd-tab-filter")
    ends = page.page.locator("#hd-legend .hd-ramp-ends > span:visible")
    assert all(re.fullmatch(r"200[45]-\d\d-\d\d", text) for text in ends.all_inner_texts())
    page.page.select_option("#hd-color", "own")


def test_ticks_and_cross_counts(page: OpenPage, atlas: Atlas) -> None:
    bars = chart(page, "kind").locator(".hd-category-bar")
    spirals = bars.filter(has_text="spiral")
    spirals.click()
    expect(page, atlas, 'kind == "spiral"')
    bars.filter(has_text="ring").click()
    chart(page, "kind").locator(".hd-missing").click()
    expect(page, atlas, 'kind in ["spiral", "ring"] or kind is missing')
    assert spirals.get_attribute("aria-pressed") == "true"
    drag(page, "z", 0, 0.3)
    high = asked(page)[1]["high"]
    # Each chart counts what the others leave: of categories all, also those not ticked.
    for kind in KINDS:
        n = len(atlas.select(f'kind == "{kind}" and z <= {high}'))
        bars.filter(has_text=kind).locator(f'small:text-is("{n}")').wait_for()
    true = len(
        atlas.select(f'(kind in ["spiral", "ring"] or kind is missing) and z <= {high} and ok')
    )
    chart(page, "ok").locator("small").filter(has_text=str(true)).first.wait_for()
    spirals.click()
    expect(page, atlas, f'(kind == "ring" or kind is missing) and z <= {high}')
    page.run("hubbleDash.filter([]).then(() => hubbleDash.query('row == 17'))")
    bars.locator('small:text-is("0")').first.wait_for()
    heights = "bars => bars.filter((one) => one.offsetParent).map((one) => one.offsetHeight)"
    assert set(bars.evaluate_all(heights)) == {26}  # those that are none look like the others


def test_legend_asks(page: OpenPage, atlas: Atlas) -> None:
    page.page.select_option("#hd-color", label="kind")
    entries = page.page.locator("#hd-legend button.hd-category")
    entries.filter(has_text="globular").click()
    expect(page, atlas, 'kind == "globular"')
    entries.filter(has_text="not known").click(modifiers=["Shift"])
    expect(page, atlas, 'kind == "globular" or kind is missing')
    assert entries.filter(has_text="globular").get_attribute("aria-pressed") == "true"
    entries.filter(has_text="ring").click()
    expect(page, atlas, 'kind == "ring"')
    entries.filter(has_text="ring").click()
    page.page.wait_for_selector(f'body[data-hd-subset="{N}"]')


def test_legend_of_numbers_is_a_brush(page: OpenPage, atlas: Atlas) -> None:
    page.page.select_option("#hd-color", label="z")
    legend = page.page.locator("#hd-legend")
    bars = legend.locator("path.hd-count-whole")
    page.page.wait_for_function("e => e.getAttribute('d')?.length > 99", arg=bars.element_handle())
    drag_over(page, legend.locator(".hd-brush"), 0.25, 0.5)
    first = asked(page)[0]
    # One filter, shown in both: its chart is brushed, a chip says it, and the chart moves it.
    assert (first["id"], first["kind"]) == ("column:z", "range")
    assert (first["low"], first["high"]) == pytest.approx((0.26, 0.5), abs=0.02)
    expect(page, atlas, f"{first['low']} <= z <= {first['high']}")
    assert "hd-brushed" in (chart(page, "z").locator(".hd-brush").get_attribute("class") or "")
    assert page.page.locator(".hd-chip").count() == 1
    drag(page, "z", first["high"], 0.8)
    assert legend.get_by_role("slider", name="z to").get_attribute("aria-valuenow") == str(
        asked(page)[0]["high"]
    )
    low = legend.get_by_role("slider", name="z from")
    low.focus()
    for _ in range(3):
        page.page.keyboard.press("ArrowRight")
    moved = asked(page)[0]
    assert moved["low"] > first["low"]
    expect(page, atlas, f"{moved['low']} <= z <= {moved['high']}")
    legend.locator(".hd-category").click(modifiers=["Shift"])
    expect(page, atlas, f"{moved['low']} <= z <= {moved['high']} or z is missing")
    low.press("Delete")
    expect(page, atlas, "z is missing")


def test_scales_are_kept_by_column_and_in_links(page: OpenPage, atlas: Atlas) -> None:
    page.page.select_option("#hd-color", label="z")
    colors = """() => {
        const { data } = Bokeh.documents[0].get_model_by_name("hd-map-points");
        return JSON.stringify(Array.from(data.color));
    }"""
    log = page.page.locator("#hd-legend [data-curve=log]")
    before = page.run(colors)
    log.click()
    page.page.wait_for_function(f"before => ({colors})() !== before", arg=before)
    assert chart(page, "z").locator(".hd-log").get_attribute("aria-pressed") == "true"
    page.page.locator("#hd-legend [data-limits]").click()
    page.page.wait_for_function("location.hash.includes('scale=z:log,all')")
    page.page.select_option("#hd-color", label="members")
    assert log.get_attribute("aria-pressed") == "false"
    page.page.select_option("#hd-color", label="z")
    assert log.get_attribute("aria-pressed") == "true"
    page.run("location.hash = '#color=members&scale=members:log;z:cubic;no:log'")
    page.page.wait_for_selector("#hd-legend [data-curve=log][aria-pressed=true]")
    assert page.run("JSON.stringify([...hubbleDash.state.scales])") == (
        '[["members",{"curve":"log"}]]'
    )
    # Dates have a legend of their own, and no curves.
    page.page.select_option("#hd-color", label="observed")
    drag_over(page, page.page.locator("#hd-legend .hd-brush"), 0.4, 1)
    dates = asked(page)[0]
    assert dates["high"] is None
    expect(page, atlas, f'observed >= "{pd.Timestamp(dates["low"], unit="ms"):%Y-%m-%d}"')
    assert page.page.locator("#hd-legend [data-curve]").count() == 0
    page.page.click("#hd-reset")


def test_tags_are_a_column(page: OpenPage, atlas: Atlas) -> None:
    line = page.page.locator("#hd-query")
    line.fill("ta")
    page.page.locator("#hd-query-choices li", has_text="tag").wait_for()
    line.fill("tag == 2 or tag is missing and members > 5")
    line.press("Enter")
    expect(page, atlas, "members > 5")
    page.run("hubbleDash.select(2)")
    page.page.wait_for_selector("body[data-hd-shown='2']")
    page.run("document.activeElement.blur()")
    page.page.keyboard.press("t")
    page.page.keyboard.press("2")
    expect(page, atlas, "row == 2 or members > 5")
    page.page.select_option("#hd-color", label="tag")
    page.page.locator("#hd-legend button", has_text="tag 2").click()
    page.run("hubbleDash.query('')")
    expect(page, atlas, "row == 2")
    # The panel shows the chart of what is asked, also where it was not there.
    assert chart(page, "tag").locator(".hd-asked").inner_text() == "2"
    assert page.page.locator(".hd-chip").inner_text() == "tag 2"
    page.page.keyboard.press("u")
    page.page.wait_for_selector('body[data-hd-subset="0"]')
    page.page.click("#hd-reset")


def test_texts_are_counted_and_labels_are_asked_for(page: OpenPage, atlas: Atlas) -> None:
    named = chart(page, "named")
    line = named.locator(".hd-different")
    assert line.inner_text() == f"{N} different"
    page.run("hubbleDash.query('members > 4')")
    line.filter(has_text=f"{len(atlas.select('members > 4'))} of {N} different").wait_for()
    named.locator("input").fill("NGC 13")
    expect(page, atlas, 'members > 4 and named ~ "NGC 13"')
    left, matching = (len(atlas.select(f"members > 4{more}")) for more in ("", ' and "NGC 13"'))
    line.filter(has_text=f"{left} of {N} different, {matching} match").wait_for()
    page.run("hubbleDash.filter([])")
    line.filter(has_text=re.compile(f"^{N} different$")).wait_for()
    label = str(atlas.cutouts["label_1"].iloc[0])
    page.page.click(".hd-chooser summary")
    boxes = page.page.locator(".hd-chooser-boxes label")
    assert label not in boxes.all_inner_texts()
    page.page.fill(".hd-chooser input[type=search]", label[:-1])
    boxes.filter(has_text=label).first.click()
    page.page.keyboard.press("Escape")
    drag(page, label, 0.1, 1)
    low = asked(page)[0]["low"]
    assert low > 0
    expect(page, atlas, f"`{label}` >= {low}")
    # A link brings the chart of a label, too.
    page.run("name => { location.hash = `#q=\\`${name}\\` >= 0.05` }", label)
    expect(page, atlas, f"`{label}` >= 0.05")
    assert "hd-brushed" in (chart(page, label).locator(".hd-brush").get_attribute("class") or "")


def test_chips_take_away(page: OpenPage, atlas: Atlas) -> None:
    page.run(
        """hubbleDash.filter([
        { id: "column:kind", kind: "codes", column: "kind", codes: [0, 1] },
        { id: "column:z", kind: "range", column: "z", low: 0.5, high: null },
        { id: "column:named", kind: "text", column: "named", text: "ngc 13" },
    ])"""
    )
    chips = page.page.locator(".hd-chip")
    assert chips.count() == 3
    assert chips.nth(1).inner_text() == "z from 0.5"
    chips.nth(0).click()
    expect(page, atlas, 'z >= 0.5 and named ~ "ngc 13"')
    assert page.run("document.activeElement.className") == "hd-chip"
    page.page.click("#hd-python")
    line = page.run("navigator.clipboard.readText()")
    assert line == """atlas.select('z >= 0.5 and named ~ "ngc 13"')"""
    page.page.click(".hd-clear-all")
    assert asked(page) == []
    assert not page.page.locator(".hd-chips").is_visible()


def test_query_line(page: OpenPage, atlas: Atlas) -> None:
    line = page.page.locator("#hd-query")
    line.fill("members > 3 and zz < 1")
    line.press("Enter")
    error = page.page.locator("#hd-query-error")
    error.wait_for()
    assert "no column zz" in error.inner_text()
    assert error.locator("mark").inner_text() == "zz"
    assert page.run("[getSelection() && document.activeElement.selectionStart]") == [16]
    assert line.get_attribute("aria-invalid") is not None
    assert asked(page) == []
    line.fill("members > 3 and observ")
    page.page.locator("#hd-query-choices li").first.wait_for()
    line.press("ArrowDown")
    line.press("Tab")
    assert line.input_value() == "members > 3 and observed"
    line.press_sequentially(' < "2005"')
    line.press("Enter")
    expect(page, atlas, 'members > 3 and observed < "2005"')
    assert page.run("hubbleDash.query('members > 4')") == atlas.select("members > 4").tolist()
    assert line.input_value() == "members > 4"
    line.fill("")
    line.press("Enter")
    page.page.wait_for_selector(f'body[data-hd-subset="{N}"]')


def test_search(page: OpenPage, atlas: Atlas) -> None:
    page.page.locator("#hd-tab-filter").focus()
    page.page.keyboard.press("/")
    box = page.page.locator("#hd-search")
    note = page.page.locator("#hd-search-note")
    page.page.keyboard.type("ngc 130")
    expect(page, atlas, '"ngc 130"')
    assert note.inner_text() == "10 found"
    box.fill("NGC 1305")
    page.wait_for_selected(105)
    box.fill("row 17")
    page.wait_for_selected(17)
    place = atlas.cutouts.iloc[30]
    box.fill(f"{place['ra_deg']:.6f} {place['dec_deg']:.6f} r=1 arcsec")
    page.wait_for_selected(30)
    # A place without a radius means the nearest as well, however far that is.
    for dec in (float(place["dec_deg"]) + 1e-6, 89.0):
        ra = float(place["ra_deg"])
        box.fill(f"{ra:.6f} {dec:.6f}")
        page.wait_for_selected(atlas.nearest_to(ra, dec)[0])
    note.filter(has_text="Nothing lies within 2′; the nearest").wait_for()
    assert asked(page) == []
    page.run("""hubbleDash.filter([
        { id: "column:members", kind: "range", column: "members", low: 6, high: null },
    ])""")
    box.fill("row 18")  # which is found, though not shown strong
    page.wait_for_selected(18)
    assert "none among" in note.inner_text()
    page.run("hubbleDash.filter([])")
    box.fill("no such thing")
    note.filter(has_text="Looked in").wait_for()
    assert "named" in note.inner_text()
    assert asked(page) == []
    page.page.keyboard.press("Escape")
    assert box.input_value() == ""
    assert note.inner_text() == ""


def test_link(page: OpenPage, atlas: Atlas) -> None:
    query = '0.25 <= z <= 0.5 and kind in ["spiral", "ring"] and (ok or members > 2) and "NGC 12"'
    page.run("query => { location.hash = `#q=${encodeURIComponent(query)}`; }", query)
    expect(page, atlas, query)
    assert [one["id"] for one in asked(page)] == ["column:z", "column:kind", "search", "query"]
    assert page.page.locator("#hd-search").input_value() == "NGC 12"
    assert page.page.locator("#hd-query").input_value() == "ok or members > 2"
    assert "hd-brushed" in (chart(page, "z").locator(".hd-brush").get_attribute("class") or "")
    page.page.wait_for_function("decodeURIComponent(location.hash).includes('NGC 12')")
    said = unquote(page.run("location.hash").split("q=")[1].split("&")[0])
    assert atlas.select(said).tolist() == atlas.select(query).tolist()
    page.page.click("#hd-reset")
    page.page.wait_for_selector(f'body[data-hd-subset="{N}"]')
    page.page.wait_for_function("!location.hash.includes('q=')")


PARTS = ["row", "q", "color", "scale", "view", "sky", "image", "tab", "sort", "columns"]
VIEW = """() => JSON.stringify({
    selected: hubbleDash.state.selected,
    asked: hubbleDash.state.filters.map(({ id }) => id),
    color: document.querySelector("#hd-color").selectedOptions[0].textContent,
    scales: [...hubbleDash.state.scales],
    tab: document.querySelector("#hd-tabs [aria-selected=true]").id,
    sorted: document.querySelector("#hd-table [aria-sort$=cending]")?.textContent,
    columns: [...document.querySelectorAll(".hd-table-menu input")].map((e) => e.checked),
    looks: ["hd-map", "hd-sky", "hd-image"].flatMap((name) => {
        const { x_range, y_range } = MODEL(name);
        const middle = (y_range.start + y_range.end) / 2; // whatever the plot's height
        return [x_range.start, x_range.end, middle].map((x) => Number(x.toPrecision(4)) || 0);
    }),
})""".replace("MODEL", MODEL)


def look(page: OpenPage, plot: str, share: float) -> None:
    """Look at a part of what a plot shows."""
    page.run(
        """([name, share]) => {
        const { x_range, y_range } = MODEL(name);
        const [w, h] = [x_range.end - x_range.start, y_range.end - y_range.start];
        return hubbleDash.plotEvent(name, { event_name: "rangesupdate",
            x0: x_range.start + 0.3 * w, x1: x_range.start + (0.3 + share) * w,
            y0: y_range.start + 0.3 * h, y1: y_range.start + (0.3 + share) * h });
    }""".replace("MODEL", MODEL),
        [plot, share],
    )


# Follows a link inside the page, until it is done.
FOLLOW = """(link) => new Promise((resolve) => {
    const before = location.href;
    location.hash = link;
    if (location.href === before) resolve();
    else addEventListener("hashchange", resolve, { once: true });
})"""


def known_parts(page: OpenPage) -> dict[str, str]:
    """What the address says now, but what nobody on the page knows."""
    # With a link that means nothing to anyone the address is written at once, all of it.
    page.run(f"({FOLLOW})('#a=now')")
    parts = dict(part.split("=", 1) for part in page.run("location.hash")[1:].split("&"))
    return {name: said for name, said in parts.items() if name not in ("hd", "a", "")}


def settled(page: OpenPage, expected: str) -> None:
    page.page.wait_for_function(f"expected => ({VIEW})() === expected", arg=expected)


def test_a_link_is_a_view(page: OpenPage) -> None:
    run = page.page
    run.click("#hd-reset")
    run.click("#hd-tab-filter")
    page.run("location.hash = '#row=20'")
    run.wait_for_selector("body[data-hd-shown='20']")
    plain = page.run(VIEW)
    run.select_option("#hd-color", label="z")
    run.click("#hd-legend [data-curve=log]")
    page.run("hubbleDash.query('members > 2')")
    run.click("#hd-tab-table")
    head = run.locator("#hd-table [role=columnheader]", has_text="members")
    head.click()
    run.locator("#hd-table [aria-sort=ascending]").wait_for()
    head.click()
    run.locator("#hd-table [aria-sort=descending]").wait_for()
    run.click(".hd-table-menu summary")
    run.locator(".hd-table-menu label", has_text="scale").click()
    run.keyboard.press("Escape")
    for plot, share in (("hd-map", 0.3), ("hd-sky", 0.1), ("hd-image", 0.4)):
        look(page, plot, share)
    rich = page.run(VIEW)
    # The address follows within half a second, all of it.
    run.wait_for_function(
        "parts => parts.every((part) => RegExp(`[#&]${part}=`).test(location.hash))", arg=PARTS
    )
    link = page.run("location.hash")
    other = OpenPage(run.context.new_page())
    other.goto(page.run("location.href"))
    other.page.wait_for_selector("body[data-hd-shown='20']")
    settled(other, rich)
    assert other.errors == []
    other.page.close()
    page.run("location.hash = '#row=21&color=members&tab=filter&sort=up:z&q='")
    run.wait_for_selector("body[data-hd-shown='21']")
    assert page.run(VIEW) not in (plain, rich)
    run.go_back()
    settled(page, rich)
    run.go_forward()
    run.wait_for_selector("body[data-hd-shown='21']")
    run.wait_for_function("document.querySelector('#hd-tab-filter').ariaSelected === 'true'")
    page.run("link => { location.hash = link }", link)
    settled(page, rich)
    # Back to before the first of them, where nothing of all this was said.
    page.run("history.go(-2)")
    settled(page, rich)
    run.click("#hd-reset")
    run.click("#hd-tab-filter")


def test_nonsense_in_links_changes_nothing(page: OpenPage) -> None:
    run = page.page
    page.run("location.hash = '#row=20&tab=filter'")
    run.wait_for_selector("body[data-hd-shown='20']")
    before, address = page.run(VIEW), known_parts(page)
    random = np.random.default_rng(7)
    values = [
        *("", "-1", "1e99", "%", "%E0%A4%A", "NaN,NaN,1", "1,2", "1,2,-3", "999:1,2,3", "0:1"),
        *("no", "down:no", "sideways:z", ";;", "%2525", "z:cubic", "\u0000", "=own", "a" * 3000),
        *("z >", "no == 1", '"', "((((", "__proto__", "constructor", "Infinity,0,1"),
    ]
    fragments = [
        "#"
        + "&".join(
            f"{random.choice([*PARTS, 'hd', '%61', '%'])}={random.choice(values)}" for _ in range(4)
        )
        for _ in range(40)
    ]
    page.run(
        f"async (fragments) => {{ for (const link of fragments) await ({FOLLOW})(link); }}",
        fragments,
    )
    # What a query means is asked at once; all else stays.
    settled(page, before)
    assert known_parts(page) == address


def test_only_what_can_be_touched(page: OpenPage) -> None:
    page.page.select_option("#hd-color", label="z")
    small = """limit => [...document.querySelectorAll("#hd-filters *, #hd-search, #hd-legend *")]
        .filter((one) => one.matches("button, summary, input, [role=slider]"))
        .filter((one) => one.checkVisibility() && one.offsetParent)
        .map((one) => [one.className, (one.closest("label") ?? one).getBoundingClientRect()])
        .filter(([, { width, height }]) => Math.min(width, height) < limit - 0.01)
        .map(([name, { width, height }]) => `${name} ${width} x ${height}`)"""
    assert page.run(small, 24) == []
    page.page.set_viewport_size({"width": 390, "height": 844})
    page.run("document.getElementById('hd-tab-filter').click()")
    page.page.click("#hd-legend-fold")
    assert page.page.locator("#hd-legend [data-curve]").count() == 2
    assert page.run(small, 44) == []
    page.page.click("#hd-legend-fold")
    assert page.run("document.documentElement.scrollWidth") <= 390
    page.page.set_viewport_size({"width": 1400, "height": 1000})
    page.page.click("#hd-tab-filter")
