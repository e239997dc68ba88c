from __future__ import annotations

import json
import shutil
from pathlib import Path

from helpers.commands import Capture, status

import hubble_dash as hd


def test_a_table_of_what_was_checked(atlas: hd.Atlas, capsys: Capture) -> None:
    assert status("verify", str(atlas.path)) == 0
    said = capsys.readouterr().out
    assert "files" in said
    assert "their SHA-256 and sizes" in said
    # The images of this atlas never were.
    assert "2 of 2 source images of the sample are no longer there" in said


def test_what_is_off_is_listed_and_the_status_is_1(
    atlas: hd.Atlas, tmp_path: Path, capsys: Capture
) -> None:
    copy = tmp_path / "x.atlas"
    shutil.copytree(atlas.path, copy)
    (copy / "positions.npy").unlink()
    assert status("verify", str(copy)) == 1
    said = capsys.readouterr()
    assert "Off: positions.npy is missing" in said.out
    assert "is not sound" in said.err
    assert status("verify", "--json", str(copy)) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["sound"] is False
    assert told["wrong"] == ["positions.npy is missing"]


def test_methods_of_an_atlas(atlas: hd.Atlas, capsys: Capture) -> None:
    assert status("info", "--methods", str(atlas.path)) == 0
    said = capsys.readouterr().out
    assert said.startswith("We cut ")
    assert "@software{hubble-dash," in said
