"""A site of several reports: what is in it, what it refuses, and that it is whole or as it was."""

from __future__ import annotations

import json
import logging
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from helpers.atlases import make_atlas, nebula
from helpers.originals import Given
from PIL import Image as PillowImage

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.cli.main import main
from hubble_dash.disk.names import folder_beside
from hubble_dash.errors import AtlasError, ExportError
from hubble_dash.verification.verify import verify
from hubble_dash.viewer.exported.folder import MARKER
from hubble_dash.viewer.published.front import Report, front_html, social_tags
from hubble_dash.viewer.published.publish import publish
from hubble_dash.viewer.published.site import Site, write_site
from hubble_dash.viewer.telling.story import NO_STORY

pytestmark = pytest.mark.usefixtures("plain_page")
URL = "https://me.github.io/sky"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    folder = tmp_path_factory.mktemp("small")
    return make_atlas(
        folder / "A & b.atlas", pictures=[nebula(5)], limit=12, title="Clouds <of> dust"
    )


class Head(HTMLParser):
    """The tags of a page by name: what they say of the page, and where they lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: list[str] = []
        self.sources: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "meta" and (name := found.get("property") or found.get("name")):
            self.meta[name] = found["content"]
        if tag == "a":
            self.links.append(found["href"])
        if tag == "img":
            self.sources.append(found["src"])


def head(path: Path) -> Head:
    return Head(path.read_text(encoding="utf-8"))


def files_of(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_a_site_has_a_page_of_all_and_a_report_of_each(
    atlas: Atlas, small: Atlas, tmp_path: Path
) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "index.md").write_text("Begin with [the first](nebulae/index.html#row=0).")
    (texts / "nebulae.md").write_text("The [third](#row=2) is <script>red</script>.")
    words = ["publish", str(tmp_path / "site"), str(atlas.path), str(small.path), "--quiet"]
    options = ["--title", "A & B", "--intros", str(texts), "--theme", "dark", "--url", f"{URL}/"]
    assert main([*words, *options]) == 0
    site = tmp_path / "site"
    assert files_of(site) == {
        *("index.html", "card.jpg", ".nojekyll", "hubble-dash-site.json"),
        *(f"{name}/{file}" for name in ("nebulae", "A-b") for file in
          ("index.html", "card.jpg", "cover.jpg")),
    }  # fmt: skip
    front = head(site / "index.html")
    assert front.links == ["nebulae/index.html#row=0", "nebulae/index.html", "A-b/index.html"]
    assert front.sources == ["nebulae/cover.jpg", "A-b/cover.jpg"]
    assert front.meta["og:title"] == "A & B"
    assert front.meta["og:description"] == "2 collections, 228 cutouts"
    assert front.meta["og:image"] == f"{URL}/card.jpg"
    page = head(site / "A-b" / "index.html")
    assert page.meta["og:title"] == "Clouds <of> dust"
    assert page.meta["og:url"] == f"{URL}/A-b/"
    assert page.meta["og:image"] == f"{URL}/A-b/card.jpg"
    assert "../index.html" in page.links
    told = (site / "nebulae" / "index.html").read_text(encoding="utf-8")
    assert 'The <a href="#row=2" rel="noopener noreferrer">third</a> is .' in told
    assert 'data-hd-theme="dark"' in told
    assert 'data-hd-theme="dark"' in (site / "index.html").read_text(encoding="utf-8")
    for name in ("card.jpg", "nebulae/card.jpg"):
        with PillowImage.open(site / name) as card:
            assert card.size == (1200, 630)
    assert verify(site / "nebulae" / "index.html").is_sound


@pytest.mark.slow
def test_a_large_report_is_a_folder_of_the_site(atlas: Atlas, small: Atlas, tmp_path: Path) -> None:
    reports = [Report("large", atlas), Report("small", small)]
    stories = dict.fromkeys(("", "large", "small"), NO_STORY)
    site = Site("Both", reports, stories, most_inside=100)
    with folder_beside(tmp_path / "site") as new:
        write_site(site, new, progress=False)
        new.finish()
        assert (new.path / "large" / MARKER).is_file()
        assert not (new.path / "small" / MARKER).exists()
        assert verify(new.path / "large").is_sound
        assert head(new.path / "large" / "index.html").meta["og:image"] == "card.jpg"
        listed = json.loads((new.path / "hubble-dash-site.json").read_text())["files"]
        assert {*listed, "hubble-dash-site.json"} == files_of(new.path)


def test_what_cannot_be_opened_is_told_and_nothing_written(
    small: Atlas, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = tmp_path / "damaged.atlas"
    shutil.copytree(small.path, damaged)
    (damaged / "positions.npy").write_bytes(b"x")
    given = [tmp_path / "none.atlas", small, damaged]
    with pytest.raises(AtlasError, match="2 of 3 atlases cannot be published") as caught:
        publish(tmp_path / "site", given, progress=False)
    for part in ("none.atlas", "positions.npy", "Nothing was written; --leave-out goes on"):
        assert part in str(caught.value)
    assert not (tmp_path / "site").exists()
    caplog.set_level(logging.WARNING, "hubble_dash")
    publish(tmp_path / "site", given, leave_out=True, progress=False)
    assert [line.partition(":")[0] for line in caplog.messages] == ["left out", "left out"]
    assert head(tmp_path / "site" / "index.html").links == ["A-b/index.html"]
    with pytest.raises(ExportError, match="there is no atlas to publish"):
        publish(tmp_path / "other", given[:1], leave_out=True, progress=False)


@pytest.mark.slow
def test_only_a_site_with_nothing_else_in_it_is_replaced(small: Atlas, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    assert publish(site, [small], progress=False) == site  # it was empty
    before = (site / "index.html").read_bytes()
    publish(site, [small], title="Anew", progress=False)
    assert (site / "index.html").read_bytes() != before
    (site / "A-b" / "notes.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"has something else in it: A-b/notes\.txt"):
        publish(site, [small], progress=False)
    other = tmp_path / "other"
    other.mkdir()
    (other / "index.html").write_text("mine")
    for path in (other, other / "index.html", small.path):
        with pytest.raises(ExportError, match="no site that hubble-dash has written"):
            publish(path, [small], progress=False)
    assert (other / "index.html").read_text() == "mine"


@pytest.mark.slow
def test_a_site_that_fails_on_its_way_leaves_the_old_one(
    small: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = publish(tmp_path / "site", [small], progress=False)
    before = {name: (site / name).read_bytes() for name in files_of(site)}

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hubble_dash.viewer.published.site.jpeg", fail)
    with pytest.raises(ExportError, match="site cannot be written: No space left"):
        publish(site, [small], title="Anew", progress=False)
    assert {name: (site / name).read_bytes() for name in files_of(site)} == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_wrong_arguments_are_told_first(small: Atlas, tmp_path: Path) -> None:
    site, texts = tmp_path / "site", tmp_path / "texts"
    with pytest.raises(ValueError, match=r"url is 'me\.github\.io'; give an address such as"):
        hd.publish(site, [small], url="me.github.io")
    with pytest.raises(ValueError, match="similar"):
        hd.publish(site, [small], similar=0)
    with pytest.raises(ExportError, match=r"A & b\.atlas would both be A-b/; rename one"):
        hd.publish(site, [small, small])
    with pytest.raises(ExportError, match="texts is no folder; give one with index"):
        hd.publish(site, [small], intros=texts)
    texts.mkdir()
    (texts / "A-c.md").write_text("x")
    with pytest.raises(ExportError, match=r"A-c\.md belongs to no report; allowed: A-b\.md, index"):
        hd.publish(site, [small], intros=texts)
    assert not site.exists()


def test_the_page_of_all_is_what_it_is_given(small: Atlas) -> None:
    one = Report("x", make_hostile(small))
    html = front_html([one], "<script>1</script>", NO_STORY, None)
    assert "<script>1" not in html
    assert "<img src=x" not in html
    assert len(re.findall("<script>", html)) == 1
    tags = social_tags('"><script>', "'", 'https://e.org/"><script>', "a b")
    assert "<script>" not in tags
    assert "/a%20b/card.jpg" in tags


def make_hostile(atlas: Atlas) -> Atlas:
    return Atlas(atlas.path, {**atlas.manifest, "title": "<img src=x onerror=alert(1)>"})


def test_reports_with_all_pixels_are_folders(
    small: Atlas, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Tiles where an image has more pixels than its preview and can be had; else as without."""
    pictures = [nebula(1, (300, 420))]
    options = {"pictures": pictures, "size": 100, "step": 100, "shrunk": 2}
    there, gone = (make_atlas(tmp_path / f"{name}.atlas", **options) for name in ("there", "gone"))

    def originals(atlas: Atlas) -> Given:
        return Given(pictures, {0: "the file is gone"} if atlas is gone else None)

    with caplog.at_level(logging.WARNING):
        site = publish(tmp_path / "site", [there, gone, small], originals=originals, progress=False)
    found = files_of(site)
    assert {"there/data/deep/0.js", "there/index.html"} <= found
    for name in ("gone", "A-b"):
        assert {file for file in found if file.startswith(f"{name}/")} == {
            f"{name}/{file}" for file in ("index.html", "cover.jpg", "card.jpg")
        }
    assert "gone goes without full resolution: none of the 1 images" in caplog.text
    assert "field_0.fits: the file is gone" in caplog.text
    assert verify(site / "there").is_sound
    # It replaces, and is replaced by, one without.
    publish(site, [there], progress=False)
    assert not (site / "there/data").exists()
