"""What export decides: one file or a folder, under which name, and what it refuses."""

from __future__ import annotations

import logging
import shlex
from pathlib import Path

import pytest

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.cli.main import main
from hubble_dash.errors import ExportError
from hubble_dash.viewer.data.encoding import embed_json
from hubble_dash.viewer.data.inline import make_payload
from hubble_dash.viewer.exported import export as module
from hubble_dash.viewer.exported.export import export, page_html
from hubble_dash.viewer.exported.folder import MARKER, check_replaceable
from hubble_dash.viewer.exported.standalone import library


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One file carries less than the atlas of the tests has."""
    monkeypatch.setattr(module, "MAX_CUTOUTS", 200)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders and files without their content, which other tests look at."""

    def write(atlas: Atlas, path: Path, **options: object) -> Path:
        assert (options["similar"], options["progress"]) == (9, False)
        check_replaceable(path)
        path.mkdir()
        (path / MARKER).write_text(str(len(atlas)))
        return path

    monkeypatch.setattr(module, "write_folder", write)
    monkeypatch.setattr(module, "_html", lambda atlas, **_: f"<p>{len(atlas)}")


def is_folder(path: Path) -> bool:
    return (path / MARKER).is_file()


def test_a_small_atlas_gets_the_form_that_its_name_asks_for(
    atlas: Atlas, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hubble_dash")
    assert export(atlas, tmp_path / "page.html", progress=False) == tmp_path / "page.html"
    assert caplog.messages == []
    assert (tmp_path / "page.html").is_file()
    assert is_folder(export(atlas, tmp_path / "report", progress=False))
    assert "one file would do, with a name such as report.html" in caplog.text


@pytest.mark.usefixtures("few")
def test_a_large_atlas_gets_a_folder_and_is_told_so(
    atlas: Atlas, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = export(atlas, tmp_path / "page.html", progress=False)
    assert made == tmp_path / "page"
    assert is_folder(made)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert f"writing the folder {made} instead of {made}.html" in record.getMessage()
    assert "one file carries 200 cutouts well, not 216" in record.getMessage()
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


@pytest.mark.usefixtures("few")
def test_either_form_can_be_forced(atlas: Atlas, tmp_path: Path) -> None:
    file = export(atlas, tmp_path / "one.html", form="file")
    assert file.read_text() == "<p>216"
    assert export(atlas, tmp_path / "no-suffix", form="file").is_file()
    folder = export(atlas, tmp_path / "two.html", form="folder", progress=False)
    assert folder == tmp_path / "two"
    assert is_folder(folder)
    with pytest.raises(ValueError, match="form is 'zip'; allowed: auto, file, folder"):
        export(atlas, tmp_path / "three", form="zip")  # type: ignore[arg-type]


@pytest.mark.usefixtures("few")
def test_a_file_that_browsers_refuse_is_refused_first(
    atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = make_payload(atlas)
    for image in payload["pieces"]["images/0"]["images"]:
        image["url"] = None
    estimate = module._estimate(atlas, 9)
    assert estimate == pytest.approx(len(embed_json(payload)) + len(library()), rel=0.05)
    monkeypatch.setattr(module, "MAX_BYTES", estimate - 1)
    with pytest.raises(ExportError, match="browsers refuse pages of more than some") as caught:
        export(atlas, tmp_path / "page.html", form="file")
    assert list(tmp_path.iterdir()) == []
    # The way out is a command that works.
    command = shlex.split(str(caught.value).partition("instead: ")[2])
    assert command[0] == "hubble-dash"
    assert main([*command[1:], "--quiet"]) == 0
    assert is_folder(tmp_path / "page")


@pytest.mark.usefixtures("few")
def test_a_notebook_is_told_what_to_do(atlas: Atlas) -> None:
    with pytest.raises(ExportError, match=r"216 cutouts; one HTML file carries 200 well") as caught:
        page_html(atlas)
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
