"""A story beside the data: its links set the page, in a file, a folder and a frame."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.pages import OpenPage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.export import export
from hubble_dash.viewer.exported.folder import write_folder
from hubble_dash.viewer.page import PageOptions
from hubble_dash.viewer.telling.story import read_story

pytestmark = pytest.mark.browser
Open = Callable[..., OpenPage]
STORY = (
    """\
# What is there
See [the first](#row=100), then [the bright](#q=magnitude < 20.5&tab=table), [all](#q=), [none](#).

"""
    + "A line of it.\n\n" * 60
)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("story") / "story.md"
    path.write_text(STORY, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def told(atlas: Atlas, text: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(atlas, tmp_path_factory.mktemp("told") / "p.html", intro=text, theme="dark")


def follow(page: OpenPage, words: str) -> None:
    page.page.click(f"#hd-story a:text-is('{words}')")


def test_a_link_sets_the_page(open_page: Open, told: Path) -> None:
    page = open_page(told)
    assert page.run("document.documentElement.dataset.theme") == "dark"
    follow(page, "the first")
    page.wait_for_shown(100)
    follow(page, "the bright")
    page.page.wait_for_selector("body[data-hd-subset='50']")
    assert page.page.locator(".hd-table").is_visible()
    assert page.selected == "100"
    page.page.go_back()
    page.page.wait_for_selector("body[data-hd-subset='216']")
    follow(page, "none")
    page.page.wait_for_selector("body:not([data-hd-selected])")
    # It can be put away, and read by keyboard.
    page.page.focus("#hd-story")
    page.page.keyboard.press("ArrowDown")
    page.page.wait_for_function("document.getElementById('hd-story').scrollTop > 0")
    page.page.click("#hd-story-open")
    assert not page.page.locator("#hd-story").is_visible()
    assert page.page.get_attribute("#hd-story-open", "aria-expanded") == "false"
    assert page.errors == []
    assert not [url for url in page.requests if not url.startswith(("file:", "data:", "blob:"))]


def test_a_link_sets_the_page_of_a_folder(
    open_page: Open, atlas: Atlas, text: Path, tmp_path: Path
) -> None:
    folder = write_folder(
        atlas, tmp_path / "x", max_points=100, options=PageOptions(story=read_story(intro=text))
    )
    page = open_page(folder / "index.html")
    follow(page, "the bright")
    page.page.wait_for_selector("body[data-hd-subset='50']")
    assert page.errors == []


def test_on_a_phone_it_is_a_tab_of_the_sheet(open_page: Open, told: Path) -> None:
    page = open_page(told)
    page.page.set_viewport_size({"width": 390, "height": 844})
    page.page.wait_for_selector("#hd-tab-story[aria-selected=true]")
    follow(page, "the first")
    page.wait_for_selected(100)
    assert page.page.locator(".hd-portrait").is_visible()
    assert page.page.locator("#hd-story").is_visible()
    page.page.set_viewport_size({"width": 1400, "height": 900})
    page.page.wait_for_selector("main > #hd-story")


def test_paper_has_story_and_method(open_page: Open, told: Path, atlas: Atlas) -> None:
    page = open_page(told)
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    page.page.emulate_media(media="print")
    story, main = (page.page.locator(name).bounding_box() for name in ("#hd-story", "main"))
    assert story is not None
    assert main is not None
    assert story["y"] + story["height"] <= main["y"]
    assert story["height"] > 60 * 20
    assert "cosine" in page.page.inner_text("#hd-print")
    assert atlas.manifest["hubble_dash"] in page.page.inner_text("#hd-print")
    page.run("window.dispatchEvent(new Event('afterprint'))")
    assert page.page.locator("main > #hd-story").count() == 1


def test_in_a_frame_without_an_address_links_set_it_too(
    open_page: Open, told: Path, tmp_path: Path
) -> None:
    """As in a notebook: there a link would lead to the page around the frame."""
    inner = html.escape(told.read_text(encoding="utf-8"))
    around = tmp_path / "notebook.html"
    around.write_text(
        "<body data-hd-ready data-hd-places>"
        f'<iframe srcdoc="{inner}" style="width: 1300px; height: 800px"></iframe></body>',
        encoding="utf-8",
    )
    page = open_page(around)
    frame = page.page.frame_locator("iframe")
    frame.locator("body[data-hd-ready]").wait_for()
    frame.locator("#hd-story a:text-is('the first')").click()
    frame.locator("body[data-hd-selected='100']").wait_for()
    frame.locator("#hd-back").click()
    frame.locator("body:not([data-hd-selected])").wait_for()
    assert page.errors == []
