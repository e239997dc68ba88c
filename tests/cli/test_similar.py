"""``hubble-dash similar``: of a row, a place and an image, in three formats."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.coordinates import SkyCoord
from helpers.atlases import brute_force
from helpers.commands import Capture, fails, status

from hubble_dash.atlas.atlas import Atlas


def test_similar_to_a_row(atlas: Atlas, capsys: Capture) -> None:
    rows, similarities = brute_force(atlas.fingerprints, 5)
    words = ["similar", atlas.path, "--row", 17, "-n", 5]
    assert status(*words, "--format", "csv") == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert table["row"].tolist() == rows[17].tolist()
    np.testing.assert_allclose(table["similarity"], similarities[17], atol=1e-5)
    assert table["rank"].tolist() == [1, 2, 3, 4, 5]
    expected = atlas.cutouts.iloc[rows[17]]
    assert table["ixmin"].tolist() == expected["ixmin"].tolist()
    assert table["class"].tolist() == expected["class"].tolist()
    names = atlas.images["name"].iloc[expected["image"]]
    assert table["file"].tolist() == names.tolist()
    assert status(*words, "--format", "json") == 0
    records = json.loads(capsys.readouterr().out)
    assert [record["row"] for record in records] == rows[17].tolist()
    assert status(*words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["rank", "row", "similarity", "file"]
    assert [int(line.split()[1]) for line in lines[1:]] == rows[17].tolist()
    assert status(*words, "--leave-out-overlapping", "--format", "json") == 0
    apart = [record["row"] for record in json.loads(capsys.readouterr().out)]
    assert len(apart) == 5
    assert not set(apart) & set(atlas.overlapping(17).tolist())


def test_similar_by_smoothed_fingerprints(atlas: Atlas, capsys: Capture) -> None:
    words = ["similar", atlas.path, "--row", 17, "-n", 4, "--format", "json", "--refine"]
    assert status(*words) == 0
    told = capsys.readouterr()
    found = [record["row"] for record in json.loads(told.out)]
    assert "similarities are those of smoothed fingerprints" in told.err
    rows, similarities = brute_force(atlas.fingerprints, 9)
    unit = np.asarray(atlas.fingerprints, float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    smoothed = unit + np.einsum("ik,ikd->id", np.maximum(similarities, 0) ** 3, unit[rows])
    smoothed /= np.linalg.norm(smoothed, axis=1, keepdims=True)
    ranked = np.argsort(-(smoothed @ smoothed[17]), kind="stable")
    assert found == [row for row in ranked.tolist() if row != 17][:4]
    # A fingerprint from outside that is one of the atlas's has itself among its nearest.
    vector = np.asarray(atlas.fingerprints[17], np.float32)
    assert atlas.similar(vector, 1, refine=True).rows.tolist() == [17]


def test_similar_among_those_of_a_query(atlas: Atlas, capsys: Capture) -> None:
    words = ["similar", atlas.path, "--row", 17, "-n", 4, "--format", "json"]
    assert status(*words, "--among", "class == 'elliptical' and image == 1") == 0
    found = [record["row"] for record in json.loads(capsys.readouterr().out)]
    table = atlas.cutouts
    is_meant = (table["class"] == "elliptical") & (table["image"] == 1)
    ranked, _ = brute_force(atlas.fingerprints, 215)
    assert found == [row for row in ranked[17].tolist() if is_meant[row]][:4]
    assert status(*words, "--among", "clas == 'x'") == 2
    assert "there is no column clas; did you mean class?" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["degrees", "sexagesimal", "letters"])
def test_similar_to_a_position(field: Atlas, capsys: Capture, form: str) -> None:
    known = SkyCoord(field.cutouts["ra_deg"], field.cutouts["dec_deg"], unit="deg")
    text = {
        "degrees": f"{known[20].ra.deg:.7f} {known[20].dec.deg:.7f}",
        "sexagesimal": known[20].to_string("hmsdms", sep=":", precision=4),
        "letters": known[20].to_string("hmsdms", precision=4),
    }[form]
    assert status("similar", field.path, "--position", text, "--format", "json", "-n", 3) == 0
    printed = capsys.readouterr()
    assert re.match(r"row 20 is nearest, its centre 0\.0\d arcsec away", printed.err)
    rows = [record["row"] for record in json.loads(printed.out)]
    assert rows == field.similar(20, n=3).rows.tolist()


@pytest.mark.parametrize(
    "text", ["", "161", "a b", "161 -95", "nan nan", "1 2 3 4 5 6 7", "10:61 5"]
)
def test_positions_that_are_none(atlas: Atlas, capsys: Capture, text: str) -> None:
    assert status("similar", atlas.path, f"--position={text}") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "is not a place on the sky" in line


def test_similar_to_an_image(
    field: Atlas, small_weights: Path, tmp_path: Path, capsys: Capture
) -> None:
    words = ["similar", field.path, "--weights", small_weights, "--format", "json", "-n", 48]
    assert status(*words, "--image", field.path.parent / "field.fits") == 0
    records = json.loads(capsys.readouterr().out)
    assert sorted(record["row"] for record in records) == list(range(48))
    assert "no such file" in fails(capsys, *words, "--image", tmp_path / "none")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--row", "999"], "there is no row 999; rows are 0 to 215"),
        (["--row", "1", "-n", "0"], "n is 0; ask for at least 1"),
        (["--row", "1", "--weights", "w.pth"], "--weights belongs to --image"),
        (["--image", "a.png", "--leave-out-overlapping"], "belongs to --row or --position"),
        (["--row", "1", "--image", "a.png"], "not allowed with argument"),
        ([], "one of the arguments --row --image --position is required"),
    ],
)
def test_wrong_questions(atlas: Atlas, capsys: Capture, words: list[str], message: str) -> None:
    assert status("similar", atlas.path, *words) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_columns_of_the_catalogue_named_as_ours(
    atlas: Atlas, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = atlas.cutouts.assign(row="theirs", rank=7, when=pd.Timestamp("2026-01-02"))
    monkeypatch.setattr(Atlas, "cutouts", named)
    assert status("similar", atlas.path, "--row", 3, "-n", 2, "--format", "json") == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["rank"], first["rank_catalog"], first["row_catalog"]) == (1, 7, "theirs")
    assert first["when"].startswith("2026-01-02")


def test_json_has_all_digits(
    atlas: Atlas, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = len(atlas)
    named = atlas.cutouts.assign(
        ids=pd.array([None if i % 2 else 2**62 + i for i in range(n)], "Int64"),
        mjd=[59123.456789012345 + i for i in range(n)], flux=[1.5e-17 * i for i in range(n)],
        single=np.full(n, 12.3, np.float32), odd=[np.inf] * n,
        ok=pd.array([None if i % 2 else True for i in range(n)], "boolean"),
    )  # fmt: skip
    monkeypatch.setattr(Atlas, "cutouts", named)
    assert status("similar", atlas.path, "--row", 3, "--format", "json") == 0
    text = capsys.readouterr().out
    assert '"single": 12.3,' in text
    for record in json.loads(text):
        i = record["row"]
        assert record["ids"] == (None if i % 2 else 2**62 + i)
        assert record["mjd"] == named["mjd"][i]
        assert record["flux"] == 1.5e-17 * i
        assert record["odd"] is None
        assert record["ok"] is (None if i % 2 else True)
        assert record["image"] == named["image"][i]
    assert status("similar", atlas.path, "--row", 3, "--format", "csv") == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out), dtype=str)
    assert table["ids"].dropna().tolist() == [
        str(2**62 + int(i)) for i in table["row"] if int(i) % 2 == 0
    ]
