"""Columns taken apart: what kind each is, and that its arrays give it back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hubble_dash.viewer.columns.summaries import summary
from hubble_dash.viewer.columns.values import missing_code, values_of


def back(column: pd.Series, **options: Any) -> list[Any]:
    """What a page makes of a column: numbers and texts, None where missing."""
    found = values_of(column, **options)
    if found.has_numbers:
        return [None if np.isnan(value) else value for value in found.numbers.tolist()]
    missing = missing_code(found.codes)
    return [None if code == missing else found.texts[code] for code in found.codes.tolist()]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([0, 255], "uint8"),
        ([0, 256], "uint16"),
        ([-1, 3], "int32"),
        ([0, 2**31], "float32"),
        ([1, 2**53 - 1], "float64"),
        (pd.array([1, None], "Int64"), "float32"),
        (pd.array([2**24 + 1, None], "Int64"), "float64"),
        ([0.5, np.nan], "float32"),
        ([0.1, 0.5], "float64"),
        (np.array([0.1, 0.5], np.float32), "float32"),
        ([1e300, 1.0], "float64"),
        ([np.inf, 1.0], "float32"),
    ],
)
def test_numbers_come_in_the_smallest_array_that_gives_them_back(values: Any, dtype: str) -> None:
    column = pd.Series(values)
    found = values_of(column)
    assert (found.kind, found.numbers.dtype.name) == ("number", dtype)
    assert back(column) == [None if pd.isna(value) else value for value in column]


def test_identifiers_keep_all_their_digits() -> None:
    column = pd.Series([2**53 + 1, 2**63 - 1, 2**53 + 1])
    assert values_of(column).kind == "number"
    assert back(column) == ["9007199254740993", "9223372036854775807", "9007199254740993"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", "b", "a", "b"], "category"),
        (["a", "b", "c", "c"], "text"),
        ([f"{i}" for i in range(201)] * 2, "text"),
        ([f"{i}" for i in range(200)] * 2, "category"),
        ([True, False], "flag"),
        (pd.array([True, None, True], "boolean"), "flag"),
        (pd.Series([True, None], dtype=object), "flag"),
        (["True", "False", "True", "False"], "category"),
        (["2004-03-09", "2004-03-09T12:30:00.5"], "date"),
        (["2004-03-09", "2004-02-30"], "text"),
        (["2004-03-09", "2004", "x"], "text"),
        (pd.to_datetime(["2020-02-29", None]), "date"),
        (["", "  "], "text"),
    ],
)
def test_texts_are_dates_flags_categories_or_texts(values: Any, kind: str) -> None:
    assert values_of(pd.Series(values)).kind == kind


def test_the_commonest_text_comes_first_and_an_empty_one_is_missing() -> None:
    column = pd.Series(["a", "b", None, "b", "", "c", "c", "b"])
    found = values_of(column)
    assert found.texts == ["b", "c", "a"]
    assert back(column) == ["a", "b", None, "b", None, "c", "c", "b"]


@pytest.mark.parametrize(
    ("n", "dtype", "missing"), [(255, "uint8", 255), (256, "uint16", 65535), (65536, "int32", -1)]
)
def test_codes_come_in_the_smallest_array_that_has_one_for_missing(
    n: int, dtype: str, missing: int
) -> None:
    column = pd.Series([*map(str, range(n)), None])
    found = values_of(column)
    assert (found.codes.dtype.name, found.codes[-1]) == (dtype, missing)
    assert back(column) == [*map(str, range(n)), None]


def test_images_count_as_often_as_they_have_cutouts() -> None:
    column = pd.Series(["r", "g", "b"])
    counts, image = np.array([1, 5, 0]), np.array([1, 1, 0, 1, 1, 1])
    found = values_of(column, counts)
    assert (found.kind, found.texts) == ("category", ["g", "r", "b"])
    said = summary(found, image)
    assert said["categories"] == [
        {"text": "g", "count": 5}, {"text": "r", "count": 1}, {"text": "b", "count": 0},
    ]  # fmt: skip
    assert (said["distinct"], said["missing"]) == (2, 0)


def test_a_summary_says_how_far_numbers_reach() -> None:
    values = np.append(np.arange(101.0), [np.nan, np.inf])
    assert summary(values_of(pd.Series(values))) == {
        "kind": "number", "missing": 1, "distinct": 102, "low": 0, "high": 100,
        "robust_low": 2, "robust_high": 98,
    }  # fmt: skip
    assert summary(values_of(pd.Series([np.nan]))) == {
        "kind": "number", "missing": 1, "distinct": 0
    }  # fmt: skip


def test_a_summary_of_dates_is_in_milliseconds() -> None:
    texts = ["1970-01-02", "1970-01-01T00:00:01.5", None, "1969-12-31 23:59:59Z"]
    said = summary(values_of(pd.Series(texts)))
    assert (said["low"], said["high"], said["missing"]) == (-1000.0, 86_400_000.0, 1)
