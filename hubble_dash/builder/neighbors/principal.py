"""Principal axes of fingerprints, from blocks of rows, without a copy of the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from hubble_dash.builder.neighbors.unit import FloatMatrix, blocks, check_matrix, unit_block

__all__ = ["principal_axes", "two_components"]

# The axes of a map come from a square matrix, whose side is the number of rows or that of features,
# whichever is smaller. A larger matrix takes too long; then so many rows are drawn.
MAX_SQUARE_SIDE = 4096
# Rows that axes are taken from; of more, so many are drawn.
MAX_ROWS_FOR_AXES = 50_000


def principal_axes(fingerprints: FloatMatrix, n_axes: int, *, random_state: int) -> NDArray[Any]:
    """Find the axes along which unit fingerprints are longest; their mean is not taken off.

    Dot products within these axes are the best approximation of cosines in so few dimensions.

    Parameters
    ----------
    fingerprints : (n, d) float array
        Read in blocks.
    n_axes : int
        How many, at most d.
    random_state : int
        Seed of the choice of rows, where there are many.

    Returns
    -------
    (d, n_axes) float32 array
        Orthonormal, the longest first.
    """
    rows = _drawn_rows(len(fingerprints), MAX_ROWS_FOR_AXES, random_state)
    d = fingerprints.shape[1]
    square = np.zeros((d, d), np.float64)
    for part in blocks(len(rows)):
        unit = unit_block(fingerprints, rows[part])
        square += unit.T @ unit
    _, vectors = eigh(square, subset_by_index=[d - n_axes, d - 1])
    return np.ascontiguousarray(vectors[:, ::-1], np.float32)


def two_components(
    fingerprints: FloatMatrix, *, max_square_side: int = MAX_SQUARE_SIDE
) -> NDArray[np.float64]:
    """Give two principal components of the fingerprints at unit length, as cosines see them.

    From the smaller of the two square matrices, ``X X^T`` or ``X^T X``. Where both have a longer
    side than `max_square_side`, or there are more than `MAX_ROWS_FOR_AXES` rows, the axes come from
    rows drawn by a fixed chance.

    Parameters
    ----------
    fingerprints : (n, d) float array
        Read in blocks.
    max_square_side : int
        Longest side of a square matrix of all rows; of a longer one, so many rows are drawn.

    Returns
    -------
    (n, 2) float64 array
        Zeros where there is no such axis.
    """
    check_matrix(fingerprints)
    n, d = fingerprints.shape
    most = max_square_side if min(n, d) > max_square_side else MAX_ROWS_FOR_AXES
    drawn = _drawn_rows(n, most, 0)
    mean = np.zeros(d)
    for part in blocks(n):
        mean += unit_block(fingerprints, part).sum(axis=0, dtype=np.float64)
    centre = (mean / n).astype(np.float32)
    axes = _axes(fingerprints, drawn, centre)
    components = np.zeros((n, 2))
    for part in blocks(n):
        components[part, : axes.shape[1]] = (unit_block(fingerprints, part) - centre) @ axes
    # The sign of an axis is arbitrary; fixed, so that the same input gives the same map.
    largest = np.abs(components).argmax(axis=0)
    return components * np.where(components[largest, [0, 1]] < 0, -1.0, 1.0)


def _axes(
    fingerprints: FloatMatrix, rows: NDArray[np.int64], centre: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Find one or two axes, (d, 1 or 2), zero where rounding errors are all that is left."""
    few_rows = len(rows) < fingerprints.shape[1]
    if few_rows:
        unit = unit_block(fingerprints, rows) - centre
        square = (unit @ unit.T).astype(np.float64)
    else:
        square = np.zeros((len(centre), len(centre)), np.float64)
        for part in blocks(len(rows)):
            unit = unit_block(fingerprints, rows[part]) - centre
            square += unit.T @ unit
    side = len(square)
    values, vectors = eigh(square, subset_by_index=[max(0, side - 2), side - 1])
    axes = unit.T.astype(np.float64) @ vectors if few_rows else vectors
    real = values > max(1e-6 * values[-1], 1e-10)  # else rounding errors, not an axis
    axes = axes * real / np.maximum(np.linalg.norm(axes, axis=0), 1e-30)
    return np.ascontiguousarray(axes[:, ::-1], np.float32)


def _drawn_rows(n: int, most: int, random_state: int) -> NDArray[np.int64]:
    if n <= most:
        return np.arange(n)
    drawn = np.random.default_rng(random_state).choice(n, most, replace=False)
    return np.sort(drawn).astype(np.int64)
