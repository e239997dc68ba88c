"""The table of the subset: order, rows that are seen, pointer, keys, columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.pages import OpenPage
from playwright.sync_api import Browser

from hubble_dash.atlas.atlas import Atlas

pytestmark = pytest.mark.browser
Open = Callable[..., OpenPage]
# The rows that are drawn, in the order in which they are read.
ROWS = "[...document.querySelectorAll('#hd-table [data-row]')].map(row => Number(row.dataset.row))"
# Which cell has the focus: its row in the table, and its column.
FOCUS = """[document.activeElement.closest("[role=row]").getAttribute("aria-rowindex"),
    document.activeElement.getAttribute("aria-colindex")].map(Number)"""
IN_VIEW = """row => {
    const box = document.querySelector(`#hd-table [data-row="${row}"]`)?.getBoundingClientRect();
    const grid = document.querySelector("#hd-table [role=grid]").getBoundingClientRect();
    return Boolean(box) && box.top >= grid.top + 20 && box.bottom <= grid.bottom + 1;
}"""


@pytest.fixture(scope="module")
def opened(browser: Browser, report: Path) -> Iterator[OpenPage]:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    context.set_offline(True)
    page = OpenPage(context.new_page())
    page.goto(report.as_uri())
    page.page.click("#hd-tab-table")
    yield page
    context.close()


@pytest.fixture
def page(opened: OpenPage) -> Iterator[OpenPage]:
    """The one page, all cutouts in the table as they are, the first in view, none selected."""
    for order in ("ascending", "descending"):
        if opened.page.locator(f"#hd-table [aria-sort={order}]").count():
            opened.page.click(f"#hd-table [aria-sort={order}]")
            opened.page.wait_for_selector(f"#hd-table [aria-sort={order}]", state="detached")
    opened.page.mouse.move(700, 20)
    opened.page.keyboard.press("Escape")
    opened.run("hubbleDash.filter([])")
    opened.run("document.querySelector('#hd-table [role=grid]').scrollTo(0, 0)")
    first_rows(opened, [0, 1, 2])
    yield opened
    assert opened.errors == []


def first_rows(page: OpenPage, rows: list[int]) -> None:
    page.page.wait_for_function(
        f"rows => ({ROWS}).slice(0, rows.length).join() === rows.join()", arg=rows
    )


def head(page: OpenPage, name: str) -> str:
    page.page.wait_for_selector(f"#hd-table [role=columnheader]:has-text('{name}')")
    return f"#hd-table [role=columnheader]:has-text('{name}')"


def test_a_click_on_a_head_sorts_up_down_and_not_at_all(page: OpenPage, atlas: Atlas) -> None:
    classes = atlas.cutouts["class"]
    rising = [*(classes == "elliptical").to_numpy().nonzero()[0]]
    falling = [*(classes == "spiral").to_numpy().nonzero()[0]]
    for order, rows in [("ascending", rising), ("descending", falling), ("none", range(9))]:
        page.page.click(head(page, "class"))
        first_rows(page, [int(row) for row in rows[:6]])  # ties stay as they are
        assert page.page.get_attribute(head(page, "class"), "aria-sort") == order
    by_ra = [int(row) for row in atlas.cutouts["ra_deg"].argsort(kind="stable")]
    page.page.click(head(page, "ra"))
    first_rows(page, by_ra[:6])
    said = page.page.inner_text(f'#hd-table [data-row="{by_ra[0]}"]')
    assert f"{atlas.cutouts['ra_deg'][by_ra[0]]:.5f}" in said
    assert atlas.cutouts["class"][by_ra[0]] in said


def test_rows_that_are_not_seen_are_not_there(page: OpenPage, atlas: Atlas) -> None:
    grid = page.page.locator("#hd-table [role=grid]")
    assert grid.get_attribute("aria-rowcount") == str(len(atlas) + 1)
    assert 5 <= len(page.run(ROWS)) <= 30
    page.run("document.querySelector('#hd-table [role=grid]').scrollTo(0, 1e9)")
    last = f'#hd-table [data-row="{len(atlas) - 1}"]'
    page.page.wait_for_selector(last)
    assert page.page.get_attribute(last, "aria-rowindex") == str(len(atlas) + 1)
    assert len(page.run(ROWS)) <= 30
    page.page.wait_for_selector(f"{last} canvas")
    assert page.page.locator("#hd-table [role=gridcell] > bdi").count() > 0  # names of any script


def test_a_click_selects_and_the_pointer_hovers(page: OpenPage) -> None:
    page.page.hover('#hd-table [data-row="2"]')
    assert page.run("hubbleDash.state.hovered") == 2
    page.page.click('#hd-table [data-row="2"]')
    page.wait_for_selected(2)
    assert page.page.get_attribute('#hd-table [data-row="2"]', "aria-selected") == "true"
    assert page.page.locator("#hd-table [aria-selected=true]").count() == 1


def test_what_is_selected_elsewhere_comes_into_view(page: OpenPage) -> None:
    for row in (170, 3):
        page.run("row => hubbleDash.select(row)", row)
        page.page.wait_for_function(IN_VIEW, arg=row)
        assert page.page.get_attribute(f'#hd-table [data-row="{row}"]', "aria-selected") == "true"


def test_keys_go_through_the_grid(page: OpenPage, atlas: Atlas) -> None:
    page.page.focus('#hd-table [tabindex="0"]')
    press = page.page.keyboard.press
    press("Home")
    assert page.run(FOCUS)[0] in (1, 2)
    press("ArrowDown")
    press("ArrowRight")
    row, column = page.run(FOCUS)
    press("PageDown")
    assert page.run(FOCUS)[0] > row + 2
    press("End")
    assert page.run(FOCUS) == [len(atlas) + 1, column]
    assert page.run(IN_VIEW, len(atlas) - 1)
    assert page.run("hubbleDash.state.hovered") == len(atlas) - 1
    press("Enter")
    page.wait_for_selected(len(atlas) - 1)
    press("Home")
    press("ArrowUp")
    assert page.run(FOCUS) == [1, column]
    press("Enter")
    page.page.wait_for_selector("#hd-table [aria-sort=ascending]:focus")
    assert page.page.locator('#hd-table [tabindex="0"]').count() == 1


def test_it_is_a_table_of_the_subset(page: OpenPage, atlas: Atlas) -> None:
    spirals = [int(row) for row in (atlas.cutouts["class"] == "spiral").to_numpy().nonzero()[0]]
    page.run("hubbleDash.query('class == \"spiral\"')")
    first_rows(page, spirals[:6])
    grid = page.page.locator("#hd-table [role=grid]")
    assert grid.get_attribute("aria-rowcount") == str(len(spirals) + 1)
    assert page.page.inner_text(".hd-table-tools output") == f"{len(spirals)} of {len(atlas)}"
    page.page.click(head(page, "magnitude"))
    page.page.click(head(page, "magnitude"))
    first_rows(page, spirals[:-7:-1])
    page.run("hubbleDash.query('magnitude > 1000')")
    page.page.wait_for_selector(".hd-table-empty", state="visible")
    assert page.run(ROWS) == []
    page.run("hubbleDash.query('')")
    page.page.wait_for_selector("#hd-table [data-row]")


def test_columns_are_chosen_and_remembered(open_page: Open, report: Path) -> None:
    page = open_page(report)
    page.page.click("#hd-tab-table")
    page.page.wait_for_selector("#hd-table [data-row]")
    heads = "[...document.querySelectorAll('#hd-table [role=columnheader]')].map(e => e.innerText)"
    shown = page.run(heads)
    # All images are of one instrument, which says nothing.
    assert shown[1:] == ["file", "magnitude", "class", "ra", "dec"]
    page.page.click(".hd-table-menu summary")
    page.page.click(".hd-table-menu label:has-text('INSTRUME')")
    page.page.click(".hd-table-menu label:has-text('class')")
    page.page.click(".hd-table-menu label:has-text('best label')")
    page.page.wait_for_selector("#hd-table [role=columnheader]:has-text('best label')")
    page.page.keyboard.press("Escape")
    assert not page.page.locator(".hd-table-menu label").first.is_visible()
    expected = ["file", "magnitude", "INSTRUME", "ra", "dec", "best label"]
    assert page.run(heads)[1:] == expected
    page.page.goto("about:blank")
    page.goto(report.as_uri())  # without what the address said
    page.page.click("#hd-tab-table")
    page.page.wait_for_selector("#hd-table [data-row]")
    assert page.run(heads)[1:] == expected
    assert page.errors == []
