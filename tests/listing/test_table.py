"""Rows of an atlas as tables, read back by pandas and astropy."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
import pytest
from astropy.table import Table

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.listing.formats import as_csv, as_ecsv, as_votable
from hubble_dash.listing.table import files_of, table_of, with_first

ROWS = np.array([3, 110, 111])
ODD = pd.DataFrame(
    {
        "row": np.array([5, 6, 7]),
        "id": pd.array([2**63 - 1, None, -3], "Int64"),
        "big": np.array([2**64 - 1, 0, 1], np.uint64),
        "flag": pd.array([True, None, False], "boolean"),
        "z": np.array([0.1, np.nan, np.inf], np.float32),
        "name": ["α <&> \"q\", 'x'", None, "line\nbreak\x1b\x00end"],
        "when": pd.to_datetime(["2004-07-03T12:30:15", None, "1999-01-01T00:00:00"]),
        "kind": pd.Categorical(["a", "b", None]),
    }
)


def test_a_table_tells_of_cutouts_and_their_images(atlas: Atlas) -> None:
    table = table_of(atlas, ROWS)
    assert table.columns[:2].tolist() == ["row", "file"]
    assert table["row"].tolist() == ROWS.tolist()
    assert table["file"].tolist() == ["field_0.fits", "field_1.fits", "field_1.fits"]
    assert table["INSTRUME"].tolist() == ["ACS"] * 3
    expected = atlas.cutouts.iloc[ROWS]
    for name in expected:
        assert table[name].tolist() == expected[name].tolist()
    assert files_of(atlas, ROWS) == ["field_0.fits", "field_1.fits"]
    assert files_of(atlas, ROWS[1:]) == ["field_1.fits"]
    assert files_of(atlas, ROWS[:0]) == []


def test_a_column_of_the_user_s_gives_way() -> None:
    table = with_first(pd.DataFrame({"row": [1], "row_catalog": [2]}), {"row": [9]})
    assert table.columns.tolist() == ["row", "row_catalog_catalog", "row_catalog"]
    assert table.iloc[0].tolist() == [9, 1, 2]


def test_csv_has_all_digits() -> None:
    found = pd.read_csv(io.StringIO(as_csv(ODD)), dtype=str, keep_default_na=False)
    assert found["id"].tolist() == ["9223372036854775807", "", "-3"]
    assert found["big"].tolist()[0] == "18446744073709551615"
    assert found["name"][0] == "α <&> \"q\", 'x'"


def from_ecsv(text: str) -> Table:
    return Table.read(text, format="ascii.ecsv")


def from_votable(text: str) -> Table:
    return Table.read(io.BytesIO(text.encode()), format="votable")


@pytest.mark.parametrize(("write", "read"), [(as_ecsv, from_ecsv), (as_votable, from_votable)])
@pytest.mark.parametrize("part", [slice(None), slice(0)], ids=["all", "none"])
def test_other_formats_give_back_what_they_can_hold(write: Any, read: Any, part: slice) -> None:
    table = ODD.iloc[part]
    text = write(table, said="row > 3 <&> \n \x1b")
    found = read(text)
    assert found.colnames == list(ODD)
    assert len(found) == len(table)
    if not len(table):
        return
    assert found["id"].mask.tolist() == [False, True, False]
    assert [found["id"][0], found["id"][2]] == [2**63 - 1, -3]
    assert [int(value) for value in found["big"]] == [2**64 - 1, 0, 1]
    assert found["flag"].mask.tolist() == [False, True, False]
    assert [bool(found["flag"][0]), bool(found["flag"][2])] == [True, False]
    assert found["z"].dtype == np.float32
    np.testing.assert_array_equal(np.ma.filled(found["z"], np.nan), table["z"])
    assert found["name"][0] == table["name"][0]
    assert found["name"][2] == "line break  end"
    assert found["when"][0] == "2004-07-03T12:30:15"
    assert found["kind"][0] == "a"


def test_positions_have_units_and_meanings(atlas: Atlas) -> None:
    table = table_of(atlas, ROWS)
    text = as_votable(table, said="three")
    assert '<COOSYS ID="icrs" system="ICRS"/>' in text
    assert text.count('ref="icrs"') == 2
    found = from_votable(text)
    assert found["ra_deg"].unit == "deg"
    assert found["ra_deg"].meta["ucd"] == "pos.eq.ra;meta.main"
    assert found["dec_deg"].tolist() == table["dec_deg"].tolist()
    assert from_ecsv(as_ecsv(table, said="three")).meta["comments"] == ["three"]


@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float16"])
def test_numbers_of_all_kinds_are_there(kind: str) -> None:
    table = pd.DataFrame({"tag": np.array([1, 2, 5], kind), "row": np.arange(3)})
    for written in (from_votable(as_votable(table, said="")), from_ecsv(as_ecsv(table, said=""))):
        assert written["tag"].tolist() == [1, 2, 5]


def test_tags_are_there_of_which_most_cutouts_have_none() -> None:
    table = pd.DataFrame({"tag": pd.array([1, None, 5], "Int8")})
    assert from_votable(as_votable(table, said=""))["tag"].tolist() == [1, None, 5]


def test_no_text_of_a_csv_is_a_formula() -> None:
    formulas = ["=HYPERLINK(1)", "@SUM(1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "\t=1"]
    plain = ["-27:47:24", "+27d47m24s", "-1.5e-3", "M 31", "a=b", "-"]
    table = pd.DataFrame({"=name": [*formulas, *plain], "z": np.arange(11) - 5.5})
    found = pd.read_csv(io.StringIO(as_csv(table)))
    assert found["'=name"].tolist() == [*(f"'{text}" for text in formulas), *plain]
    assert found["z"].tolist() == table["z"].tolist()
