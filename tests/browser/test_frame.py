"""The frame of the page: sizes, captions, facts, the dock, the sheet of phones, paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.atlases import make_atlas, nebula
from helpers.pages import OpenPage
from playwright.sync_api import Browser

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.export import export

pytestmark = pytest.mark.browser
Open = Callable[..., OpenPage]
PHONE = {"width": 390, "height": 844}
# The least of width and height of each thing to use that is seen, below a limit.
SMALL = """limit => [...document.querySelectorAll("button, select, summary, input, label, a")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .map((element) => element.closest("label") ?? element)
    .map((element) => [element.id || element.className, element.getBoundingClientRect()])
    .filter(([, { width, height }]) => Math.min(width, height) < limit - 0.01)
    .map(([name, { width, height }]) => `${name} ${width} x ${height}`)"""
# Sizes of texts that are seen, in pixels.
SIZES = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const sizes = {};
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
        sizes[parseFloat(getComputedStyle(element).fontSize)] = walker.currentNode.data;
    }
    return sizes;
}"""


@pytest.fixture(scope="module")
def opened(browser: Browser, report: Path) -> Iterator[OpenPage]:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    context.set_offline(True)
    page = OpenPage(context.new_page())
    page.goto(report.as_uri())
    yield page
    context.close()


@pytest.fixture
def page(opened: OpenPage) -> Iterator[OpenPage]:
    """The one page, with a cutout selected."""
    opened.page.set_viewport_size({"width": 1400, "height": 900})
    opened.page.mouse.move(700, 20)
    opened.run("hubbleDash.select(20)")
    opened.wait_for_shown(20)
    yield opened
    assert opened.errors == []


def picture_side(page: OpenPage) -> float:
    box = page.page.locator(".hd-similar canvas").first.bounding_box()
    assert box is not None
    return min(box["width"], box["height"])


def test_pictures_grow_with_the_window(page: OpenPage) -> None:
    assert picture_side(page) >= 140
    page.page.set_viewport_size({"width": 1920, "height": 1080})
    assert picture_side(page) >= 185
    for size in ("document.documentElement.scrollWidth - innerWidth",
                 "document.documentElement.scrollHeight - innerHeight"):  # fmt: skip
        assert page.run(size) == 0


def test_no_text_is_smaller_than_12_pixels(page: OpenPage) -> None:
    sizes = {float(size) for size in page.run(SIZES)}
    assert sizes <= {12, 13, 15, 18}


def test_what_can_be_used_is_large_enough(page: OpenPage) -> None:
    assert page.run(SMALL, 24) == []


def test_captions_say_what_differs(page: OpenPage, atlas: Atlas) -> None:
    rows = atlas.similar(20).rows
    page.page.select_option("#hd-color", label="class")
    page.page.wait_for_selector("#hd-legend .hd-category")
    lines = page.page.locator(".hd-similar").all_inner_texts()
    for row, line in zip(rows, lines, strict=True):
        assert atlas.cutouts["class"][row] in line
    page.page.select_option("#hd-caption", "magnitude")
    lines = page.page.locator(".hd-similar").all_inner_texts()
    for row, line in zip(rows, lines, strict=True):
        assert f"{atlas.cutouts['magnitude'][row]:g}" in line
    page.page.select_option("#hd-color", "own")
    page.page.select_option("#hd-caption", "")
    assert all("spiral" not in line for line in page.page.locator(".hd-similar").all_inner_texts())


def test_facts_of_the_catalogue_come_first_and_words_are_asked_for(
    page: OpenPage, atlas: Atlas
) -> None:
    text = page.page.inner_text("#hd-facts")
    assert text.index("magnitude") < text.index("x ")
    assert atlas.cutouts["label_1"][20] not in text
    page.page.click("#hd-facts summary")
    assert atlas.cutouts["label_1"][20] in page.page.inner_text("#hd-facts")
    page.run("hubbleDash.select(21)")
    page.wait_for_shown(21)
    assert atlas.cutouts["label_1"][21] in page.page.inner_text("#hd-facts")
    page.page.click("#hd-facts summary")


def test_the_position_is_said_once_and_can_be_copied(page: OpenPage, atlas: Atlas) -> None:
    from astropy.coordinates import SkyCoord

    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    own = atlas.cutouts.iloc[20]
    here = SkyCoord(own["ra_deg"], own["dec_deg"], unit="deg")
    page.page.click("#hd-copy-position")
    page.page.wait_for_selector("#hd-copy-position .hd-i-done")
    copied = SkyCoord(page.run("navigator.clipboard.readText()"), unit=("hourangle", "deg"))
    assert copied.separation(here).arcsec < 1
    assert page.page.inner_text("#hd-facts").count("h") <= 8
    links = page.page.locator(".hd-elsewhere a")
    assert links.all_inner_texts() == ["ESASky", "Aladin", "SIMBAD", "NED", "MAST", "Legacy"]
    assert {links.nth(i).get_attribute("rel") for i in range(6)} == {"noopener noreferrer"}


def test_listeners_hear_what_is_selected(page: OpenPage) -> None:
    live = page.page.inner_text("#hd-live")
    assert "row 20" in live
    assert "9 similar cutouts" in live
    assert page.page.get_attribute("#hd-live", "role") == "status"


def test_the_header_counts_what_filters_leave(page: OpenPage, atlas: Atlas) -> None:
    assert not page.page.locator("#hd-counter").is_visible()
    asked = {"id": "class", "column": "class", "kind": "text", "text": "spiral"}
    page.run("filter => hubbleDash.filter([filter])", asked)
    n = int((atlas.cutouts["class"] == "spiral").sum())
    assert page.page.inner_text("#hd-count") == f"{n} of {len(atlas)}"
    page.page.click("#hd-clear")
    page.page.wait_for_selector("#hd-counter", state="hidden")
    assert len(page.run("hubbleDash.rows()")) == len(atlas)


def test_beside_the_count_a_phone_s_title_keeps_its_room(page: OpenPage) -> None:
    """Its room is measured with a long title; the count stands below it, over nothing else."""
    page.page.set_viewport_size(PHONE)
    page.run("hubbleDash.query('row < 100')")
    page.page.wait_for_selector("#hd-count:not(:empty)")
    title, count = (page.page.locator(name).bounding_box() for name in ("h1", "#hd-count"))
    assert title is not None
    assert count is not None
    room = page.run("document.querySelector('.hd-heading').clientWidth")
    assert room >= 160
    assert count["y"] >= title["y"] + title["height"] - 1
    assert count["x"] + count["width"] <= title["x"] + room
    page.page.click("#hd-clear")
    page.page.wait_for_selector("#hd-counter", state="hidden")


def test_nothing_stands_over_the_parent_image(page: OpenPage) -> None:
    """So boxes at its edges are seen; everything else of its panel has a strip of its own."""
    for size in ({"width": 1400, "height": 900}, {"width": 820, "height": 1180}):
        page.page.set_viewport_size(size)
        over = page.run(
            """() => {
                const { bottom } = document.getElementById("hd-image").getBoundingClientRect();
                const beside = "#hd-place-image > :not(#hd-image, [hidden])";
                const others = [...document.querySelectorAll(beside)];
                return [others.length, ...others
                    .filter((other) => other.getBoundingClientRect().top < bottom - 0.5)
                    .map(({ id, className }) => id || className)];
            }"""
        )
        assert over == [3]


def test_the_dock_has_tabs_and_folds(page: OpenPage) -> None:
    before = page.page.locator("#hd-map").bounding_box()
    assert before is not None
    page.page.click("#hd-fold")
    after = page.page.locator("#hd-map").bounding_box()
    assert after is not None
    assert after["height"] > before["height"] + 150
    assert not page.page.locator("#hd-image").is_visible()
    page.page.reload()
    page.page.wait_for_selector("body[data-hd-ready]")
    assert page.page.get_attribute("#hd-fold", "aria-expanded") == "false"
    page.page.click("#hd-fold")
    assert page.page.locator("#hd-image").is_visible()


def test_tabs_by_keyboard(open_page: Open, atlas: Atlas, tmp_path: Path) -> None:
    n = len(atlas)
    copy = Atlas(atlas.path, {**atlas.manifest, "n_images": n})  # so that sky and image are apart
    copy.images, copy.cutouts = atlas.images, atlas.cutouts
    page = open_page(export(copy, tmp_path / "page.html", check="fast"))
    page.run("hubbleDash.select(3)")
    page.wait_for_shown(3)
    assert page.page.locator("#hd-sky").is_visible()
    page.page.focus("#hd-tabs [aria-selected=true]")
    page.page.keyboard.press("ArrowRight")
    assert page.page.locator("#hd-image").is_visible()
    assert not page.page.locator("#hd-sky").is_visible()
    assert page.selected == "3"  # the page's own arrows mean something else


def test_the_sheet_has_three_heights(open_page: Open, report: Path) -> None:
    page = open_page(report, has_touch=True, is_mobile=True)
    page.page.set_viewport_size(PHONE)
    tiles = page.page.locator(".hd-start")
    tiles.last.scroll_into_view_if_needed()
    tabs = page.page.locator("#hd-tabs").bounding_box()
    last = tiles.last.bounding_box()
    assert tabs is not None
    assert last is not None
    assert last["y"] + last["height"] <= tabs["y"] < 844
    page.run("hubbleDash.select(20)")
    page.wait_for_shown(20)
    page.wait_until_still()

    def top() -> float:
        box = page.page.locator("#hd-sheet").bounding_box()
        assert box is not None
        return box["y"]

    middle = top()
    box = page.page.locator("#hd-map").bounding_box()
    assert box is not None
    assert 300 <= box["height"] <= 340
    page.page.click("#hd-sheet-raise")
    page.page.wait_for_function(
        "y => document.getElementById('hd-sheet').getBoundingClientRect().y < y - 200", arg=middle
    )
    assert page.page.is_disabled("#hd-sheet-raise")
    page.page.focus("#hd-sheet-grip")
    page.page.keyboard.press("ArrowDown")
    page.page.keyboard.press("ArrowDown")
    page.page.wait_for_function(
        "y => document.getElementById('hd-sheet').getBoundingClientRect().y > y + 200", arg=middle
    )
    page.page.hover("#hd-sheet-grip")  # which waits until it stands still
    grip = page.page.locator("#hd-sheet-grip").bounding_box()
    assert grip is not None
    page.page.mouse.move(grip["x"] + 20, grip["y"] + 20)
    page.page.mouse.down()
    page.page.mouse.move(grip["x"] + 20, grip["y"] - 180, steps=4)
    page.page.mouse.up()
    page.page.wait_for_function("document.body.dataset.hdSheet === 'middle'")
    assert page.run(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    ) == [390, 844]
    assert page.page.locator("#hd-facts dt").first.is_visible()
    assert page.run(SMALL, 44) == []
    page.page.click("#hd-tab-image")
    assert page.page.locator("#hd-image").is_visible()
    assert not page.page.locator("#hd-facts").is_visible()
    # What has pictures of its own has the room of the similar ones, and the selected one stays.
    for tab in ("table", "picked", "odd"):
        assert page.page.locator("#hd-similar").is_visible()
        page.page.click(f"#hd-tab-{tab}")
        assert not page.page.locator("#hd-similar").is_visible()
        assert page.page.locator(".hd-portrait").is_visible()
        box = page.page.locator(".hd-dock-body > .hd-on").bounding_box()
        assert box is not None
        assert box["height"] >= 250
        page.page.click("#hd-tab-image")
    assert page.errors == []
    # With nothing selected a raised sheet has room for a tab, whose name comes into view.
    page.page.click("#hd-reset")
    page.page.click("#hd-sheet-raise")
    page.page.click("#hd-tab-filter")
    page.page.wait_for_function("document.getElementById('hd-dock').clientHeight > 350")
    page.run("document.getElementById('hd-tab-odd').click()")
    name = page.page.locator("#hd-tab-odd").bounding_box()
    assert name is not None
    assert name["x"] + name["width"] <= 390


def test_paper_is_white_and_says_where_it_comes_from(page: OpenPage, atlas: Atlas) -> None:
    page.page.emulate_media(media="print", color_scheme="dark")
    try:
        assert page.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert not page.page.locator("#hd-theme").is_visible()
        assert not page.page.locator("#hd-image").is_visible()
        line = page.page.inner_text("#hd-print")
        assert atlas.manifest["hubble_dash"] in line
        assert picture_side(page) > 150
    finally:
        page.page.emulate_media(media="screen")


def n_sheets(page: OpenPage, paper: str, *, landscape: bool) -> int:
    """How many sheets of paper the page takes."""
    page.page.emulate_media(media="null")  # else it prints what was emulated last
    printed = page.page.pdf(format=paper, landscape=landscape)
    return len(re.findall(rb"/Type\s*/Page\b", printed))


def test_a_sheet_of_paper_has_all_of_it(page: OpenPage, atlas: Atlas) -> None:
    for paper, landscape in (("Letter", False), ("A4", True)):
        assert n_sheets(page, paper, landscape=landscape) == 1
    page.run("hubbleDash.query('row < 100 and row != 7')")
    page.run("hubbleDash.select(20)")
    page.wait_for_shown(20)
    page.page.click("#hd-among [data-among=subset]")
    page.page.wait_for_function("hubbleDash.state.shown.found.among === 99")
    for paper, landscape in (("Letter", False), ("A4", True)):
        assert n_sheets(page, paper, landscape=landscape) == 1
    lines = page.page.locator(".hd-print-asked p")
    assert lines.all_text_contents() == [
        f"99 of {len(atlas)}: row < 100 and row != 7",
        "row 20 and similar, of the subset",
    ]
    page.page.click(".hd-portrait")
    page.page.wait_for_selector("#hd-closely[open] .hd-bar i")
    assert n_sheets(page, "A4", landscape=False) == 1
    width = 700
    page.page.set_viewport_size({"width": width, "height": 900})
    page.page.emulate_media(media="print")
    try:
        pane = page.page.locator(".hd-pane").first
        assert pane.evaluate("pane => getComputedStyle(pane).backgroundColor") == "rgba(0, 0, 0, 0)"
        panes = page.page.locator(".hd-panes").bounding_box()
        assert panes is not None
        assert panes["width"] <= width
        assert not page.page.locator(".hd-header").is_visible()
    finally:
        page.page.emulate_media(media="screen")
        page.page.set_viewport_size({"width": 1400, "height": 900})
    page.page.keyboard.press("Escape")
    page.page.click("#hd-about-open")
    page.page.emulate_media(media="print")
    try:
        about = page.page.locator("#hd-about")
        assert about.evaluate("about => about.scrollHeight <= about.clientHeight + 1")
        assert not page.page.locator(".hd-main").is_visible()
    finally:
        page.page.emulate_media(media="screen")
        page.page.keyboard.press("Escape")


def test_tiles_to_start_from_are_seen_on_paper(page: OpenPage) -> None:
    page.page.click("#hd-reset")
    page.run("hubbleDash.filter([])")
    page.page.emulate_media(media="print")
    try:
        tile = page.page.locator(".hd-start .hd-picture").first.bounding_box()
        assert tile is not None
        assert tile["width"] > 100
    finally:
        page.page.emulate_media(media="screen")


def test_a_placeholder_is_told_on_its_picture(open_page: Open, tmp_path: Path) -> None:
    told = [None, "text on one tone", None, None]
    atlas = make_atlas(tmp_path / "x.atlas", limit=4, columns={"placeholder": told})
    page = open_page(export(atlas, tmp_path / "x.html", check="fast"))
    page.page.wait_for_selector(".hd-start .hd-doubt")
    assert page.page.locator(".hd-start .hd-doubt").count() == 1
    page.run("hubbleDash.select(1)")
    page.wait_for_shown(1)
    assert page.page.inner_text(".hd-portrait .hd-doubt") == "placeholder?"
    assert page.page.locator(".hd-similar .hd-doubt").count() == 0
    page.run("hubbleDash.select(0)")
    page.wait_for_shown(0)
    assert page.page.locator('.hd-similar[data-row="1"] .hd-doubt').count() == 1
    assert page.page.locator(".hd-doubt:visible").count() == 1


def test_where_images_are_cutouts_one_begins_with_charts(open_page: Open, tmp_path: Path) -> None:
    pictures = [nebula(seed)[:48, :48] for seed in range(9)]
    kinds = {"class": ["spiral", "star", "arc"] * 3}
    atlas = make_atlas(tmp_path / "x.atlas", pictures=pictures, sky=False, columns=kinds)
    written = export(atlas, tmp_path / "x.html", check="fast")
    page = open_page(written)
    seen = page.page.locator("#hd-tabs [aria-selected=true]")
    assert seen.inner_text() == "Filter"
    page.page.wait_for_selector(".hd-category-bar[title=spiral]")
    page.page.click("#hd-tab-image")
    page.page.wait_for_function("location.hash === '#tab=image'")
    page.page.reload()
    page.page.wait_for_selector("body[data-hd-ready]")
    page.page.wait_for_selector("#hd-tab-image[aria-selected=true]")
    page.page.set_viewport_size(PHONE)
    page.page.click("#hd-tab-facts")
    page.page.set_viewport_size({"width": 1400, "height": 900})
    page.page.wait_for_selector("#hd-tab-filter[aria-selected=true]")


def test_a_page_of_one_cutout_has_no_map(
    lonely_atlas: Atlas, open_page: Open, tmp_path: Path
) -> None:
    page = open_page(export(lonely_atlas, tmp_path / "one.html"))
    assert not page.page.locator("#hd-map").is_visible()
    assert page.page.locator("#hd-image").is_visible()
