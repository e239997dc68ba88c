"""The nearest rows among very many: candidates from an index, judged by whole fingerprints.

The index is an inverted file (Jegou et al. 2011, IEEE TPAMI 33, 117) over the first principal
axes: cells of like rows, of which the nearest few are searched. Unlike a graph such as HNSW it is
the same every time, however many threads there are. How much it misses is measured, and more cells
are searched until that is little enough.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.neighbors.exact import Found, nearest_of_some
from hubble_dash.builder.neighbors.principal import principal_axes
from hubble_dash.builder.neighbors.unit import (
    BLOCK_ROWS,
    SIMILARITY_TOLERANCE,
    FloatMatrix,
    blocks,
    unit_block,
)

__all__ = ["Index", "MissedError", "import_faiss"]

logger = logging.getLogger(__name__)

# Recall is measured at the nine nearest, which a page shows; and on a sample of so many rows.
RECALL_DEPTH, SAMPLE_ROWS = 9, 1000
# What is promised is a recall of 0.99. Measured on a sample it may come out too high by the rest.
MIN_RECALL = 0.992
# Shortening fingerprints costs recall even if all cells are searched; so much must be left then.
MIN_RECALL_OF_AXES = 0.997
# Numbers of axes that fingerprints are shortened to, tried in this order.
DIMENSIONS = (64, 128, 256, 512)
# Cells that are searched for each row at first; they are doubled until recall is high enough.
MIN_CELLS_SEARCHED = 16
# Rows of one cell have many candidates in common: of so many, these are read and compared at once.
QUERIES_PER_BLOCK = 256


class MissedError(Exception):
    """The index misses more than may be; the text says how much."""


def import_faiss() -> ModuleType:
    """Import faiss beside torch's OpenMP.

    On macOS torch and faiss each bring an OpenMP runtime. The second one to start aborts the
    process unless it is told otherwise, and faiss's parallel search then crashes, so that faiss
    runs on one thread there (faiss-wheels #73, pytorch #149201). Its matrix products go through
    Apple's Accelerate, which has threads of its own. Elsewhere nothing is changed.

    Returns
    -------
    module
        `faiss`.
    """
    on_mac = sys.platform == "darwin"
    if on_mac:
        os.environ.setdefault("KMP_DUPLICATE_LIB_OK", "TRUE")
    faiss = importlib.import_module("faiss")
    if on_mac:
        faiss.omp_set_num_threads(1)
    return faiss


class Index:
    """An approximate search, with its recall.

    Parameters
    ----------
    fingerprints : (n, d) float array
        Read in blocks; may be memory-mapped.
    k : int
        Neighbours to find of each row, itself left out.
    random_state : int
        Seed of the sample, the axes and the cells.
    dimensions : sequence of int
        Numbers of axes to try.

    Attributes
    ----------
    report : dict
        ``method``, its parameters, ``recall_at_9`` and ``recall_at_k`` of the rows of a ``sample``.

    Raises
    ------
    MissedError
        If it would find fewer than 99 % of the nine nearest.
    ValueError
        If a fingerprint is zero or not finite.
    """

    def __init__(
        self,
        fingerprints: FloatMatrix,
        k: int,
        *,
        random_state: int,
        dimensions: Sequence[int] = DIMENSIONS,
    ) -> None:
        self.fingerprints, self.k, self.random_state = fingerprints, k, random_state
        n = len(fingerprints)
        # Some more than are wanted, since whole fingerprints will put them in another order.
        self.n_candidates = min(n, k + 1 + max(20, k // 4))
        drawn = np.random.default_rng(random_state).choice(n, min(n, SAMPLE_ROWS), replace=False)
        self.sample = np.sort(drawn)
        queries = unit_block(fingerprints, self.sample)
        similarities, rows = nearest_of_some(queries, fingerprints, k + 1)
        self._true = _judged(similarities, rows, self.sample, k)[0]
        self._short = self._shortened(dimensions)
        self._index, self._cell = self._cells()
        recall = self._widen()
        self.report: dict[str, Any] = {
            "method": "inverted file",
            "dimensions": self._short.shape[1],
            "cells": self._index.nlist,
            "cells_searched": self._index.nprobe,
            "candidates": self.n_candidates,
            f"recall_at_{min(RECALL_DEPTH, k)}": round(recall[0], 4),
            "recall_at_k": round(recall[1], 4),
            "sample": len(self.sample),
        }

    def search(self) -> Iterator[tuple[NDArray[np.int64], Found]]:
        """Find the neighbours of all rows.

        Yields
        ------
        rows : (m,) int64 array
            Some rows that are alike.
        found : tuple
            Similarities (m, k) float32 and rows (m, k) int64, by whole fingerprints.
        """
        order = np.argsort(self._cell, kind="stable")
        for part in blocks(len(order), QUERIES_PER_BLOCK):
            rows = np.sort(order[part])
            yield rows, self._nearest(rows)

    def _shortened(self, dimensions: Sequence[int]) -> NDArray[np.float32]:
        """Turn fingerprints onto as few axes as hold the nearest rows among the candidates."""
        d = self.fingerprints.shape[1]
        recall = 0.0
        for n_axes in sorted({min(d, tried) for tried in dimensions}):
            axes = principal_axes(self.fingerprints, n_axes, random_state=self.random_state)
            short = np.empty((len(self.fingerprints), n_axes), np.float32)
            for rows in blocks(len(short)):
                part = unit_block(self.fingerprints, rows) @ axes
                short[rows] = part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-12)
            _, candidates = nearest_of_some(short[self.sample], short, self.n_candidates)
            recall = self._recall(candidates)[0]
            if recall >= MIN_RECALL_OF_AXES:
                return short
        raise MissedError(f"{n_axes} of {d} dimensions hold {recall:.1%} of the nearest")

    def _cells(self) -> tuple[Any, NDArray[np.int64]]:
        """Sort rows into cells: the index, and the cell of each row."""
        faiss: Any = import_faiss()
        n, d = self._short.shape
        n_cells = max(1, min(round(4 * np.sqrt(n)), n // 8))
        nearest = faiss.IndexFlatIP(d)
        index = faiss.IndexIVFFlat(nearest, d, n_cells, faiss.METRIC_INNER_PRODUCT)
        index.cp.seed, index.cp.niter = self.random_state + 1, 10
        index.cp.min_points_per_centroid, index.cp.max_points_per_centroid = 1, 64
        index.train(self._short)
        cell = np.empty(n, np.int64)
        for rows in blocks(n, 8 * BLOCK_ROWS):
            cell[rows] = nearest.search(self._short[rows], 1)[1][:, 0]
            index.add(self._short[rows])
        return index, cell

    def _widen(self) -> tuple[float, float]:
        """Search more and more cells, until recall is high enough."""
        searched = min(MIN_CELLS_SEARCHED, self._index.nlist)
        while True:
            self._index.nprobe = searched
            recall = self._recall(self._candidates(self.sample))
            logger.debug("%d cells searched: recall %.4f", searched, recall[0])
            if recall[0] >= MIN_RECALL:
                return recall
            if searched > self._index.nlist // 4:
                raise MissedError(
                    f"{searched} of {self._index.nlist} cells hold {recall[0]:.1%} of the nearest"
                )
            searched *= 2

    def _recall(self, candidates: NDArray[np.int64]) -> tuple[float, float]:
        """Give the share of the sample's true neighbours among candidates, of nine and of k."""
        shares = []
        found, _ = self._judge(self.sample, candidates)
        for depth in (min(RECALL_DEPTH, self.k), self.k):
            last = self._true[:, depth - 1, np.newaxis]
            shares.append(float((found[:, :depth] >= last - SIMILARITY_TOLERANCE).mean()))
        return shares[0], shares[1]

    def _candidates(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        candidates: NDArray[np.int64] = self._index.search(self._short[rows], self.n_candidates)[1]
        return candidates

    def _nearest(self, rows: NDArray[np.int64]) -> Found:
        similarities, found = self._judge(rows, self._candidates(rows))
        # Where the cells that are searched hold too few rows, all rows are searched.
        scarce = np.flatnonzero(~np.isfinite(similarities[:, -1]))
        if len(scarce) > 0:
            queries = unit_block(self.fingerprints, rows[scarce])
            exact = nearest_of_some(queries, self.fingerprints, self.k + 1)
            similarities[scarce], found[scarce] = _judged(*exact, rows[scarce], self.k)
        return similarities, found

    def _judge(self, rows: NDArray[np.int64], candidates: NDArray[np.int64]) -> Found:
        """Compare whole fingerprints, of rows that have candidates in common at once."""
        similarities = np.empty(candidates.shape, np.float32)
        for part in blocks(len(rows), QUERIES_PER_BLOCK):
            some, place = np.unique(candidates[part], return_inverse=True)
            # faiss gives -1 where it has no further candidate.
            against = unit_block(self.fingerprints, np.maximum(some, 0))
            products = unit_block(self.fingerprints, rows[part]) @ against.T
            similarities[part] = np.take_along_axis(
                products, place.reshape(candidates[part].shape), axis=1
            )
        similarities[candidates < 0] = -np.inf
        return _judged(similarities, candidates, rows, self.k)


def _judged(
    similarities: NDArray[np.float32],
    found: NDArray[np.int64],
    rows: NDArray[np.int64],
    k: int,
) -> Found:
    """Take the k most similar of what was found of each row, but for itself."""
    similarities = np.where(found == rows[:, np.newaxis], -np.inf, similarities)
    best = np.argpartition(-similarities, min(k, similarities.shape[1] - 1), axis=1)[:, :k]
    best = np.take_along_axis(
        best, np.argsort(-np.take_along_axis(similarities, best, axis=1), axis=1), axis=1
    )
    return np.take_along_axis(similarities, best, axis=1), np.take_along_axis(found, best, axis=1)
