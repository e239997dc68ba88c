"""Queries in the page mean the rows that they mean in Python; in one file and in a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from helpers.atlases import make_atlas
from helpers.pages import OpenPage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.export import export

pytestmark = pytest.mark.browser
Open = Callable[..., OpenPage]
N = 216
QUERIES = [
    'class == "spiral" and magnitude > 21.3 and not z < 0.5',
    "0.25 <= z < 0.75 or z is missing",
    "z != 0.5",
    f"id == {2**62 + 17}",
    f"{2**62 + 17} < id <= {2**62 + 30}",
    "id is missing",
    'observed >= "2004-07"',
    'observed == "2004-03"',
    "ok",
    "not ok",
    "ok == false",
    'named == "Caf\u00e9"',
    'named ~ "NGC 13"',
    '"ngc13"',
    '"label 3" and row < 100',
    "`label 0` >= 0.2",
    '`best label` in ["label 1", "label 2"]',
    'file ~ "FIELD_1" and x0 == 24',
    "y1 <= 96 and image == 1",
    "within(39.9, -19.95, 2 arcmin)",
    "scale > 3.5 and dec < 0",
    'INSTRUME == "ACS" and row in [3, 17, 210]',
]


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """An atlas with columns of all kinds, in which something is missing."""
    rows = np.arange(N)
    days = pd.Timestamp("2004-01-01T12:30:15") + pd.to_timedelta(3 * rows, unit="D")
    return make_atlas(
        tmp_path_factory.mktemp("rich") / "rich.atlas",
        columns={
            "z": np.where(rows % 7 == 0, np.nan, rows / N).astype(np.float32),
            "id": pd.array([None if row % 5 == 0 else 2**62 + row for row in rows], "Int64"),
            "observed": [None if row % 11 == 0 else days[row].isoformat() for row in rows],
            "ok": pd.array([None if row % 3 == 0 else row % 2 == 0 for row in rows], "boolean"),
            "named": [f"NGC {1200 + row}" if row % 2 else "Cafe\u0301" for row in rows],
        },
    )


@pytest.mark.parametrize("form", ["file", "folder"])
def test_rows_are_those_of_python(
    form: Literal["file", "folder"], rich: Atlas, open_page: Open, tmp_path: Path
) -> None:
    written = export(rich, tmp_path / ("page.html" if form == "file" else "page"), form=form)
    page = open_page(written if form == "file" else written / "index.html")
    for query in QUERIES:
        rows = rich.select(query).tolist()
        assert 0 < len(rows) < N, query
        assert page.run("text => hubbleDash.query(text)", query) == rows, query
        assert page.run("document.body.dataset.hdSubset") == str(len(rows)), query
    # A search beside the query; what means nothing changes nothing.
    rows = rich.select('INSTRUME == "ACS" and row in [3, 17, 210] and named ~ "ngc"').tolist()
    assert page.run("hubbleDash.search('ngc')") == rows == page.run("hubbleDash.rows()")
    caught = "text => hubbleDash.query(text).catch(({ at, length }) => [at, length])"
    assert page.run(caught, "row < 3 and exptim > 1") == [12, 6]
    assert page.run(caught, "row < ") == [6, 0]
    assert page.run("hubbleDash.rows()") == rows
    place = rich.cutouts.iloc[17]
    search = f"{place['ra_deg']:.6f} {place['dec_deg']:.6f} r=1 arcsec"
    assert page.run("text => hubbleDash.query('').then(() => hubbleDash.search(text))", search) == [
        17
    ]
    assert page.run("hubbleDash.search('')") == list(range(N))
    assert page.errors == []
