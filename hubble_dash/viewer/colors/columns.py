"""The columns that points can be coloured by, with their legends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import (
    LABELS,
    extra_columns,
    extra_image_columns,
    is_number,
    text_codes,
)
from hubble_dash.viewer.colors.palette import PALETTE

__all__ = ["MISSING", "OTHER", "ColorColumn", "color_columns"]

# Codes that are no category.
OTHER, MISSING = 254, 255
# Texts with more distinct values would all look the same.
MOST_CATEGORIES = 60


@dataclass(frozen=True)
class ColorColumn:
    """A column that points can be coloured by.

    Parameters
    ----------
    legend : dict
        Its entry of the page's index: ``name``; ``kind`` ``"number"`` with ``low`` and ``high``,
        the 2nd and 98th percentile, or ``"category"`` with ``categories`` (``text`` and ``count``,
        commonest first, 10 at most) and ``other``, the count of all further ones; ``missing``.
    codes : (n,) uint8 array
        Of a number 0 to 254, between ``low`` and ``high``; of a category its place in
        ``categories``, or `OTHER`. `MISSING` where nothing is known.
    """

    legend: dict[str, Any]
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
        The file, the best label, then the cutouts' columns and the images' that are numeric or
        have at most 60 distinct texts; codes are in the order of the rows.
    """
    cutouts, images = atlas.cutouts, atlas.images
    image = cutouts["image"].to_numpy()
    found: dict[str, ColorColumn | None] = {}
    if 1 < len(images) < len(cutouts):
        found["file"] = _by_category("file", image, images["name"].astype(str).tolist())
    if LABELS[0] in cutouts:
        found["best label"] = _by_category("best label", *text_codes(cutouts[LABELS[0]]))
    for name in extra_columns(cutouts):
        found[name] = _of(cutouts[name])
    for name in extra_image_columns(images):
        if name not in found and images[name].nunique() > 1:
            found[name] = _of(images[name], image)
    return [column for column in found.values() if column is not None]


def _of(values: pd.Series, rows: NDArray[Any] | slice = slice(None)) -> ColorColumn | None:
    """Make the column of a table's column, taken at `rows`; none of too many different texts."""
    name = str(values.name)
    if is_number(values):
        return _by_number(name, values.to_numpy(dtype=float, na_value=np.nan)[rows])
    codes, texts = text_codes(values)
    return _by_category(name, codes[rows], texts) if len(texts) <= MOST_CATEGORIES else None


def _by_number(name: str, values: NDArray[np.float64]) -> ColorColumn | None:
    """Spread numbers between two percentiles, so that a few outliers do not hide the rest."""
    known = np.isfinite(values)
    n = int(known.sum())
    if not n:
        return None
    places = [int(share * (n - 1) + 0.5) for share in (0.02, 0.98)]
    low, high = np.partition(values[known], places)[places].tolist()
    codes = np.full(len(values), MISSING, np.uint8)
    part = np.clip(values[known], low, high)
    share = (part - low) / (high - low) if high > low else np.full(n, 0.5)
    codes[known] = np.round(share * 254)
    legend = {"name": name, "kind": "number", "low": low, "high": high}
    return ColorColumn({**legend, "missing": len(values) - n}, codes)


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
    legend = {
        "name": name,
        "kind": "category",
        "categories": [{"text": texts[code], "count": int(counts[code])} for code in shown],
        "other": int(counts.sum() - counts[shown].sum()),
        "missing": int(np.count_nonzero(codes < 0)),
    }
    return ColorColumn(legend, places[codes])
