"""Duplicates: which cutouts are the same, the graph without them, and their places on the map."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.search import exact_products, nearest_to, search_neighbors
from hubble_dash.builder.neighbors.unit import FloatMatrix, blocks
from hubble_dash.builder.projection.plane import Positions

__all__ = ["group_duplicates", "offsets_in_groups", "without_duplicates"]

# Fingerprints this similar are one point to t-SNE, which they would make blow up or collapse
# (openTSNE #233).
MIN_SIMILARITY_OF_DUPLICATES = 0.999999
# How far the duplicates of a group lie from one another, and how far from their middle at most, in
# units of a map that fills [-1, 1].
DUPLICATE_SPACING, MAX_DUPLICATE_RADIUS = 0.002, 0.02


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


def group_duplicates(neighbors: Neighbors) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Group cutouts that are the same, or the same as one that is the same.

    Parameters
    ----------
    neighbors : Neighbors
        The graph of all n.

    Returns
    -------
    first : (m,) int64 array
        The first row of each group.
    group : (n,) int64 array
        The group of each row, an index into `first`.
    """
    n = len(neighbors.rows)
    rows, columns = np.nonzero(neighbors.similarities >= MIN_SIMILARITY_OF_DUPLICATES)
    edges = np.ones(len(rows), np.int8)
    links = csr_array((edges, (rows, neighbors.rows[rows, columns])), shape=(n, n))
    _, labels = connected_components(links, directed=False)
    _, first, group = np.unique(labels, return_index=True, return_inverse=True)
    return first.astype(np.int64), group.astype(np.int64)


def offsets_in_groups(group: NDArray[np.int64]) -> Positions:
    """Set the members of each group apart, on a sunflower's spiral (Vogel 1979).

    Parameters
    ----------
    group : (n,) int64 array
        The group of each row.

    Returns
    -------
    (n, 2) float64 array
        How far each lies from the place of its group, on a map in [-1, 1]; zero for the first.
    """
    order = np.argsort(group, kind="stable")
    counts = np.bincount(group)
    place = np.empty(len(group), np.int64)
    place[order] = np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)
    step = np.minimum(DUPLICATE_SPACING, MAX_DUPLICATE_RADIUS / np.sqrt(counts))[group]
    angle = place * np.pi * (3 - np.sqrt(5))
    radius = step * np.sqrt(place)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def without_duplicates(
    fingerprints: FloatMatrix,
    neighbors: Neighbors,
    first: NDArray[np.int64],
    group: NDArray[np.int64],
    *,
    k: int,
    device: str = "cpu",
    max_exact_products: float | None = None,
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
    device : str
        Where rows are compared.
    max_exact_products : float, optional
        As of `hubble_dash.builder.neighbors.search.search_neighbors`: with more multiplications for
        the rows that are searched again, all are searched anew.

    Returns
    -------
    fingerprints : (m, d) float array
        Those of `first`; what is memory-mapped is still read only when it is asked for.
    neighbors : Neighbors
        (m, k): rows of `first`.
    """
    distinct = cast(FloatMatrix, _Rows(fingerprints, first))
    rows = np.empty((len(first), k), np.int32)
    similarities = np.empty((len(first), k), np.float32)
    scarce = np.zeros(len(first), np.bool_)
    for part in blocks(len(first)):
        groups = group[neighbors.rows[first[part]]]
        fresh = _first_of_each(groups) & (groups != np.arange(part.start, part.stop)[:, np.newaxis])
        scarce[part] = fresh.sum(axis=1) < k
        order = np.argsort(~fresh, axis=1, kind="stable")[:, :k]
        rows[part] = np.take_along_axis(groups, order, axis=1)
        similarities[part] = np.take_along_axis(neighbors.similarities[first[part]], order, axis=1)
    again = np.flatnonzero(scarce)
    if max_exact_products is None:
        max_exact_products = exact_products(device)
    if float(len(again)) * distinct.size > max_exact_products:
        searched = search_neighbors(
            distinct, k=k, device=device, max_exact_products=max_exact_products
        )
        return distinct, searched.neighbors
    rows[again], similarities[again] = nearest_to(again, distinct, k=k, device=device)
    return distinct, Neighbors(rows, similarities)


def _first_of_each(groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark the first of each value in each row."""
    order = np.argsort(groups, axis=1, kind="stable")
    ordered = np.take_along_axis(groups, order, axis=1)
    new = np.ones(groups.shape, np.bool_)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.empty(groups.shape, np.bool_)
    np.put_along_axis(first, order, new, axis=1)
    return first
