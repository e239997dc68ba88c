"""``hubble-dash evaluate``."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from helpers.atlases import brute_force, nebula
from helpers.commands import Capture, status
from helpers.images import make_picture

from hubble_dash.atlas.atlas import Atlas, open_atlas


def test_evaluate(atlas: Atlas, capsys: Capture) -> None:
    words = ["evaluate", atlas.path, "--label", "class", "--leave-out", "none"]
    assert status(*words, "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    kinds = atlas.cutouts["class"].to_numpy()
    rows, _ = brute_force(atlas.fingerprints, 9)
    expected = (kinds[rows] == kinds[:, None]).mean()
    assert found["labels"]["precision"] == pytest.approx(expected, abs=1e-3)
    assert found["n_cutouts"] == len(atlas)
    assert status(*words) == 0
    table = capsys.readouterr().out
    assert "precision@9" in table
    assert f"{expected:.3f}" in table


def test_evaluate_refuses_what_it_cannot_measure(
    atlas: Atlas, flipped_atlas: Atlas, capsys: Capture
) -> None:
    assert status("evaluate", atlas.path, "--label", "colour") == 2
    assert "no column 'colour'; it has: image" in capsys.readouterr().err
    assert status("evaluate", flipped_atlas.path) == 2
    assert "says nothing to measure by; give --label" in capsys.readouterr().err
    assert status("evaluate", atlas.path, "--weights", "x.pth") == 2
    assert "--weights belongs to --rotations" in capsys.readouterr().err


@pytest.mark.slow
def test_better_quality_finds_turned_cutouts(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubble_dash.builder.models.weights.hub_constants.HF_HUB_OFFLINE", True)
    make_picture(tmp_path / "sky.png", nebula(5, (135, 210)))
    recall = {}
    for quality in ("plain", "balanced"):
        out = tmp_path / f"{quality}.atlas"
        words = ["--cutouts", "window", "--size", 60, "--step", 75, "--quality", quality]
        model = ["--model", "tf_efficientnet_lite0", "--engine", "eager", "--precision", "fp32"]
        model += ["--device", "cpu", "--map", "pca", "--quiet"]
        assert status("build", tmp_path / "sky.png", "--out", out, *words, *model) == 0
        manifest = open_atlas(out).manifest
        assert manifest["model"]["quality"] == quality
        assert ("mean.npy" in manifest["files"]) == (quality == "balanced")
        assert status("evaluate", out, "--rotations", "--format", "json", "--quiet") == 0
        recall[quality] = json.loads(capsys.readouterr().out)["rotations"]
    assert recall["balanced"]["recall_1"] > recall["plain"]["recall_1"] + 0.3


def test_what_is_saved_is_whole_or_as_it_was(
    atlas: Atlas, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.json"
    words = ["evaluate", atlas.path, "--label", "class", "--max-queries", 20, "--save", path]
    assert status(*words, "--format", "json") == 0
    saved = path.read_text()
    assert json.loads(saved) == json.loads(capsys.readouterr().out)

    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full)
    assert status(*words, "--vote", 3) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"hubble-dash: {path} cannot be written: the disk of {tmp_path} is full")
    assert path.read_text() == saved
    assert [one.name for one in tmp_path.iterdir()] == ["x.json"]
