"""A column -> what a page's index says of it: how far it reaches, what it tells apart."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.query.dates import milliseconds
from hubble_dash.viewer.columns.values import Kind, Values, missing_code

__all__ = ["Category", "ColumnIndex", "ColumnSummary", "PartIndex", "robust_ends", "summary"]

# Outliers lie beyond these quantiles.
QUANTILES = (0.02, 0.98)


class Category(TypedDict):
    """A category, and how many cutouts have it."""

    text: str
    count: int


class PartIndex(TypedDict):
    """Which pieces there are of something: the number of the first, and how many."""

    first: int
    count: int


class ColumnSummary(TypedDict):
    """What there is to say of a column, counted over cutouts.

    ``low``, ``high`` and the robust ones, the 2nd and the 98th percentile, are those of finite
    numbers, or of dates in milliseconds since 1970; missing where there are none.
    """

    kind: Kind
    missing: int
    distinct: int
    low: NotRequired[float]
    high: NotRequired[float]
    robust_low: NotRequired[float]
    robust_high: NotRequired[float]
    # Of categories and flags, the commonest first; a code is a place in this list.
    categories: NotRequired[list[Category]]


class ColumnIndex(ColumnSummary):
    """A column: where it comes from, and which pieces hold it.

    Blocks of a column ``by`` image hold one value an image, the others one a place. ``texts`` are
    the pieces of the texts of a column that has some, and no categories.
    """

    name: str
    role: Literal["own", "built-in"]
    by: Literal["place", "image"]
    blocks: PartIndex
    texts: NotRequired[PartIndex]


def robust_ends(values: NDArray[Any]) -> list[Any]:
    """Give the 2nd and the 98th percentile of numbers, which are among them.

    Parameters
    ----------
    values : (m,) array
        At least one.
    """
    places = [int(share * (len(values) - 1) + 0.5) for share in QUANTILES]
    ends: list[Any] = np.partition(values, places)[places].tolist()
    return ends


def summary(values: Values, rows: NDArray[Any] | slice = slice(None)) -> ColumnSummary:
    """Say what there is to say of a column.

    Parameters
    ----------
    values : Values
        The column.
    rows : (n,) int array, optional
        The row of its table for each cutout; its rows are the cutouts if not given.
    """
    if values.has_numbers:
        numbers = values.numbers[rows]
        known = numbers[~np.isnan(numbers)]
        found: ColumnSummary = {
            "kind": "number",
            "missing": len(numbers) - len(known),
            "distinct": len(pd.unique(known)),
        }
        return {**found, **_reach(known)}
    codes = values.codes[rows]
    known = codes[codes != missing_code(codes)]
    counts = np.bincount(known, minlength=len(values.texts))
    found = {
        "kind": values.kind,
        "missing": len(codes) - len(known),
        "distinct": int(np.count_nonzero(counts)),
    }
    if values.kind == "date":
        dates = milliseconds(values.texts)
        return {**found, **_reach(np.empty(0) if dates is None else dates[known])}
    if values.kind in ("category", "flag"):
        told = zip(values.texts, counts.tolist(), strict=True)
        found["categories"] = [{"text": text, "count": count} for text, count in told]
    return found


def _reach(known: NDArray[Any]) -> Any:
    finite = known[np.isfinite(known)].astype(np.float64)
    if not len(finite):
        return {}
    low, high = robust_ends(finite)
    return {
        "low": float(finite.min()), "high": float(finite.max()),
        "robust_low": low, "robust_high": high,
    }  # fmt: skip
