"""What export decides: one file or a folder, under which name, and what it refuses."""

from __future__ import annotations

import json
import logging
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import make_atlas, nebula

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.cli.main import main
from hubble_dash.errors import ExportError
from hubble_dash.viewer.data.encoding import embed_json
from hubble_dash.viewer.exported.export import export, page_html, write_file
from hubble_dash.viewer.exported.folder import MARKER
from hubble_dash.viewer.exported.inline import inline_index
from hubble_dash.viewer.exported.library import library
from hubble_dash.viewer.exported.limits import FileLimits, choose_form, estimate_bytes

FEW = FileLimits(n_cutouts=200)


def test_a_small_atlas_gets_the_form_that_its_name_asks_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "hubble_dash")
    assert choose_form(200, Path("page.html"), "auto", limits=FEW) == (False, Path("page.html"))
    assert choose_form(200, Path("PAGE.HTM"), "auto", limits=FEW) == (False, Path("PAGE.HTM"))
    assert caplog.messages == []
    assert choose_form(200, Path("report"), "auto", limits=FEW) == (True, Path("report"))
    assert "one file would do, with a name such as report.html" in caplog.text


def test_a_large_atlas_gets_a_folder_and_is_told_so(caplog: pytest.LogCaptureFixture) -> None:
    assert choose_form(201, Path("a/page.html"), "auto", limits=FEW) == (True, Path("a/page"))
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "writing the folder a/page instead of a/page.html" in record.getMessage()
    assert "one file carries 200 cutouts well, not 201" in record.getMessage()
    caplog.clear()
    assert choose_form(201, Path("report"), "auto", limits=FEW) == (True, Path("report"))
    assert caplog.messages == []


def test_either_form_can_be_forced(caplog: pytest.LogCaptureFixture) -> None:
    assert choose_form(201, Path("one.html"), "file", limits=FEW) == (False, Path("one.html"))
    assert choose_form(9, Path("no-suffix"), "file", limits=FEW) == (False, Path("no-suffix"))
    assert caplog.messages == []
    assert choose_form(9, Path("two.html"), "folder", limits=FEW) == (True, Path("two"))
    assert caplog.messages == ["writing the folder two instead of two.html"]
    with pytest.raises(ValueError, match="form is 'zip'; allowed: auto, file, folder"):
        choose_form(9, Path("three"), "zip")  # type: ignore[arg-type]


@pytest.mark.usefixtures("plain_page")
def test_what_is_chosen_is_written(atlas: Atlas, tmp_path: Path) -> None:
    assert export(atlas, tmp_path / "page.html") == tmp_path / "page.html"
    assert "hd-data" in (tmp_path / "page.html").read_text(encoding="utf-8")
    folder = export(atlas, tmp_path / "report", progress=False)
    assert json.loads((folder / MARKER).read_text())["n_cutouts"] == len(atlas)


@pytest.mark.usefixtures("plain_page")
def test_a_file_that_browsers_refuse_is_refused_first(atlas: Atlas, tmp_path: Path) -> None:
    index = inline_index(atlas)
    for image in index["pieces"]["images/0"]["images"]:
        image["url"] = None
    estimate = estimate_bytes(atlas, 9)
    assert estimate == pytest.approx(len(embed_json(index)) + len(library()), rel=0.05)
    limits = FileLimits(n_cutouts=200, max_bytes=estimate - 1)
    with pytest.raises(ExportError, match="browsers refuse pages of more than some") as caught:
        write_file(atlas, tmp_path / "page.html", limits=limits)
    assert list(tmp_path.iterdir()) == []
    # The way out is a command that works.
    command = shlex.split(str(caught.value).partition("instead: ")[2])
    assert command[0] == "hubble-dash"
    assert main([*command[1:], "--quiet"]) == 0
    assert (tmp_path / "page" / MARKER).is_file()


def test_a_notebook_is_told_what_to_do(atlas: Atlas) -> None:
    with pytest.raises(ExportError, match=r"216 cutouts; one HTML file carries 200 well") as caught:
        page_html(atlas, limits=FEW)
    assert str(caught.value).endswith(f"hubble-dash export {atlas.path} report/")


def test_what_is_there_is_not_lost(atlas: Atlas, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="not one that hubble-dash has written"):
        export(atlas, tmp_path, progress=False)
    (tmp_path / "page.html").mkdir()
    with pytest.raises(ExportError, match="is a folder; name the HTML file"):
        export(atlas, tmp_path / "page.html")
    with pytest.raises(ExportError, match="not one that hubble-dash has written"):
        export(open_atlas(atlas.path), atlas.path, progress=False)
    assert not atlas.check()


def test_what_is_promised_of_a_file_s_size() -> None:
    limits = FileLimits()
    assert limits.of(695, 1) == 3_500_000 + 695 * 4_000 + 12_000
    assert limits.of(400, 400) == 9_900_000
    assert limits.of(20_000, 20_000) < 60_000_000
    assert limits.of(25_000, 0) == 103_500_000
    assert limits.of(1_000_000, 3) == limits.max_bytes


@pytest.mark.slow
def test_a_page_keeps_to_its_size(tmp_path: Path) -> None:
    """Noisy parent images, one cutout each, are too large and must shrink to fit."""
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 255, (250, 300, 3), dtype=np.uint8) for _ in range(12)]
    atlas = make_atlas(tmp_path / "noise.atlas", pictures=pictures, size=250, step=250)
    usual = FileLimits()
    limits = FileLimits(base_bytes=usual.base_bytes - 1_900_000)
    promised = limits.of(len(atlas), len(pictures))
    assert len(library()) + len(embed_json(inline_index(atlas))) > promised
    page = write_file(atlas, tmp_path / "page.html", limits=limits)
    assert page.stat().st_size <= promised


@pytest.mark.usefixtures("plain_page")
def test_export_replaces_whole_files_only(atlas: Atlas, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("old")
    with pytest.raises(ValueError, match="at least 1"):
        export(atlas, page, similar=0)
    assert page.read_text() == "old"
    export(atlas, page)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.usefixtures("plain_page")
def test_export_says_what_is_wrong_with_its_target(atlas: Atlas, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is a folder"):
        export(atlas, tmp_path, form="file")
    with pytest.raises(ExportError, match="cannot be written"):
        export(atlas, tmp_path / "none" / "page.html")


@pytest.mark.usefixtures("plain_page")
def test_text_of_the_data_cannot_leave_its_element(tmp_path: Path) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    atlas = make_atlas(tmp_path / "evil.atlas", pictures=[nebula(1)], limit=5, title=evil)
    html = page_html(atlas)
    assert evil not in html
    assert "&lt;/script&gt;" in html


@pytest.mark.usefixtures("plain_page")
def test_without_positions_there_is_no_sky(flipped_atlas: Atlas) -> None:
    html = page_html(flipped_atlas)
    assert 'id="hd-sky"' not in html
    assert re.search(r'id="hd-map"', html)
