"""The columns that points can be coloured by, with their legends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.columns import built_in_name
from hubble_dash.atlas.schema import (
    LABELS,
    extra_columns,
    extra_image_columns,
    is_long,
    is_number,
    text_codes,
)
from hubble_dash.query.dates import milliseconds
from hubble_dash.viewer.colors.bends import bend_of, shares_of
from hubble_dash.viewer.colors.palette import PALETTE
from hubble_dash.viewer.columns.summaries import Category, robust_ends

__all__ = [
    "MISSING",
    "NUMBER_STEPS",
    "OTHER",
    "Category",
    "CategoryLegend",
    "ColorColumn",
    "ColorLegend",
    "NumberLegend",
    "color_columns",
]

# The code of the greatest number, that of a category which has no colour of its own, and that of
# what is not known.
NUMBER_STEPS = OTHER = 254
MISSING = 255
# A column of more distinct texts is none to colour by: most would look the same.
MAX_CATEGORIES = 60


class NumberLegend(TypedDict):
    """A column of numbers or dates: the 2nd and the 98th percentile, and how many are missing.

    Percentiles of whole numbers that a float does not give back are texts, those of dates are in
    milliseconds since 1970. Of skewed numbers the ramp is bent, as `bends.bend_of` says.
    """

    name: str
    kind: Literal["number", "date"]
    low: float | str
    high: float | str
    missing: int
    bend: NotRequired[float]


class CategoryLegend(TypedDict):
    """A column of categories: the commonest first, and the count of all others together."""

    name: str
    kind: Literal["category"]
    categories: list[Category]
    other: int
    missing: int


ColorLegend: TypeAlias = NumberLegend | CategoryLegend


@dataclass(frozen=True)
class ColorColumn:
    """A column that points can be coloured by.

    Parameters
    ----------
    legend : NumberLegend or CategoryLegend
        Its entry of the page's index.
    codes : (n,) uint8 array
        Of a number or date 0 to `NUMBER_STEPS`, along the ramp; of a category its place in
        ``categories``, or `OTHER`. `MISSING` where nothing is known.
    """

    legend: ColorLegend
    codes: NDArray[np.uint8]


def color_columns(atlas: Atlas) -> list[ColorColumn]:
    """Find the columns of an atlas that points can be coloured by.

    Parameters
    ----------
    atlas : Atlas
        The atlas.

    Returns
    -------
    list of ColorColumn
        The file, the best label, then the cutouts' columns and the images' that hold numbers or
        dates, or have at most 60 distinct texts, then those that the atlas derives; codes are in
        the order of the rows.
    """
    cutouts, images = atlas.cutouts, atlas.images
    image = cutouts["image"].to_numpy()
    found: list[ColorColumn | None] = []
    further = extra_columns(cutouts)
    own = {*further, *extra_image_columns(images)}
    if 1 < len(images) < len(cutouts):
        name = built_in_name("file", own)
        found.append(_by_category(name, image, images["name"].astype(str).tolist()))
    if LABELS[0] in cutouts:
        name = built_in_name("best label", own)
        found.append(_by_category(name, *text_codes(cutouts[LABELS[0]])))
    found += [_of(cutouts[name]) for name in further]
    for name in extra_image_columns(images):
        if name not in further and images[name].nunique() > 1:
            found.append(_of(images[name], image))
    for name, make in atlas.derived.items():
        found.append(_of(make().rename(built_in_name(name, own))))
    return [column for column in found if column is not None]


def _of(values: pd.Series, rows: NDArray[Any] | slice = slice(None)) -> ColorColumn | None:
    """Make the column of a table's column, taken at `rows`; none of too many different texts."""
    name = str(values.name)
    if is_number(values):
        whole = values.iloc[rows].dropna().to_numpy() if is_long(values) else None
        return _by_number(name, values.to_numpy(dtype=float, na_value=np.nan)[rows], whole)
    codes, texts = text_codes(values)
    dates = _dates(codes, texts)
    if dates is not None:
        return _by_number(name, dates[rows], None, kind="date")
    return _by_category(name, codes[rows], texts) if len(texts) <= MAX_CATEGORIES else None


def _dates(codes: NDArray[np.int64], texts: list[str]) -> NDArray[np.float64] | None:
    """Give when each begins, NaN where that is missing; None where there are other texts."""
    told = np.array([bool(text.strip()) for text in texts] + [False])
    found = milliseconds(text for text in texts if text.strip())
    if found is None:
        return None
    begins = np.full(len(told), np.nan)
    begins[told] = found
    return begins[codes]


def _by_number(
    name: str,
    values: NDArray[np.float64],
    whole: NDArray[Any] | None,
    *,
    kind: Literal["number", "date"] = "number",
) -> ColorColumn | None:
    """Spread numbers between their robust ends, so that a few outliers do not hide the rest.

    The ends are told as texts of whole ones.
    """
    known = np.isfinite(values)
    n = int(known.sum())
    if not n:
        return None
    low, high = robust_ends(values[known])
    codes = np.full(len(values), MISSING, np.uint8)
    bend = bend_of(values[known], low, high) if kind == "number" else None
    codes[known] = np.round(shares_of(values[known], low, high, bend) * NUMBER_STEPS)
    missing = len(values) - n
    told = [low, high] if whole is None else [*map(str, robust_ends(whole))]
    legend: NumberLegend = {
        "name": name, "kind": kind, "low": told[0], "high": told[1], "missing": missing,
    }  # fmt: skip
    if bend is not None:
        legend["bend"] = bend
    return ColorColumn(legend, codes)


def _by_category(name: str, codes: NDArray[Any], texts: list[str]) -> ColorColumn | None:
    """Give the commonest categories a place of their own, and all others one together."""
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    shown = np.argsort(-counts, kind="stable")[: len(PALETTE["categories"])]
    shown = shown[counts[shown] > 0]
    if not len(shown):
        return None
    # The last place is that of code -1.
    places = np.full(len(texts) + 1, OTHER, np.uint8)
    places[-1] = MISSING
    places[shown] = np.arange(len(shown))
    legend: CategoryLegend = {
        "name": name,
        "kind": "category",
        "categories": [{"text": texts[code], "count": int(counts[code])} for code in shown],
        "other": int(counts.sum() - counts[shown].sum()),
        "missing": int(np.count_nonzero(codes < 0)),
    }
    return ColorColumn(legend, places[codes])
