"""What a page tells beside its data: links that lead somewhere, a logo, and where all of it is."""

from __future__ import annotations

import logging
import os
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.cli.main import main
from hubble_dash.errors import ExportError
from hubble_dash.viewer.data.orders import HilbertOrder
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.data.schema import ThumbnailsIndex
from hubble_dash.viewer.exported.export import export
from hubble_dash.viewer.linker import link_modules
from hubble_dash.viewer.page import PageOptions, make_page, page_data
from hubble_dash.viewer.telling.links import PARTS, check_links
from hubble_dash.viewer.telling.pictures import MAX_LOGO_BYTES
from hubble_dash.viewer.telling.story import NO_STORY, read_story


@pytest.fixture
def written(tmp_path: Path) -> dict[str, Path]:
    """A text, a style sheet and a logo."""
    found = {"intro": tmp_path / "x.md", "theme": tmp_path / "x.css", "logo": tmp_path / "x.png"}
    found["intro"].write_text("Look at [the first](#row=0).")
    found["theme"].write_text(":root { --own: 1px }")
    PillowImage.new("RGB", (40, 20), "red").save(found["logo"])
    return found


@pytest.mark.usefixtures("plain_page")
@pytest.mark.parametrize("name", ["page.html", "report"])
def test_it_stands_in_a_file_and_in_a_folder(
    name: str, atlas: Atlas, tmp_path: Path, written: dict[str, Path]
) -> None:
    options = [word for key, path in written.items() for word in (f"--{key}", str(path))]
    assert main(["export", str(atlas.path), str(tmp_path / name), "--quiet", *options]) == 0
    page = tmp_path / name if name == "page.html" else tmp_path / name / "index.html"
    html = page.read_text(encoding="utf-8")
    assert '<a href="#row=0" rel="noopener noreferrer">the first</a>' in html
    assert "--own: 1px" in html
    assert '<img class="hd-logo" src="data:image/png;base64,' in html
    assert html.index("--own: 1px") < html.index("@page")


def test_without_it_the_page_has_none_of_it(atlas: Atlas) -> None:
    thumbnails: ThumbnailsIndex = {"size": 1, "columns": 1, "rows": 1, "by": "row"}
    data = page_data(Pieces(atlas, HilbertOrder()).index(thumbnails))
    variables = make_page(atlas, data).variables
    assert (variables["intro"], variables["theme"], variables["logo"]) == ("", "", "")
    assert read_story(atlas) == NO_STORY
    assert (
        make_page(atlas, data, PageOptions(story=read_story(theme="dark"))).variables["theme"]
        == "dark"
    )


def test_nothing_is_written_of_what_cannot_stand_there(atlas: Atlas, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    with pytest.raises(ExportError, match="the theme is 'blue'"):
        export(atlas, out, theme="blue")
    (tmp_path / "logo.svg").write_text("<html><svg></svg></html>")
    with pytest.raises(ExportError, match="cannot stand in a page: it is none of them"):
        export(atlas, out, logo=tmp_path / "logo.svg")
    (tmp_path / "logo.png").write_bytes(os.urandom(MAX_LOGO_BYTES + 1))
    with pytest.raises(ExportError, match=r"logo\.png is larger than 0\.3 MB"):
        export(atlas, out, logo=tmp_path / "logo.png")
    assert not out.exists()


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("#row=216", "link #row=216: there is no row 216; rows are 0 to 215"),
        ("#tab=table&amp;row=x", "link #tab=table&row=x: there is no row x"),
        ("#q=magnitude%20%3E", "link #q=magnitude >: expected"),
    ],
)
def test_a_link_that_leads_nowhere_is_refused(link: str, why: str, atlas: Atlas) -> None:
    with pytest.raises(ExportError, match=f"x.md, {why}"):
        check_links(f'<p><a href="{link}">x</a></p>', atlas, "x.md")


def test_of_a_link_that_may_lead_nowhere_there_is_a_warning(
    atlas: Atlas, caplog: pytest.LogCaptureFixture
) -> None:
    good = ["#row=215", "#q=magnitude%20%3C%2021&amp;color=class", "#q=", "x.html#q=1", "#"]
    check_links("".join(f'<a href="{link}">x</a>' for link in good), atlas, "x.md")
    assert caplog.messages == []
    caplog.set_level(logging.WARNING, "hubble_dash")
    check_links('<a href="#query=1">x</a><a title="t" href="#q=tag%20==%201">x</a>', atlas, "x.md")
    unknown, missing = caplog.messages
    assert "x.md, link #query=1: pages know no 'query'; what they know: among, chosen" in unknown
    assert "x.md, link #q=tag == 1: there is no column tag" in missing


def test_the_parts_of_a_link_are_known_to_the_page() -> None:
    script = link_modules(files("hubble_dash.templates").joinpath("browser"), "main.js")
    assert [part for part in PARTS if f'"{part}"' not in script] == []
