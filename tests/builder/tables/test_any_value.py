"""Columns of any values: whole from the user's table through the atlas to JSON and the page."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
from helpers.decoding import decode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubble_dash.atlas.schema import is_long
from hubble_dash.builder.shards.tables import _writable
from hubble_dash.builder.tables.kinds import nullable
from hubble_dash.builder.tables.read import read_table
from hubble_dash.cli.asking import _plain
from hubble_dash.viewer.data.encoding import embed_json
from hubble_dash.viewer.data.facts import metadata

WORDS = ("Andromeda", "naïve", "a,b", 'say "x"', "<b>", "3h", "0x1F", "1_000", "12:30:00")
KINDS: dict[str, st.SearchStrategy[str]] = {
    "whole": st.integers(-(2**63), 2**63 - 1).map(str),
    "unsigned": st.integers(2**63, 2**64 - 1).map(str),
    "too long": st.integers(2**64, 10**30).map(str),
    "names": st.from_regex(r"0[0-9]{1,18}", fullmatch=True),
    "floats": st.floats(allow_nan=False, allow_infinity=False).map(repr),
    "dates": st.dates().map(str) | st.datetimes().map(lambda time: time.isoformat()),
    "truths": st.sampled_from(["True", "False"]),
    "words": st.sampled_from(WORDS),
}


def same(found: object, written: str, kind: str) -> bool:
    """Compare a value with the text that somebody wrote; digits and words count."""
    if kind == "floats" and not isinstance(found, str):
        return float(found) == float(written)  # type: ignore[arg-type]
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    return str(found) == written


@st.composite
def columns(draw: st.DrawFn) -> tuple[str, list[str]]:
    """The kind of a column, and its cells, some of them empty."""
    kind = draw(st.sampled_from([*KINDS]))
    cells = draw(st.lists(KINDS[kind] | st.just(""), min_size=1, max_size=6))
    return kind, cells


def through_an_atlas(path: Path, table: pd.DataFrame, *, lacking: bool) -> pd.DataFrame:
    """Write and read as an atlas does, where all cutouts have a row or the last has none."""
    table = _writable(table)
    if lacking:
        table = nullable(table).reindex([*range(len(table)), -1])
    table.reset_index(drop=True).to_parquet(path)
    return pd.read_parquet(path)


def on_a_page(table: pd.DataFrame) -> list[Any]:
    """Give the values of a column as the browser decodes them."""
    long = [name for name in table if is_long(table[name])]
    (record,) = json.loads(embed_json(metadata(table, long=long)))
    if "values" in record:
        return [None if math.isnan(v) else v for v in decode(record["values"]).tolist()]
    texts = [*record["texts"], None]
    return [texts[code] for code in decode(record["codes"])]


@given(columns(), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_values_stay_whole(tmp_path: Path, column: tuple[str, list[str]], lacking: bool) -> None:
    kind, cells = column
    text = io.StringIO()
    csv.writer(text).writerows([["value", "n"], *([cell, i] for i, cell in enumerate(cells))])
    (tmp_path / "a.csv").write_text(text.getvalue(), encoding="utf-8")
    table = read_table(tmp_path / "a.csv").data[["value"]]
    table = through_an_atlas(tmp_path / "a.parquet", table, lacking=lacking)
    expected = [*cells, *[""] * lacking]
    for found in (
        table["value"].tolist(),
        json.loads(json.dumps([_plain(value) for value in table["value"]])),
        on_a_page(table),
    ):
        assert len(found) == len(expected)
        for value, written in zip(found, expected, strict=True):
            is_missing = value is None or value is pd.NA or value != value
            assert is_missing == (not written)
            assert is_missing or same(value, written, kind), (kind, value, written)
