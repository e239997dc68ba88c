"""Smoothed fingerprints -> their nearest, of some rows at a time.

Of a small collection all are compared. Of a large one those are that lie within two steps along the
neighbours: who is near a smoothed fingerprint is near one of those that it is made of.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubble_dash.cosine import Smoothed

__all__ = ["MOST_EXACT", "SmoothedNeighbors"]

# Up to so many rows all are compared with all.
MOST_EXACT = 20_000
# Of more, candidates are the first of a row's neighbours, and the first of theirs.
N_FIRST, N_SECOND = 50, 12
# Rows whose candidates are compared at once.
QUERIES_PER_BLOCK = 256
# The largest are looked for in the groups of so many that have the largest maxima.
GROUP = 16
# The last bits of a cosine depend on where in the matrix product a row stands.
DECIMALS = 6


class SmoothedNeighbors:
    """The neighbours that cutouts have by their smoothed fingerprints, found when asked for.

    Parameters
    ----------
    fingerprints : (n, d) float16 array
        May be memory-mapped.
    rows : (n, k) int32 array
        Neighbours of each by its own fingerprint, most similar first.
    similarities : (n, k) float32 array
        Their cosines.
    most_exact : int
        Of more rows than that only candidates are compared.
    """

    def __init__(
        self,
        fingerprints: NDArray[np.float16],
        rows: NDArray[np.int32],
        similarities: NDArray[np.float32],
        *,
        most_exact: int = MOST_EXACT,
    ) -> None:
        self._smoothed = Smoothed(fingerprints, rows, similarities)
        self._rows, self._is_exact = rows, len(rows) <= most_exact

    def nearest(
        self, rows: NDArray[np.integer[Any]], k: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Find the nearest of some rows, themselves left out.

        Parameters
        ----------
        rows : (m,) int array
            Rows; those that are alike are best asked for together.
        k : int
            How many of each, less than n; of a large collection at most 50.

        Returns
        -------
        rows : (m, k) int32 array
            Most similar first, equal ones in the order of their rows.
        similarities : (m, k) float32 array
            Cosines of the smoothed fingerprints.
        """
        found = np.empty((len(rows), k), np.int32)
        similarities = np.empty((len(rows), k), np.float32)
        for start in range(0, len(rows), QUERIES_PER_BLOCK):
            part = slice(start, start + QUERIES_PER_BLOCK)
            found[part], similarities[part] = self._nearest(rows[part], k)
        return found, similarities

    def _nearest(
        self, rows: NDArray[np.integer[Any]], k: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        candidates, vectors = self._candidates(rows)
        own = np.searchsorted(candidates, rows)
        cosines = vectors[own] @ vectors.T
        cosines[np.arange(len(rows)), own] = -np.inf
        best = _largest(cosines, k)
        rounded = np.round(np.clip(np.take_along_axis(cosines, best, axis=1), -1, 1), DECIMALS)
        order = np.lexsort((best, -rounded), axis=1)
        best = np.take_along_axis(best, order, axis=1)
        return candidates[best], np.take_along_axis(rounded, order, axis=1)

    def _candidates(
        self, rows: NDArray[np.integer[Any]]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Give those that are compared, in rising order, and their smoothed fingerprints."""
        if self._is_exact:
            return self._all
        first = np.union1d(rows, self._rows[rows, :N_FIRST])
        candidates = np.union1d(first, self._rows[first, :N_SECOND]).astype(np.int32)
        return candidates, self._smoothed[candidates]

    @cached_property
    def _all(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        n = len(self._rows)
        return np.arange(n, dtype=np.int32), self._smoothed[0:n]


def _largest(values: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Give the columns of the k largest of each row, (m, k), in no order.

    Choosing among all takes several times as long as the matrix product that made them. The largest
    lie in the k groups with the largest maxima, as each of these has one that is as large.
    """
    m, n = values.shape
    n_groups = n // GROUP
    columns = np.broadcast_to(np.arange(n), (m, n))
    if n_groups > k:
        maxima = values[:, : n_groups * GROUP].reshape(m, GROUP, n_groups).max(axis=1)
        groups = np.argpartition(maxima, n_groups - k, axis=1)[:, n_groups - k :]
        within = (groups[:, np.newaxis] + n_groups * np.arange(GROUP)[:, np.newaxis]).reshape(m, -1)
        rest = np.broadcast_to(np.arange(n_groups * GROUP, n), (m, n % GROUP))
        columns = np.concatenate([within, rest], axis=1)
        values = np.take_along_axis(values, columns, axis=1)
    best = np.argpartition(values, values.shape[1] - k, axis=1)[:, values.shape[1] - k :]
    return np.take_along_axis(columns, best, axis=1)
