"""The demo, on a small part of its picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.images import make_picture
from PIL import Image

from hubble_dash.atlas.atlas import open_atlas
from hubble_dash.builder.models import weights
from hubble_dash.cli import demo
from hubble_dash.cli.main import main
from hubble_dash.errors import BuildError


@pytest.fixture(autouse=True)
def small_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Image.open(demo._picture())
    assert min(whole.size) > 800
    part = make_picture(tmp_path / "part.jpg", np.asarray(whole)[300:460, 300:500], quality=95)
    monkeypatch.setattr(demo, "_picture", lambda: part)
    monkeypatch.setattr("hubble_dash.builder.models.weights.hub_constants.HF_HUB_OFFLINE", True)
    lite = weights.find_weights("tf_efficientnet_lite0")
    monkeypatch.setattr(weights, "find_weights", lambda *_: lite)


@pytest.mark.slow
@pytest.mark.usefixtures("plain_page")
def test_the_demo_is_made_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "demo"
    assert main(["demo", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    page = out / "report.html"
    assert str(page.resolve()) in printed
    assert f"hubble-dash serve {out / 'deep-field.atlas'}" in printed
    atlas = open_atlas(out / "deep-field.atlas")
    assert len(atlas) > 5
    assert atlas.title == "Hubble eXtreme Deep Field"
    assert atlas.manifest["settings"]["cutouts"]["kind"] == "sources"
    assert set(atlas.cutouts["credit"]) == {"NASA/ESA/STScI"}
    assert atlas.images["position_quality"].tolist() == ["approximate"]
    assert set(atlas.cutouts["ra_deg"]) == {53.16}
    assert "<title>Hubble eXtreme Deep Field</title>" in page.read_text(encoding="utf-8")
    page.unlink()
    made = (out / "deep-field.atlas" / "manifest.json").stat().st_mtime_ns
    assert main(["demo", "--out", str(out), "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert page.is_file()
    assert (out / "deep-field.atlas" / "manifest.json").stat().st_mtime_ns == made


def test_a_demo_that_was_interrupted_finds_its_files_as_they_were(tmp_path: Path) -> None:
    """Else its build would not go on."""
    path = tmp_path / "a.csv"
    demo._put(b"1", path)
    made = path.stat().st_mtime_ns
    demo._put(b"1", path)
    assert path.stat().st_mtime_ns == made
    demo._put(b"2", path)
    assert path.read_bytes() == b"2"
    with pytest.raises(BuildError, match="cannot be written: No such file"):
        demo._put(b"", tmp_path / "not" / "made")
