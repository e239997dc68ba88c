"""Fingerprints -> the most similar rows, by cosine, and never on the map.

Exact by brute force, as long as that is a matter of a minute; of more, by an index of which the
recall is measured and said.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.approximate import Index, MissedError
from hubble_dash.builder.neighbors.exact import (
    QUERIES_PER_READING,
    Found,
    nearest_of_all,
    nearest_of_some,
)
from hubble_dash.builder.neighbors.unit import (
    FloatMatrix,
    blocks,
    check_matrix,
    unit_block,
    unit_rows,
)

__all__ = [
    "Searched",
    "exact_products",
    "find_neighbors",
    "in_order",
    "nearest_to",
    "search_neighbors",
]

logger = logging.getLogger(__name__)

Progress: TypeAlias = Callable[[int, int], None]

# Exact search takes n x n x d multiplications. Up to so many it is done, which is about a minute on
# two cores, such as for 60,000 rows of 1,280 or 200,000 of 128.
MAX_EXACT_PRODUCTS = 5e12
# On a GPU, likewise: a million rows of 1,280 are 1.3e15, which takes 40 s at the 67 TFLOP/s that an
# H100 has in single precision. This is by arithmetic: it was never tried on one.
MAX_EXACT_PRODUCTS_ON_GPU = 2e15
# More rows are found than are asked for, so that among equally similar ones, unless they are very
# many, it is the first that are taken.
SPARE = 8
# The last bits of a cosine depend on where in the matrix product a row stands. Without them equal
# fingerprints have equal similarities.
SIMILARITY_DECIMALS = 6


class Searched(NamedTuple):
    """What a search found, and how.

    Attributes
    ----------
    neighbors : Neighbors
        ``rows`` (n, k) int32 and ``similarities`` (n, k) float32.
    report : dict
        Plain data for the manifest: ``method``, which is ``"exact"`` or ``"inverted file"``. The
        latter has its parameters, ``recall_at_9`` and ``recall_at_k``, measured on so many rows as
        ``sample`` says. Where an index was tried and missed too much, ``reason`` says so.
    """

    neighbors: Neighbors
    report: dict[str, Any]


def exact_products(device: str) -> float:
    """Say up to how many multiplications all pairs are compared.

    Parameters
    ----------
    device : str
        Where.

    Returns
    -------
    float
        So many take about a minute.
    """
    return MAX_EXACT_PRODUCTS if device == "cpu" else MAX_EXACT_PRODUCTS_ON_GPU


def find_neighbors(fingerprints: FloatMatrix, *, k: int, device: str = "cpu") -> Neighbors:
    """Find the k most similar cutouts of every cutout, itself left out.

    `search_neighbors`, without its report.

    Parameters
    ----------
    fingerprints, k, device
        As of `search_neighbors`.

    Returns
    -------
    Neighbors
        ``rows`` (n, k) int32 and ``similarities`` (n, k) float32, cosine, most similar first.
    """
    return search_neighbors(fingerprints, k=k, device=device).neighbors


def search_neighbors(
    fingerprints: FloatMatrix,
    *,
    k: int,
    device: str = "cpu",
    out: Neighbors | None = None,
    progress: Progress | None = None,
    random_state: int = 0,
    max_exact_products: float | None = None,
) -> Searched:
    """Find the k most similar cutouts of every cutout, itself left out, and say how.

    Up to `max_exact_products` the search is exact, by brute force. Of more rows it is
    that of `hubble_dash.builder.neighbors.approximate.Index`, unless a sample shows that this finds
    fewer than 99 % of the nine nearest: then it is exact and slow. Equal similarities are in the
    order of rows. Memory stays flat in n, but for the result, and 256 to 1,024 bytes a row of the
    index.

    Parameters
    ----------
    fingerprints : (n, d) float array
        One row per cutout; rows need not be normalised. float16 and memory-mapped arrays are
        read block by block.
    k : int
        Neighbours per cutout, ``1 <= k < n``; 0 where there is only one cutout.
    device : str
        Where all pairs are compared; an index is searched on the processor.
    out : Neighbors, optional
        Arrays (n, k) int32 and float32 to write to, such as memory-mapped files.
    progress : callable, optional
        Called with the rows done and all rows.
    random_state : int
        Seed of the index; exact search needs none.
    max_exact_products : float, optional
        Multiplications, n x n x d, up to which all pairs are compared; `exact_products` of the
        device if not given.

    Returns
    -------
    Searched
        `neighbors`, cosine in [-1, 1] to six decimals, most similar first; and the `report`.

    Raises
    ------
    ValueError
        If `k` is out of range, a fingerprint is zero or not finite, or `out` has another shape.
    """
    n = len(fingerprints)
    if not min(1, n - 1) <= k < max(n, 1):
        raise ValueError(
            f"k is {k}; with {n} fingerprints it must lie in [{min(1, n - 1)}, {n - 1}]"
        )
    check_matrix(fingerprints)
    if out is None:
        out = Neighbors(np.empty((n, k), np.int32), np.empty((n, k), np.float32))
    if out.rows.shape != (n, k) or out.similarities.shape != (n, k):
        raise ValueError(f"out has the shape {out.rows.shape}; it must be {(n, k)}")
    if k == 0:
        unit_rows(fingerprints)
        return Searched(out, {"method": "exact"})
    if max_exact_products is None:
        max_exact_products = exact_products(device)
    found, report = _searching(fingerprints, k, device, random_state, max_exact_products)
    done = 0
    for rows, (similarities, nearest) in found:
        out.rows[rows], out.similarities[rows] = in_order(similarities, nearest, k)
        done += len(nearest)
        if progress is not None:
            progress(done, n)
    return Searched(out, report)


def nearest_to(
    numbers: NDArray[np.int64],
    fingerprints: FloatMatrix,
    *,
    k: int,
    device: str = "cpu",
    queries_per_reading: int = QUERIES_PER_READING,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Find the neighbours of a few rows, exactly.

    Parameters
    ----------
    numbers : (m,) int64 array
        Rows.
    fingerprints : (n, d) float array
        Read in blocks.
    k : int
        Neighbours a row, less than n.
    device : str
        Where rows are compared.
    queries_per_reading : int
        Rows of `numbers` for which all fingerprints are read once.

    Returns
    -------
    rows : (m, k) int32 array
        As those of `find_neighbors`.
    similarities : (m, k) float32 array
        Likewise.
    """
    rows = np.empty((len(numbers), k), np.int32)
    similarities = np.empty((len(numbers), k), np.float32)
    for part in blocks(len(numbers), queries_per_reading):
        queries = unit_block(fingerprints, numbers[part])
        wanted = min(k + 1 + SPARE, len(fingerprints))
        found = nearest_of_some(queries, fingerprints, wanted, device=device)
        rows[part], similarities[part] = in_order(*_without_self(found, numbers[part]), k)
    return rows, similarities


def _searching(
    fingerprints: FloatMatrix,
    k: int,
    device: str,
    random_state: int,
    max_exact_products: float,
) -> tuple[Iterator[tuple[slice | NDArray[np.int64], Found]], dict[str, Any]]:
    """Choose how to search: blocks of rows with their neighbours, and the report."""
    n, d = fingerprints.shape
    report: dict[str, Any] = {"method": "exact"}
    if float(n) * n * d > max_exact_products:
        try:
            index = Index(fingerprints, k, random_state=random_state)
        except MissedError as missed:
            logger.warning("neighbours are searched exactly, which takes long: %s", missed)
            report["reason"] = f"an index would have missed too much: {missed}"
        else:
            return index.search(), index.report
    return _exact(fingerprints, k, device), report


def _exact(fingerprints: FloatMatrix, k: int, device: str) -> Iterator[tuple[slice, Found]]:
    wanted = min(k + 1 + SPARE, len(fingerprints))
    for rows, found in nearest_of_all(fingerprints, wanted, device=device):
        yield rows, _without_self(found, np.arange(rows.start, rows.stop))


def _without_self(found: Found, numbers: NDArray[np.int64]) -> Found:
    """Drop one column: each row's own number, or the last where duplicates hide it."""
    similarities, rows = found
    own = rows == numbers[:, np.newaxis]
    own[~own.any(axis=1), -1] = True
    shape = (len(rows), rows.shape[1] - 1)
    return similarities[~own].reshape(shape), rows[~own].reshape(shape)


def in_order(
    similarities: NDArray[np.float32], rows: NDArray[np.int64], k: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Order what was found by similarity, then by row, and leave the first.

    Parameters
    ----------
    similarities : (m, l) float32 array
        Cosines.
    rows : (m, l) int64 array
        Whose.
    k : int
        How many are left of each.

    Returns
    -------
    rows : (m, k) int32 array
        Most similar first.
    similarities : (m, k) float32 array
        To six decimals.
    """
    rounded = np.clip(np.round(similarities, SIMILARITY_DECIMALS), -1, 1).astype(np.float32)
    order = np.lexsort((rows, -rounded), axis=1)[:, :k]
    return (
        np.take_along_axis(rows, order, axis=1).astype(np.int32),
        np.take_along_axis(rounded, order, axis=1),
    )
