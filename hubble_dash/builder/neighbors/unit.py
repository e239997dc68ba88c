"""Fingerprints at unit length, whole or block by block, so that large ones need not fit in memory.

A dot product of two such rows is their cosine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.cosine import to_unit_length

__all__ = [
    "BLOCK_ROWS",
    "SIMILARITY_TOLERANCE",
    "FloatMatrix",
    "blocks",
    "check_matrix",
    "unit_block",
    "unit_rows",
]

FloatMatrix: TypeAlias = NDArray[np.floating[Any]]

# Rows that are worked on at a time: a block of 2,048 features is 64 MB in single precision.
BLOCK_ROWS = 8192
# Two cosines that differ by no more are taken as equal: that may be the rounding of float32 alone.
SIMILARITY_TOLERANCE = 2e-6


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
    check_matrix(fingerprints)
    unit = np.empty(fingerprints.shape, np.float32)
    for rows in blocks(len(unit)):
        unit[rows] = unit_block(fingerprints, rows)
    return unit


def unit_block(
    fingerprints: FloatMatrix, rows: slice | NDArray[np.integer[Any]]
) -> NDArray[np.float32]:
    """Copy some fingerprints as float32 rows of length 1.

    Parameters
    ----------
    fingerprints : (n, d) float array
        May be memory-mapped.
    rows : slice or (m,) int array
        Which; in rising order they are read fastest.

    Returns
    -------
    (m, d) float32 array

    Raises
    ------
    ValueError
        If one of them is zero or not finite.
    """
    unit = _as_float32(fingerprints[rows])
    useless = np.flatnonzero(~to_unit_length(unit))
    if len(useless) > 0:
        numbers = np.arange(len(fingerprints))[rows][useless]
        named = ", ".join(str(row) for row in numbers[:5])
        raise ValueError(
            f"fingerprints of {len(useless)} rows are zero or not finite (rows {named}"
            f"{', ...' if len(useless) > 5 else ''}); leave these cutouts out"
        )
    return unit


def _as_float32(some: FloatMatrix) -> NDArray[np.float32]:
    """Copy, in torch where that is several times as fast."""
    if some.dtype != np.float16:
        return np.array(some, np.float32, order="C")
    copied: NDArray[np.float32] = torch.from_numpy(np.array(some, order="C")).float().numpy()
    return copied


def check_matrix(fingerprints: FloatMatrix) -> None:
    """Refuse what is not a matrix.

    Parameters
    ----------
    fingerprints : array
        Of any shape.

    Raises
    ------
    ValueError
        If the array is not of two dimensions.
    """
    if fingerprints.ndim != 2:
        raise ValueError(f"fingerprints have the shape {fingerprints.shape}; it must be (n, d)")


def blocks(n: int, size: int = BLOCK_ROWS) -> Iterator[slice]:
    """Cut n rows into blocks.

    Parameters
    ----------
    n : int
        Rows.
    size : int
        Rows of a block; the last one may be shorter.

    Yields
    ------
    slice
        In order.
    """
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))
