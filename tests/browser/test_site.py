"""A published site from a disk: its page of all, by keyboard and for axe, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.published.publish import publish

pytestmark = pytest.mark.browser
AXE = str(files("axe_playwright_python") / "axe.min.js")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def site(atlas: Atlas, flipped_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "texts").mkdir()
    (folder / "texts" / "index.md").write_text(
        "Of [two clouds](nebulae/index.html#row=100), and [more](https://example.org)."
    )
    return publish(
        folder / "site", [atlas, flipped_atlas], title="Clouds", intros=folder / "texts",
        progress=False,
    )  # fmt: skip


@pytest.fixture
def opened(browser: Browser, site: Path) -> Any:
    """Opens the page of all from the disk, offline; nothing goes wrong, and nobody is asked."""
    contexts = []
    trouble: list[str] = []

    def open_it(width: int, scheme: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: said.type == "error" and trouble.append(said.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on(
            "request",
            lambda one: one.url.startswith(("file:", "data:", "blob:")) or trouble.append(one.url),
        )
        page.goto((site / "index.html").as_uri())
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert trouble == []


Open = Callable[[int, str], Page]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_the_page_of_all_fits_and_axe_finds_nothing(opened: Open, width: int, scheme: str) -> None:
    page = opened(width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    pictures = "[...document.images].map(image => image.complete && image.naturalWidth)"
    assert page.evaluate(pictures) == [800, 800]
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    page.add_script_tag(path=AXE)
    found = page.evaluate("tags => axe.run(document, { runOnly: tags })", TAGS)["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_by_keyboard_to_a_report_and_back(opened: Open) -> None:
    page = opened(1400, "light")
    page.click("#hd-theme")
    covers = page.locator(".hd-covers a")
    assert covers.locator("h2").all_text_contents() == ["Two generated nebulae"] * 2
    assert covers.locator("p").all_text_contents() == [
        "216 cutouts of 2 images",
        "108 cutouts of 1 image",
    ]
    for _ in range(3):  # the two links of the text come first
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-hd-ready][data-hd-places]", timeout=30_000)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.click("#hd-home")
    page.wait_for_selector(".hd-covers")
    page.click("article a >> nth=0")
    page.wait_for_selector("body[data-hd-selected='100']", timeout=30_000)
