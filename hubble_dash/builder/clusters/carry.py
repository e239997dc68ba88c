"""Clusters of old cutouts -> those of the new ones beside them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.atlas.schema import NO_CLUSTER
from hubble_dash.builder.neighbors.unit import blocks

__all__ = ["carry_over"]

# The nearest old cutouts that are asked, and how many of them must agree.
N_ASKED, N_AGREED = 9, 5
# They must be as near as the last of its asked ones is to all but this share of the cluster's own.
SHARE_FARTHER = 0.05


def carry_over(codes: NDArray[np.int16], neighbors: Neighbors) -> NDArray[np.int16]:
    """Give new cutouts the cluster that most of the old ones most like them have.

    What is less like them than nearly all that is in the cluster stays in none: a kind that is new
    gets a cluster when they are found anew.

    Parameters
    ----------
    codes : (m, levels) int16 array
        Of the old cutouts.
    neighbors : Neighbors
        Of all n, the old ones first.

    Returns
    -------
    (n, levels) int16 array
        The first m rows are `codes`.
    """
    m, (n, k) = len(codes), neighbors.rows.shape
    carried = np.full((n, codes.shape[1]), NO_CLUSTER, np.int16)
    carried[:m] = codes
    if k < N_AGREED:
        return carried
    least = [_least(column, neighbors.similarities[:m, min(N_ASKED, k) - 1]) for column in codes.T]
    for part in blocks(n - m):
        new = slice(m + part.start, m + part.stop)
        near, similar = neighbors.rows[new], neighbors.similarities[new]
        is_old = near < m
        asked = is_old & (np.cumsum(is_old, axis=1) <= N_ASKED)
        for level, column in enumerate(codes.T):
            said = np.where(asked, column[np.where(is_old, near, 0)], NO_CLUSTER)
            # The last is that of none.
            said[similar < least[level][said]] = NO_CLUSTER
            carried[new, level] = _agreed(np.sort(said, axis=1))
    return carried


def _least(codes: NDArray[np.int16], similarities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give how alike something must be to belong to each cluster; the last is that of none."""
    least = np.full(int(codes.max(initial=-1)) + 2, -np.inf, np.float32)
    for code in range(len(least) - 1):
        least[code] = np.quantile(similarities[codes == code], SHARE_FARTHER)
    return least


def _agreed(said: NDArray[np.int16]) -> NDArray[np.int16]:
    """Give what stands often enough among sorted codes, (b, k); of nine, that is one at most."""
    first, last = said[:, : 1 - N_AGREED], said[:, N_AGREED - 1 :]
    agreed: NDArray[np.int16] = np.where(first == last, first, NO_CLUSTER).max(axis=1)
    return agreed
