"""``hubble-dash select``: rows of a query in five formats, and its errors."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from astropy.table import Table
from helpers.commands import Capture, fails, status

from hubble_dash.atlas.atlas import Atlas

QUERY = 'class == "spiral" and magnitude > 21.5 and file ~ "field_1"'


def test_select_as_csv(atlas: Atlas, capsys: Capture) -> None:
    assert status("select", atlas.path, QUERY) == 0
    printed = capsys.readouterr()
    table = pd.read_csv(io.StringIO(printed.out))
    cutouts = atlas.cutouts
    expected = cutouts.index[
        (cutouts["class"] == "spiral") & (cutouts["magnitude"] > 21.5) & (cutouts["image"] == 1)
    ]
    assert table["row"].tolist() == expected.tolist()
    assert set(table["file"]) == {"field_1.fits"}
    assert table["magnitude"].tolist() == cutouts["magnitude"].iloc[expected].tolist()
    assert printed.err == f"{len(expected)} of 216 cutouts\n"
    assert status("select", atlas.path, QUERY, "--count", "--quiet") == 0
    assert capsys.readouterr() == (f"{len(expected)}\n", "")


@pytest.mark.parametrize(
    ("name", "form"), [("a.vot", "votable"), ("b.XML", "votable"), ("c.ecsv", "ascii.ecsv")]
)
def test_a_file_s_name_says_its_format(
    atlas: Atlas, tmp_path: Path, capsys: Capture, name: str, form: str
) -> None:
    out = tmp_path / name
    assert status("select", atlas.path, "row in [3, 17]", "--out", out, "--quiet") == 0
    assert capsys.readouterr() == ("", "")
    assert Table.read(out, format=form)["row"].tolist() == [3, 17]


def test_regions_and_files(atlas: Atlas, tmp_path: Path, capsys: Capture) -> None:
    assert status("select", atlas.path, "row in [3, 110]", "--format", "reg") == 0
    assert capsys.readouterr().out.count("circle(") == 2
    assert status("select", atlas.path, "row < 110", "--format", "list") == 0
    assert capsys.readouterr().out == "field_0.fits\nfield_1.fits\n"
    out = tmp_path / "names.dat"
    assert status("select", atlas.path, "row < 0", "--format", "list", "--out", out) == 0
    assert out.read_text() == ""


def test_an_error_points_at_its_place(atlas: Atlas, capsys: Capture) -> None:
    assert status("select", atlas.path, "row > 3 and magnitud < 21") == 2
    assert capsys.readouterr().err.splitlines() == [
        "hubble-dash: there is no column magnitud; did you mean magnitude?",
        "  row > 3 and magnitud < 21",
        "              ^^^^^^^^",
    ]
    assert status("select", atlas.path, 'class == "\x1b[2J') == 2
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--count", "--out", "x.csv"], "--count writes no file"),
        (["--out", "x.dat"], "give --format csv, ecsv, vot, reg or list"),
        (["--out", "x.csv", "--format", "xls"], "invalid choice: 'xls'"),
        (["--count", "--format", "csv"], "not allowed with argument"),
    ],
)
def test_wrong_options(atlas: Atlas, capsys: Capture, words: list[str], message: str) -> None:
    assert status("select", atlas.path, "row > 3", *words) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_a_file_that_cannot_be_written(atlas: Atlas, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "none" / "x.csv"
    assert "cannot be written" in fails(capsys, "select", atlas.path, "row > 3", "--out", out)
