"""The Hilbert curve: an order of points in which neighbours in the plane stay near one another."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["hilbert_keys", "hilbert_order"]

# Cells across the plane are 2**BITS, so that a key fits 32 bits.
BITS = 16


def hilbert_keys(x: ArrayLike, y: ArrayLike, *, bits: int = BITS) -> NDArray[np.uint32]:
    """Give the distance along the Hilbert curve of cells of a square.

    Parameters
    ----------
    x, y : (n,) int array
        Column and row of each cell, ``0 <= x, y < 2**bits``.
    bits : int
        Levels of the curve, ``1 <= bits <= 16``.

    Returns
    -------
    (n,) uint32 array
        From 0 to ``4**bits - 1``; cells whose keys differ by 1 share an edge.

    Notes
    -----
    Level by level from the coarsest, as in Warren, *Hacker's Delight* (2nd edition, 2012), section
    16-2; turning the quadrants is done by masks, without a branch.
    """
    x, y = np.array(x, np.uint32), np.array(y, np.uint32)
    key = np.zeros_like(x)
    for bit in range(bits - 1, -1, -1):
        right, upper = (x >> bit) & 1, (y >> bit) & 1
        key = (key << 2) | ((3 * right) ^ upper)
        # In the lower quadrants the curve is mirrored at a diagonal: swapped, and in the right
        # one turned over first. Bits above the current one no longer matter.
        lower = upper - np.uint32(1)
        over = lower & (np.uint32(0) - right)
        x ^= over
        y ^= over
        swap = (x ^ y) & lower
        x ^= swap
        y ^= swap
    return key


def hilbert_order(x: ArrayLike, y: ArrayLike) -> NDArray[np.int32]:
    """Order points of the plane along a Hilbert curve over the square that they span.

    Parameters
    ----------
    x, y : (n,) float array
        Coordinates, finite.

    Returns
    -------
    (n,) int32 array
        Indices of the points, in order; points of one cell (there are 65,536 across) keep theirs.

    Raises
    ------
    ValueError
        If a coordinate is not finite.
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if not x.size:
        return np.empty(0, np.int32)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("some coordinates are not finite; leave those points out")
    side = max(np.ptp(x), np.ptp(y)) or 1.0
    last = 2**BITS - 1
    cells = [np.minimum((v - v.min()) / side * 2**BITS, last).astype(np.uint32) for v in (x, y)]
    return np.argsort(hilbert_keys(*cells), kind="stable").astype(np.int32)
