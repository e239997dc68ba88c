"""Columns of an atlas's tables -> terms, such as "spiral" or "high z", counted by cluster."""

from __future__ import annotations

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
)
from hubble_dash.builder.naming.measured import box_values, image_values, look_values
from hubble_dash.builder.naming.values import Values, values_of

__all__ = ["Terms", "count_terms"]


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
    ranks : (terms,) int array
        0 of what the user says in tables, headers and names of images, 1 of how cutouts look, 2 of
        where they lie.
    columns : (terms,) int array
        The number of the column of which each is a value, of at least three that exclude each
        other; else -1.
    """

    texts: list[str]
    counts: list[NDArray[np.int64]]
    totals: NDArray[np.int64]
    ranks: NDArray[np.int64]
    columns: NDArray[np.int64]


def count_terms(folder: Path, levels: Sequence[NDArray[np.int16]], *, labels: bool) -> Terms:
    """Count the terms of all columns, one after another.

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
    totals, ranks, numbers = ([np.empty(0, np.int64)] for _ in range(3))
    columns = [_columns(folder, labels=labels), look_values(folder), box_values(folder)]
    for rank, values in ((rank, values) for rank, some in enumerate(columns) for values in some):
        words, has = _vocabulary(values.terms)
        if not words:
            continue
        for number, codes in enumerate(levels):
            counts[number].append(_counted(codes, values.codes, len(values.terms)) @ has)
        total = _counted(np.zeros(len(values.codes), np.int16), values.codes, len(values.terms))
        totals.append((total @ has)[0])
        ranks.append(np.full(len(words), rank))
        excludes = len(words) > 2 and max(map(len, values.terms)) == 1
        numbers.append(np.full(len(words), len(numbers) if excludes else -1))
        texts += words
    return Terms(
        texts,
        [np.concatenate(some, axis=1) for some in counts],
        np.concatenate(totals),
        np.concatenate(ranks),
        np.concatenate(numbers),
    )


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


def _columns(folder: Path, *, labels: bool) -> Iterator[Values]:
    """Give the user's columns, and the names of the images."""
    cutouts, images = folder / CUTOUTS_FILE, folder / IMAGES_FILE
    own = {*CUTOUT_COLUMNS, *LABELS, *SCORES} - ({LABELS[0]} if labels else set())
    image = _read(cutouts, "image").to_numpy()
    names = [name for name in parquet.read_schema(cutouts).names if name not in own]
    for name in names:
        if (values := values_of(name, _read(cutouts, name))) is not None:
            yield values
    for name in parquet.read_schema(images).names:
        if name not in {*ImageRow.__annotations__, *PLANE, *CORNERS, *names}:
            column = _read(images, name).iloc[image].reset_index(drop=True)
            if (values := values_of(name, column)) is not None:
                yield values
    if (values := image_values(folder)) is not None:
        yield values


def _read(path: Path, name: str) -> pd.Series[Any]:
    series: pd.Series[Any] = parquet.read_table(path, columns=[name]).to_pandas()[name]
    return series
