"""Columns of tables as queries see them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hubble_dash.query.columns import column_of
from hubble_dash.query.dates import milliseconds, parse_date


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], "number"),
        (pd.array([1, None], "UInt64"), "number"),
        (np.array([1, 2], np.float16), "number"),
        ([True, False], "flag"),
        ([True, None, False], "flag"),
        (pd.to_datetime(["2004-07-03", None]), "date"),
        (pd.to_datetime(["2004-07-03"]).tz_localize("Europe/Berlin"), "date"),
        (["2004-07-03", None, "", "2004-07-03T12:00:00.25Z"], "date"),
        (["2004-07-03", "soon"], "text"),
        (["2004"], "text"),
        ([None, ""], "text"),
        (pd.Categorical(["a", None]), "text"),
        (["a", 1, None], "text"),
    ],
    ids=str,
)
def test_kinds(values: Any, kind: str) -> None:
    series = pd.Series(values)
    column = column_of(series)
    assert column.kind == kind
    blank = series.astype(object).map(lambda value: value == "")
    assert column.missing.tolist() == (series.isna() | blank).tolist()
    assert len(column.values) == len(series)


def test_dates_are_milliseconds_in_utc() -> None:
    texts = ["2004-07-03", "1858-11-17T00:00", "1999-12-31 23:59:60", "9999-12-31T23:59:59.999999"]
    expected = np.array(["2004-07-03", "1858-11-17", "2000-01-01"], "datetime64[ms]").astype(float)
    found = milliseconds(texts)
    assert found is not None
    assert found[:3].tolist() == expected.tolist()
    assert found[3] == pytest.approx(253402300799999.999, abs=1e-3)
    again = [span.begin for text in texts if (span := parse_date(text))]
    assert found.tolist() == again
    assert np.array_equal(milliseconds(texts[:2] + texts[3:]), again[:2] + again[3:])
    assert milliseconds(["2004-07-03", "2004-02-30"]) is None
    local = pd.to_datetime(["2004-07-03"]).tz_localize("Europe/Berlin")
    assert column_of(pd.Series(local)).values.tolist() == [expected[0] - 2 * 3_600_000]


@pytest.mark.parametrize("year", [1000, 1582, 1900, 1999, 2000, 2004, 2100, 9999])
def test_months_are_those_of_numpy(year: int) -> None:
    for month in range(1, 13):
        begin = np.datetime64(f"{year}-{month:02}", "M")
        span = parse_date(str(begin))
        assert span is not None
        first, after = (one.astype("datetime64[ms]").astype(float) for one in (begin, begin + 1))
        assert tuple(span) == (first, after)
