"""The graph of the different ones among fingerprints, of which some stand more than once."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.search import MOST_EXACT, find_neighbors, nearest_to
from hubble_dash.builder.neighbors.unit import FloatMatrix, blocks

__all__ = ["without_duplicates"]

ROWS_A_BLOCK = 16384


class _Rows:
    """Some rows of a matrix, read only when they are asked for."""

    ndim = 2

    def __init__(self, matrix: FloatMatrix, rows: NDArray[np.int64]) -> None:
        self.matrix, self.rows = matrix, rows
        self.shape, self.size = (len(rows), matrix.shape[1]), len(rows) * matrix.shape[1]
        self.dtype = matrix.dtype

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, which: slice | NDArray[np.integer[Any]]) -> FloatMatrix:
        return self.matrix[self.rows[which]]


def without_duplicates(
    fingerprints: FloatMatrix,
    neighbors: Neighbors,
    first: NDArray[np.int64],
    group: NDArray[np.int64],
    *,
    k: int,
) -> tuple[FloatMatrix, Neighbors]:
    """Leave one of each group of duplicates, and give the graph among these.

    Neighbours are taken from the graph of all. Only rows of which the neighbours are mostly
    duplicates are searched again.

    Parameters
    ----------
    fingerprints : (n, d) float array
        Read in blocks.
    neighbors : Neighbors
        The graph of all n.
    first : (m,) int64 array
        One row of each group.
    group : (n,) int64 array
        The group of each row, an index into `first`.
    k : int
        Neighbours wanted of each, less than m.

    Returns
    -------
    fingerprints : (m, d) float array
        Those of `first`; what is memory-mapped is still read only when it is asked for.
    neighbors : Neighbors
        (m, k): rows of `first`.
    """
    few = cast(FloatMatrix, _Rows(fingerprints, first))
    rows = np.empty((len(first), k), np.int32)
    similarities = np.empty((len(first), k), np.float32)
    scarce = np.zeros(len(first), np.bool_)
    for part in blocks(len(first), ROWS_A_BLOCK):
        groups = group[neighbors.rows[first[part]]]
        fresh = _first_of_each(groups) & (groups != np.arange(part.start, part.stop)[:, np.newaxis])
        scarce[part] = fresh.sum(axis=1) < k
        order = np.argsort(~fresh, axis=1, kind="stable")[:, :k]
        rows[part] = np.take_along_axis(groups, order, axis=1)
        similarities[part] = np.take_along_axis(neighbors.similarities[first[part]], order, axis=1)
    again = np.flatnonzero(scarce)
    if float(len(again)) * few.size > MOST_EXACT:
        return few, find_neighbors(few, k=k)
    rows[again], similarities[again] = nearest_to(again, few, k=k)
    return few, Neighbors(rows, similarities)


def _first_of_each(groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark the first of each value in each row."""
    order = np.argsort(groups, axis=1, kind="stable")
    ordered = np.take_along_axis(groups, order, axis=1)
    new = np.ones(groups.shape, np.bool_)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.empty(groups.shape, np.bool_)
    np.put_along_axis(first, order, new, axis=1)
    return first
