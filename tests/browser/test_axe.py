"""What axe-core finds in the page, in all its states and both themes: nothing."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from helpers.pages import OpenPage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.export import export

pytestmark = pytest.mark.browser
Open = Callable[..., OpenPage]
AXE = str(files("axe_playwright_python") / "axe.min.js")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: OpenPage) -> list[str]:
    page.wait_until_still()
    found: list[dict[str, Any]] = page.run(
        "tags => axe.run(document, { runOnly: tags }).then(({ violations }) => violations)", TAGS
    )
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_axe_finds_nothing(open_page: Open, report: Path, theme: str, width: int) -> None:
    page = open_page(report, color_scheme=theme, has_touch=width < 600)
    page.page.set_viewport_size({"width": width, "height": 844})
    page.page.add_script_tag(path=AXE)
    assert violations(page) == [], "with nothing selected"
    page.run("hubbleDash.select(20)")
    page.wait_for_shown(20)
    page.page.select_option("#hd-color", label="class")
    page.page.click("#hd-facts summary")
    assert violations(page) == [], "selected"
    page.run("hubbleDash.query('magnitude > 20.5')")
    page.page.click("#hd-among [data-among=subset]")
    page.page.select_option("#hd-where", "same")
    page.page.wait_for_selector("#hd-none button")
    assert violations(page) == [], "nothing of the subset at the same place"
    page.page.click("#hd-none button")
    page.run("hubbleDash.filter([])")
    page.page.click("#hd-tab-table")
    page.page.click("#hd-table [role=columnheader]:has-text('magnitude')")
    page.page.wait_for_selector("#hd-table [aria-sort=ascending]")
    page.page.click(".hd-table-menu summary")
    assert violations(page) == [], "the table"
    page.page.click(".hd-table-menu summary")
    if width < 600:
        page.page.click("#hd-sheet-raise")
        assert violations(page) == [], "with the sheet raised"
    page.page.click("#hd-tab-filter")
    page.run("hubbleDash.query('magnitude > 20.5 and class == \"spiral\"')")
    page.page.fill("#hd-query", "magnitud > 20")
    page.page.press("#hd-query", "Enter")
    page.page.wait_for_selector("#hd-query-error:not([hidden])")
    assert violations(page) == [], "filtered, with an error"
    page.page.fill("#hd-query", "mag")
    page.page.click(".hd-category-bar")
    assert violations(page) == [], "ticked, with proposals"
    page.run("hubbleDash.filter([])")
    page.run("document.querySelector('[id=hd-tab-facts], [role=tab]').click()")
    page.page.click("#hd-about-open")
    assert violations(page) == [], "about"
    page.page.keyboard.press("Escape")
    page.page.keyboard.press("?")
    assert violations(page) == [], "keys"
    page.page.keyboard.press("Escape")
    page.page.click(".hd-portrait")
    page.page.wait_for_selector("#hd-closely[open] .hd-bar i")
    assert violations(page) == [], "looked at closely"
    page.page.keyboard.press("n")
    page.page.wait_for_function("document.querySelectorAll('.hd-pane').length === 10")
    assert violations(page) == [], "all looked at closely"


@pytest.mark.parametrize(("theme", "width"), [("light", 1400), ("dark", 1400), ("dark", 390)])
def test_axe_finds_nothing_in_a_story(
    open_page: Open, atlas: Atlas, tmp_path: Path, theme: str, width: int
) -> None:
    text = tmp_path / "story.md"
    text.write_text(
        "# What is there\n\n> Said, `coded`, [linked](#row=3), [elsewhere](https://example.org).\n\n"
        "| a | b |\n|---|--:|\n| 1 | 2 |\n\n    a block\n\n" + "A line of it.\n\n" * 60
    )
    page = open_page(
        export(atlas, tmp_path / "p.html", intro=text, theme=theme), has_touch=width < 600
    )
    page.page.set_viewport_size({"width": width, "height": 844})
    page.page.add_script_tag(path=AXE)
    assert violations(page) == []
