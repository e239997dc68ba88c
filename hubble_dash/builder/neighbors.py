"""Fingerprints -> the most similar rows: exact, by cosine, and never on the map."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas import Neighbors
from hubble_dash.builder.native import import_faiss

__all__ = ["FloatMatrix", "find_neighbors", "unit_rows"]

FloatMatrix: TypeAlias = NDArray[np.floating[Any]]

CHUNK = 4096
# The last bits of a cosine depend on where in the matrix product a row stands. Without them equal
# fingerprints have equal similarities.
DECIMALS = 6


def find_neighbors(fingerprints: FloatMatrix, *, k: int) -> Neighbors:
    """Find the k most similar cutouts of every cutout, itself left out.

    The search is exact (FAISS, brute force). Equal similarities are in the order of rows.

    Parameters
    ----------
    fingerprints : (n, d) float array
        One row per cutout; rows need not be normalised. float16 and memory-mapped arrays are
        read piece by piece into one float32 copy.
    k : int
        Neighbours per cutout, ``1 <= k < n``; 0 where there is only one cutout.

    Returns
    -------
    Neighbors
        ``rows`` (n, k) int32 and ``similarities`` (n, k) float32, cosine in [-1, 1] to six
        decimals, most similar first.

    Raises
    ------
    ValueError
        If `k` is out of range, or a fingerprint is zero or not finite.
    """
    n = len(fingerprints)
    if not min(1, n - 1) <= k < max(n, 1):
        raise ValueError(
            f"k is {k}; with {n} fingerprints it must lie in [{min(1, n - 1)}, {n - 1}]"
        )
    unit = unit_rows(fingerprints)
    if k == 0:
        return Neighbors(np.empty((n, 0), np.int32), np.empty((n, 0), np.float32))
    faiss = import_faiss()
    similarities, rows = faiss.knn(unit, unit, k + 1, metric=faiss.METRIC_INNER_PRODUCT)
    similarities, rows = _without_self(similarities, rows)
    return _sorted(similarities, rows)


def unit_rows(fingerprints: FloatMatrix) -> NDArray[np.float32]:
    """Copy fingerprints as float32 rows of length 1.

    Parameters
    ----------
    fingerprints : (n, d) float array
        Read piece by piece.

    Returns
    -------
    (n, d) float32 array

    Raises
    ------
    ValueError
        If the array is not a matrix, or a fingerprint is zero or not finite.
    """
    if fingerprints.ndim != 2:
        raise ValueError(f"fingerprints have the shape {fingerprints.shape}; it must be (n, d)")
    unit = np.empty(fingerprints.shape, np.float32)
    for start in range(0, len(unit), CHUNK):
        rows = unit[start : start + CHUNK]
        rows[:] = fingerprints[start : start + CHUNK]
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        useless = np.flatnonzero(~(np.isfinite(lengths) & (lengths > 0)))
        if len(useless) > 0:
            named = ", ".join(str(start + row) for row in useless[:5])
            raise ValueError(
                f"fingerprints of {len(useless)} rows are zero or not finite (rows {named}"
                f"{', ...' if len(useless) > 5 else ''}); leave these cutouts out"
            )
        rows /= lengths
    return unit


def _without_self(
    similarities: NDArray[np.float32], rows: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Drop one column of k + 1: each row's own number, or the last where duplicates hide it."""
    n, found = rows.shape
    own = rows == np.arange(n)[:, np.newaxis]
    own[~own.any(axis=1), -1] = True
    return similarities[~own].reshape(n, found - 1), rows[~own].reshape(n, found - 1)


def _sorted(similarities: NDArray[np.float32], rows: NDArray[np.int64]) -> Neighbors:
    """Order by similarity, then by row."""
    rounded = np.clip(np.round(similarities, DECIMALS), -1, 1).astype(np.float32)
    order = np.lexsort((rows, -rounded), axis=1)
    return Neighbors(
        np.take_along_axis(rows, order, axis=1).astype(np.int32),
        np.take_along_axis(rounded, order, axis=1),
    )
