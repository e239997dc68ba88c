"""What axe-core finds in the page, in all its states and both themes: nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import make_clustered
from helpers.pages import OpenPage
from helpers.served import Served

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.guest import Guest
from hubble_dash.viewer.exported.export import export
from hubble_dash.viewer.served.server import dashboard

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


@pytest.fixture(scope="module")
def clustered(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return make_clustered(tmp_path_factory.mktemp("clustered") / "x.atlas")


@pytest.fixture(scope="module")
def with_guests(clustered: Atlas) -> Iterator[Served]:
    """A server that takes any file for the first cutout."""

    def reader(atlas: Atlas) -> Callable[[Path], Guest]:
        pixels = np.full((60, 80, 3), 90, np.uint8)
        return lambda _: Guest(np.array(atlas.fingerprints[0]), pixels, (60, 80), None)

    server = Served({"page": lambda: dashboard(clustered, guests=reader)})
    yield server
    server.stop()


@pytest.mark.parametrize(("theme", "width"), [("light", 1400), ("dark", 390)])
def test_axe_finds_nothing_in_maps_clusters_fields_and_guests(
    open_page: Open, with_guests: Served, theme: str, width: int
) -> None:
    is_phone = width < 600
    page = open_page(
        with_guests.url("page"), color_scheme=theme, has_touch=is_phone, bypass_csp=True
    )
    page.page.set_viewport_size({"width": width, "height": 844})
    page.page.add_script_tag(path=AXE)
    for style in ("points", "density"):
        page.page.keyboard.press("m")
        page.page.wait_for_function("s => hubbleDash.state.mapStyle === s", arg=style)
        assert violations(page) == [], f"the map as {style}"
    for row in (-1, -2):
        with page.page.expect_file_chooser() as chooser:
            page.page.click("#hd-guest-open")
        chooser.value.set_files({"name": "x.png", "mimeType": "image/png", "buffer": b"anything"})
        page.page.wait_for_selector(f".hd-guest[data-row='{row}']")
    page.page.click(".hd-guest[data-row='-1']")
    page.wait_for_shown(-1)
    assert violations(page) == [], "with images of one's own"
    page.page.click("#hd-guest-remove")
    page.wait_for_shown(-2)
    assert violations(page) == [], "with one taken away"
    page.run("hubbleDash.select(20)")
    page.wait_for_shown(20)
    page.page.click("#hd-tab-sky" if is_phone else "#hd-tab-places")
    page.page.click("#hd-sky-field")
    page.page.wait_for_function("location.hash.includes('sky=field:')")
    assert violations(page) == [], "a field of the sky"
    page.run("hubbleDash.query('magnitude > 20.5')")
    if is_phone:
        page.page.click("#hd-tab-image")
    page.page.click("#hd-image-heat")
    page.page.click("#hd-image-lasso")
    assert violations(page) == [], "heat, and a lasso in hand"
    page.page.keyboard.press("Escape")
    page.page.click("#hd-tab-clusters")
    page.page.click(".hd-cluster-list li:first-child .hd-i-only")
    page.page.wait_for_selector(".hd-left-out")
    assert violations(page) == [], "one cluster alone"
    page.page.focus(".hd-cluster")
    page.page.keyboard.press("F2")
    page.page.wait_for_selector(".hd-rename")
    assert violations(page) == [], "a cluster that is renamed"


def test_icons_are_seen_in_colours_that_are_forced(open_page: Open, report: Path) -> None:
    page = open_page(report, forced_colors="active", color_scheme="dark")
    page.run("hubbleDash.select(20)")
    page.wait_for_shown(20)
    colors = page.run(
        """[...document.querySelectorAll("button .hd-i")].map((icon) => [icon, icon.parentElement]
            .map((one) => getComputedStyle(one).backgroundColor))"""
    )
    assert len(colors) > 20
    assert all(icon != button for icon, button in colors)
    pressed = "getComputedStyle(document.querySelector('#hd-map-style [aria-pressed=true]'))"
    assert page.run(f"{pressed}.outlineStyle") == "solid"


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
