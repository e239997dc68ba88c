"""The map in squares -> of each square the cutout that stands for it: the most typical one.

Level z has ``4**z`` squares, row after row from the top, of the square that holds all points.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubble_dash.cosine import to_unit_length

__all__ = ["MAX_LEVELS", "Level", "medoid_levels", "n_levels"]

# Of deeper levels a page chooses itself, by places: so few cutouts lie in a square, on average.
LEAST_IN_SQUARE, MAX_LEVELS = 8, 8
# How much wider the square is than the points, so that none lies on its edge.
WIDER, LEAST_SIDE = 1.0001, 1e-9


class Level(NamedTuple):
    """The squares of a level.

    Attributes
    ----------
    rows : (4**z,) int32 array
        The row of the cutout whose fingerprint is nearest to the mean of all in it; -1 where there
        are none.
    counts : (4**z,) int32 array
        How many cutouts lie there.
    """

    rows: NDArray[np.int32]
    counts: NDArray[np.int32]


def n_levels(n: int) -> int:
    """Say how many levels a collection has.

    Parameters
    ----------
    n : int
        Cutouts.
    """
    return next(z for z in range(MAX_LEVELS + 1) if z == MAX_LEVELS or 4**z * LEAST_IN_SQUARE > n)


def medoid_levels(
    fingerprints: NDArray[np.floating[Any]],
    positions: NDArray[np.floating[Any]],
    *,
    rows_a_block: int = 8192,
) -> list[Level]:
    """Find what stands for each square of the map, coarse to fine.

    Parameters
    ----------
    fingerprints : (n, d) float array
        May be memory-mapped; read twice, a block at a time.
    positions : (n, 2) float array
        The map.
    rows_a_block : int
        Fingerprints held at a time.

    Returns
    -------
    list of Level
        `n_levels` of them.
    """
    n = n_levels(len(positions))
    if not n:
        return []
    squares = _squares(positions, n - 1)
    sums = np.zeros((4 ** (n - 1), fingerprints.shape[1]), np.float32)
    for rows, block in _unit_blocks(fingerprints, rows_a_block):
        there, first, order = _groups(squares[rows])
        sums[there] += np.add.reduceat(block[order], first, axis=0)
    means = _means(sums, n - 1)
    levels = [Level(np.full(4**z, -1, np.int32), np.zeros(4**z, np.int32)) for z in range(n)]
    best = [np.full(4**z, -np.inf, np.float32) for z in range(n)]
    for rows, block in _unit_blocks(fingerprints, rows_a_block):
        code = squares[rows]
        for z in range(n - 1, -1, -1):
            cosines = np.einsum("ij,ij->i", block, means[z][code])
            there, first, order = _groups(code, cosines)
            found = order[first]
            better = cosines[found] > best[z][there]
            best[z][there[better]] = cosines[found[better]]
            levels[z].rows[there[better]] = rows.start + found[better]
            levels[z].counts[there] += np.diff(first, append=len(code)).astype(np.int32)
            row, column = np.divmod(code, 2**z)
            code = (row >> 1) * 2**z // 2 + (column >> 1)  # of the level above
    return levels


def _squares(positions: NDArray[np.floating[Any]], level: int) -> NDArray[np.int32]:
    """Give the number of each cutout's square, as `squareOf` of the browser side lays them."""
    x, y = np.asarray(positions, np.float64).T
    left, right, bottom, top = x.min(), x.max(), y.min(), y.max()
    longer = max(right - left, top - bottom)
    side = WIDER * max(longer, LEAST_SIDE)
    edge = (side - longer) / 2
    across, part = 2**level, side / 2**level
    column = np.floor((x - (left - edge)) / part).astype(np.int32)
    row = np.floor((top + edge - y) / part).astype(np.int32)
    squares: NDArray[np.int32] = row * across + column
    return squares


def _unit_blocks(
    fingerprints: NDArray[np.floating[Any]], rows_a_block: int
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    for start in range(0, len(fingerprints), rows_a_block):
        rows = slice(start, start + rows_a_block)
        block = np.array(fingerprints[rows], np.float32)
        block[~to_unit_length(block)] = 0
        yield rows, block


def _groups(
    code: NDArray[np.int32], cosines: NDArray[np.float32] | None = None
) -> tuple[NDArray[np.int32], NDArray[np.intp], NDArray[np.intp]]:
    """Give the codes that there are, where each begins in an order, and that: the best first."""
    keys = (code,) if cosines is None else (-cosines, code)
    order = np.lexsort(keys)
    there, first = np.unique(code[order], return_index=True)
    return there, first, order


def _means(sums: NDArray[np.float32], level: int) -> list[NDArray[np.float32]]:
    """Give the directions of the means of all levels, coarse to fine, by the sums of the finest."""
    means = [sums]
    for z in range(level, 0, -1):
        half = 2 ** (z - 1)
        folded = means[-1].reshape(half, 2, half, 2, sums.shape[1]).sum(axis=(1, 3))
        means.append(folded.reshape(half * half, sums.shape[1]))
    for one in means:
        to_unit_length(one)
    return means[::-1]
