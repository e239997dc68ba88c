"""Neighbours and the map -> of each cutout, how many of those most like it lie near it there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.unit import blocks
from hubble_dash.builder.projection.duplicates import (
    MAX_DUPLICATE_RADIUS,
    MIN_SIMILARITY_OF_DUPLICATES,
)

__all__ = ["trust_of"]

# The most similar cutouts that are looked for: those that a page shows.
N_NEIGHBORS = 9
# They are near where they are among so many times as many nearest on the map...
TIMES_AS_MANY = 3
# ... which are at most this share of all, so that chance brings few of them there.
MAX_SHARE = 1 / 3
ROUNDING = 1e-6


def trust_of(neighbors: Neighbors, positions: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Say of each cutout what share of its nine most similar the map keeps near it.

    Near are the 27 nearest on the map. It is the recall of the neighbourhood, a cutout at a time
    (Venna, Peltonen, Nybo, Aidos and Kaski 2010, JMLR 11, 451), with room for three times as many:
    who looks at the map sees more than nine around a point. Cutouts that are the same are near each
    other where they lie on the little disk on which they are drawn, as are those at one place.

    Parameters
    ----------
    neighbors : Neighbors
        Of all n.
    positions : (n, 2) float32 array
        The map, of any size.

    Returns
    -------
    (n,) float32 array or None
        From 0 to 1. Of fewer than 82 cutouts, a ninth of the others is looked for in place of nine;
        None where that is not one.
    """
    n, n_others = len(positions), len(positions) - 1
    k = min(N_NEIGHBORS, neighbors.rows.shape[1], int(n_others * MAX_SHARE) // TIMES_AS_MANY)
    if k < 1:
        return None
    tree = KDTree(positions)
    # A map that is laid out has a half side of 1.
    half_side = float((tree.maxes - tree.mins).max()) / 2
    trust = np.empty(n, np.float32)
    for part in blocks(n):
        here = positions[part].astype(np.float64)
        # The first is the point itself, or one at its place.
        reach = tree.query(here, k=[k * TIMES_AS_MANY + 1], workers=-1)[0]
        near = np.repeat(reach, k, axis=1)
        same = neighbors.similarities[part, :k] >= MIN_SIMILARITY_OF_DUPLICATES
        near[same] = np.maximum(near[same], 2 * MAX_DUPLICATE_RADIUS * half_side)
        apart = np.linalg.norm(positions[neighbors.rows[part, :k]] - here[:, np.newaxis], axis=2)
        trust[part] = (apart <= near * (1 + ROUNDING)).mean(axis=1)
    return trust
