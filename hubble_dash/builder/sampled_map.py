"""A start for the map of very many cutouts: a sample laid out, the rest placed beside it.

After Kobak & Berens 2019, Nature Communications 10, 5416, "t-SNE for very large datasets".
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas import Neighbors
from hubble_dash.builder.exact import nearest_of_some
from hubble_dash.builder.unit import FloatMatrix, blocks, unit_block

__all__ = ["draw_sample", "place_beside"]

Positions: TypeAlias = NDArray[np.float64]

# Neighbours that decide where a cutout is placed.
GUIDES = 10
# From neighbour to neighbour, so many steps from the sample.
STEPS = 8
ROWS_A_BLOCK = 65536


def draw_sample(n: int, size: int, *, random_state: int) -> NDArray[np.int64]:
    """Draw rows by chance, in rising order.

    Parameters
    ----------
    n, size : int
        Of how many, and how many.
    random_state : int
        Seed.

    Returns
    -------
    (size,) int64 array
    """
    drawn = np.random.default_rng(random_state).choice(n, size, replace=False)
    return np.sort(drawn).astype(np.int64)


def place_beside(
    sample: NDArray[np.int64],
    positions: Positions,
    fingerprints: FloatMatrix,
    neighbors: Neighbors,
) -> Positions:
    """Place each cutout at the mean of the most similar ones that have a place.

    First those with neighbours in the sample, then those with neighbours among these, and so on;
    what the graph does not lead to is compared with the whole sample.

    Parameters
    ----------
    sample : (m,) int64 array
        Rows that have a place.
    positions : (m, 2) float64 array
        Their places.
    fingerprints : (n, d) float array
        Read for those that the graph does not lead to.
    neighbors : Neighbors
        The graph of all n.

    Returns
    -------
    (n, 2) float64 array
    """
    n = len(neighbors.rows)
    placed = np.zeros((n, 2))
    known = np.zeros(n, np.bool_)
    placed[sample], known[sample] = positions, True
    for _ in range(STEPS):
        missing = np.flatnonzero(~known)
        found = np.zeros(len(missing), np.bool_)
        for part in blocks(len(missing), ROWS_A_BLOCK):
            rows = missing[part]
            guides = np.array(neighbors.rows[rows])
            usable = known[guides]
            # The most similar come first.
            usable &= np.cumsum(usable, axis=1) <= GUIDES
            weights = np.where(usable, np.maximum(neighbors.similarities[rows], 1e-3), 0)
            total = weights.sum(axis=1)
            found[part] = total > 0
            weights /= np.where(total > 0, total, 1)[:, np.newaxis]
            placed[rows] = np.einsum("ij,ijk->ik", weights, placed[guides])
        known[missing[found]] = True
        if not found.any():
            break
    for part in blocks(n - int(known.sum()), ROWS_A_BLOCK):
        rows = np.flatnonzero(~known)[part]
        placed[rows] = _beside_any(rows, sample, positions, fingerprints)
    return placed


def _beside_any(
    rows: NDArray[np.int64],
    sample: NDArray[np.int64],
    positions: Positions,
    fingerprints: FloatMatrix,
) -> Positions:
    queries = unit_block(fingerprints, rows)
    _, nearest = nearest_of_some(queries, fingerprints[sample], min(3, len(sample)))
    places: Positions = positions[nearest].mean(axis=1)
    return places
