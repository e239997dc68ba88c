"""A column of an atlas -> the values that it has, and the terms that each of them stands for.

A text that few have in common is looked at word by word; of a number the lowest and the highest
third are terms.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.schema import is_long
from hubble_dash.builder.catalogs.columns import POSITION_NAMES
from hubble_dash.query.columns import Column, column_of

__all__ = ["MAX_CATEGORIES", "Values", "outer_thirds", "values_of"]

# A column of more distinct texts is one of sentences, or of names.
MAX_CATEGORIES = 60
# A number of so few distinct whole ones stands for kinds.
MAX_KINDS = 10
# Words of fewer letters say little; so do those of the language.
MIN_LETTERS = 3
COMMON_WORDS = frozenset(
    ["and", "are", "for", "from", "has", "not", "the", "this", "was", "with", "none", "unknown"]
)
# Fewer cutouts than the smallest cluster has need no term.
MIN_CUTOUTS = 10
QUANTILES = (1 / 3, 2 / 3)


class Values(NamedTuple):
    """A column of n cutouts.

    Attributes
    ----------
    codes : (n,) int array
        Which value each has, -1 for none.
    terms : list of list of str
        The terms of each value.
    """

    codes: NDArray[Any]
    terms: list[list[str]]


def values_of(name: str, series: pd.Series[Any]) -> Values | None:
    """Say what of a column are terms; None of what names places and dates, which are no kinds.

    Parameters
    ----------
    name : str
        Of the column.
    series : (n,) pandas.Series
        What it has of each cutout.
    """
    if not series.notna().any() or re.sub("[^a-z0-9]", "", name.lower()) in POSITION_NAMES:
        return None
    column = column_of(series)
    codes = np.where(column.missing, -1, column.values)
    if column.kind == "flag":
        return Values(codes.astype(np.int64), [[], [name]])
    if column.kind == "text":
        return Values(codes, _of_texts(column))
    return _of_numbers(name, series, column) if column.kind == "number" else None


def outer_thirds(values: NDArray[np.floating[Any]], low: str, high: str) -> Values | None:
    """Give names to the lowest and the highest third of numbers.

    Parameters
    ----------
    values : (n,) float array
        NaN where nothing is known.
    low, high : str
        The terms.

    Returns
    -------
    Values or None
        None where they do not differ.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    least, most = np.quantile(known, QUANTILES)
    codes = np.select([values <= least, values >= most], [0, 1], -1)
    return Values(codes, [[low], [high]]) if least < most else None


def _of_texts(column: Column) -> list[list[str]]:
    if len({text for text in column.texts if text.strip()}) <= MAX_CATEGORIES:
        return [[text.strip()] if text.strip() else [] for text in column.texts]
    found = [
        {*re.findall(rf"[^\W\d_]{{{MIN_LETTERS},}}", text.lower())} - COMMON_WORDS
        for text in column.texts
    ]
    held = np.bincount(column.values[~column.missing], minlength=len(column.texts))
    common: dict[str, int] = {}
    for words, n in zip(found, held.tolist(), strict=True):
        for word in words:
            common[word] = common.get(word, 0) + n
    return [sorted(word for word in words if common[word] >= MIN_CUTOUTS) for words in found]


def _of_numbers(name: str, series: pd.Series[Any], column: Column) -> Values | None:
    known = column.values[~column.missing].astype(np.float64)
    distinct = np.unique(known[np.isfinite(known)])
    is_whole = bool((distinct == np.round(distinct)).all())
    if is_long(series) or len(distinct) < 2 or (is_whole and len(distinct) == len(series)):
        return None
    values = np.where(column.missing, np.nan, column.values.astype(np.float64))
    if is_whole and len(distinct) <= MAX_KINDS:
        codes = np.where(np.isfinite(values), np.searchsorted(distinct, values), -1)
        return Values(codes, [[f"{name} {value:g}"] for value in distinct])
    return outer_thirds(values, f"low {name}", f"high {name}")
