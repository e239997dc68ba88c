"""Columns of an atlas's tables -> terms, such as "spiral" or "high z", counted by cluster.

A cutout has a term or not. A text that few have in common is looked at word by word; of a number
the lowest and the highest fifth are terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyarrow import parquet  # type: ignore[import-untyped]
from scipy.sparse import csr_array

from hubble_dash.atlas.schema import (
    CORNERS,
    CUTOUT_COLUMNS,
    CUTOUTS_FILE,
    IMAGES_FILE,
    LABELS,
    PLANE,
    SCORES,
    ImageRow,
    is_long,
)
from hubble_dash.builder.catalogs.columns import POSITION_NAMES
from hubble_dash.query.columns import Column, column_of

__all__ = ["Terms", "count_terms"]

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
QUANTILES = (0.2, 0.8)


class Terms(NamedTuple):
    """Terms, and how many cutouts have each.

    Attributes
    ----------
    texts : list of str
        The terms.
    counts : list of (clusters, terms) int arrays
        Of each level's clusters.
    totals : (terms,) int array
        Of all cutouts.
    """

    texts: list[str]
    counts: list[NDArray[np.int64]]
    totals: NDArray[np.int64]


class _Values(NamedTuple):
    """A column as codes into its values, -1 for none, and the terms of each value."""

    codes: NDArray[Any]
    terms: list[list[str]]


def count_terms(folder: Path, levels: Sequence[NDArray[np.int16]], *, labels: bool) -> Terms:
    """Count the terms of the user's columns, one column after another.

    Parameters
    ----------
    folder : Path
        With the tables of the atlas.
    levels : sequence of (n,) int16 arrays
        The cluster of each cutout at each level; less than 0 for none.
    labels : bool
        Whether the network's best labels are terms, too.
    """
    texts: list[str] = []
    counts = [[np.empty((int(codes.max(initial=-1)) + 1, 0), np.int64)] for codes in levels]
    totals = [np.empty(0, np.int64)]
    for values in _columns(folder, labels=labels):
        words, has = _vocabulary(values.terms)
        if not words:
            continue
        for number, codes in enumerate(levels):
            counts[number].append(_counted(codes, values.codes, len(values.terms)) @ has)
        total = _counted(np.zeros(len(values.codes), np.int16), values.codes, len(values.terms))
        totals.append((total @ has)[0])
        texts += words
    return Terms(texts, [np.concatenate(some, axis=1) for some in counts], np.concatenate(totals))


def _counted(clusters: NDArray[np.int16], codes: NDArray[Any], n_values: int) -> NDArray[np.int64]:
    """Count each value in each cluster, (clusters, values)."""
    m = int(clusters.max(initial=-1)) + 1
    known = (clusters >= 0) & (codes >= 0)
    places = clusters[known].astype(np.int64) * n_values + codes[known]
    return np.bincount(places, minlength=m * n_values).reshape(m, n_values)


def _vocabulary(terms: list[list[str]]) -> tuple[list[str], csr_array[Any]]:
    """Give the terms, each once, and say which value has which, (values, terms) sparse."""
    words = {word: number for number, word in enumerate(dict.fromkeys(chain.from_iterable(terms)))}
    value = np.repeat(np.arange(len(terms)), [len(some) for some in terms])
    word = np.array([words[one] for some in terms for one in some], np.int64)
    shape = (len(terms), len(words))
    return [*words], csr_array((np.ones(len(word), np.int64), (value, word)), shape=shape)


def _columns(folder: Path, *, labels: bool) -> Iterator[_Values]:
    cutouts, images = folder / CUTOUTS_FILE, folder / IMAGES_FILE
    own = {*CUTOUT_COLUMNS, *LABELS, *SCORES} - ({LABELS[0]} if labels else set())
    image = _read(cutouts, "image").to_numpy()
    names = [name for name in parquet.read_schema(cutouts).names if name not in own]
    for name in names:
        if (values := _values_of(name, _read(cutouts, name))) is not None:
            yield values
    for name in parquet.read_schema(images).names:
        if name not in {*ImageRow.__annotations__, *PLANE, *CORNERS, *names}:
            column = _read(images, name).iloc[image].reset_index(drop=True)
            if (values := _values_of(name, column)) is not None:
                yield values


def _read(path: Path, name: str) -> pd.Series[Any]:
    series: pd.Series[Any] = parquet.read_table(path, columns=[name]).to_pandas()[name]
    return series


def _values_of(name: str, series: pd.Series[Any]) -> _Values | None:
    """Say what of a column are terms; None of what names places and dates, which are no kinds."""
    if not series.notna().any() or re.sub("[^a-z0-9]", "", name.lower()) in POSITION_NAMES:
        return None
    column = column_of(series)
    codes = np.where(column.missing, -1, column.values)
    if column.kind == "flag":
        return _Values(codes.astype(np.int64), [[], [name]])
    if column.kind == "text":
        return _Values(codes, _of_texts(column))
    return _of_numbers(name, series, column) if column.kind == "number" else None


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


def _of_numbers(name: str, series: pd.Series[Any], column: Column) -> _Values | None:
    known = column.values[~column.missing].astype(np.float64)
    known = known[np.isfinite(known)]
    distinct = np.unique(known)
    is_whole = bool((distinct == np.round(distinct)).all())
    if is_long(series) or len(distinct) < 2 or (is_whole and len(distinct) == len(series)):
        return None
    values = np.where(column.missing, np.nan, column.values.astype(np.float64))
    if is_whole and len(distinct) <= MAX_KINDS:
        codes = np.where(np.isfinite(values), np.searchsorted(distinct, values), -1)
        return _Values(codes, [[f"{name} {value:g}"] for value in distinct])
    low, high = np.quantile(known, QUANTILES)
    codes = np.select([values <= low, values >= high], [0, 1], -1)
    return _Values(codes, [[f"low {name}"], [f"high {name}"]]) if low < high else None
