"""How faithful a map is: two figures, measured on a sample of its cutouts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.place import MAX_SIMILARITIES_HELD
from hubble_dash.builder.neighbors.unit import (
    SIMILARITY_TOLERANCE,
    FloatMatrix,
    blocks,
    unit_block,
)

__all__ = ["map_quality"]

# Neighbours of each cutout that are looked at.
N_NEIGHBORS = 10


def map_quality(
    fingerprints: FloatMatrix,
    neighbors: Neighbors,
    positions: NDArray[np.floating[Any]],
    *,
    n_sample: int = 1000,
    random_state: int = 0,
    rows: NDArray[np.integer[Any]] | None = None,
) -> dict[str, float | int]:
    """Measure how far what is near on a map is alike.

    Parameters
    ----------
    fingerprints : (n, d) float array
        Read in blocks.
    neighbors : Neighbors
        The graph.
    positions : (n, 2) float array
        The map.
    n_sample : int
        Cutouts of which the neighbours on the map are looked at, among all n.
    random_state : int
        Seed of their choice.
    rows : (m,) int array, optional
        Of which cutouts the sample is drawn; of all if not given.

    Returns
    -------
    dict
        ``neighbors_kept_at_10``, the share of the ten nearest on the map that are among the ten
        most similar; ``trustworthiness_at_10`` (Venna & Kaski 2001, ICANN, 485; as in
        scikit-learn, by cosine); and ``sample``. With fewer neighbours, the names say how many.
        Empty where there are too few cutouts to say anything.
    """
    n = len(positions)
    k = min(N_NEIGHBORS, neighbors.rows.shape[1], (n - 1) // 2)
    if k < 1:
        return {}
    of = np.arange(n) if rows is None else rows
    drawn = np.random.default_rng(random_state).choice(of, min(len(of), n_sample), replace=False)
    sample = np.sort(drawn)
    near = _nearest_on_map(positions, sample, k)
    similar, above = _compared(fingerprints, sample, near)
    least = neighbors.similarities[sample, k - 1][:, np.newaxis]
    kept = float((similar >= least - SIMILARITY_TOLERANCE).mean())
    too_far = np.maximum(above + 1 - k, 0).sum() / len(sample)
    trust = 1 - too_far * 2 / (k * (2 * n - 3 * k - 1))
    return {
        f"neighbors_kept_at_{k}": round(kept, 4),
        f"trustworthiness_at_{k}": round(float(trust), 4),
        "sample": len(sample),
    }


def _nearest_on_map(
    positions: NDArray[np.floating[Any]], sample: NDArray[np.int64], k: int
) -> NDArray[np.int64]:
    rows = np.asarray(KDTree(positions).query(positions[sample], k + 1)[1], np.int64)
    own = rows == sample[:, np.newaxis]
    own[~own.any(axis=1), -1] = True
    near: NDArray[np.int64] = rows[~own].reshape(len(sample), k)
    return near


def _compared(
    fingerprints: FloatMatrix, sample: NDArray[np.int64], near: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Give the similarity of each pair, and how many rows are more similar to the first."""
    queries = unit_block(fingerprints, sample)
    similar = np.empty(near.shape, np.float32)
    for i, rows in enumerate(near):
        similar[i] = unit_block(fingerprints, rows) @ queries[i]
    above = np.zeros(near.shape, np.int64)
    for rows in blocks(len(fingerprints), max(1, MAX_SIMILARITIES_HELD // len(sample))):
        cosine = queries @ unit_block(fingerprints, rows).T
        inside = (sample >= rows.start) & (sample < rows.stop)
        cosine[inside, sample[inside] - rows.start] = -np.inf
        for column in range(near.shape[1]):
            bar = similar[:, column, np.newaxis] + SIMILARITY_TOLERANCE
            above[:, column] += (cosine > bar).sum(axis=1)
    return similar, above
