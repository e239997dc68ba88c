"""Neighbours -> how far each cutout is from those most like it: globally, and beside their own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["isolation", "local_isolation"]

# The neighbour whose distance says how isolated a cutout is: the last of those that a page shows.
NTH_NEAREST = 9
# Nearer than this, in cosine, fingerprints are the same but for rounding.
ROUNDING = 1e-6
ROWS_A_BLOCK = 65_536


def isolation(similarities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Say how far each cutout is from those most like it.

    It is 1 less the cosine similarity of the ninth nearest, or of the last one where there are
    fewer; the k-th nearest neighbour's distance is the simplest measure of an outlier
    (Ramaswamy, Rastogi and Shim 2000, SIGMOD, 427).

    Parameters
    ----------
    similarities : (n, k) float32 array
        Of the neighbours, most similar first.

    Returns
    -------
    (n,) float32 array
        From 0 to 2. NaN where there is no other cutout.
    """
    if not similarities.shape[1]:
        return np.full(len(similarities), np.nan, np.float32)
    return 1 - similarities[:, min(NTH_NEAREST, similarities.shape[1]) - 1]


def local_isolation(
    rows: NDArray[np.int32], similarities: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Say how much farther apart it is around each cutout than around those most like it.

    It is the local outlier factor of the nine nearest (Breunig, Kriegel, Ng and Sander 2000,
    SIGMOD, 93), whose distances are those of fingerprints of length 1: about 1 amid others, of any
    density; 2 where those nearest lie twice as close to theirs.

    Parameters
    ----------
    rows, similarities : (n, k) int32 and float32 arrays
        The neighbours, most similar first.

    Returns
    -------
    (n,) float32 array
        Above 0. NaN where there is no other cutout.
    """
    n, k = len(rows), min(NTH_NEAREST, rows.shape[1])
    if not k:
        return np.full(n, np.nan, np.float32)
    farthest = _distances(similarities[:, k - 1])
    density, factor = np.empty(n, np.float32), np.empty(n, np.float32)
    blocks = [slice(start, start + ROWS_A_BLOCK) for start in range(0, n, ROWS_A_BLOCK)]
    for block in blocks:
        reach = np.maximum(_distances(similarities[block, :k]), farthest[rows[block, :k]])
        density[block] = 1 / reach.mean(axis=1)
    for block in blocks:
        factor[block] = density[rows[block, :k]].mean(axis=1) / density[block]
    return factor


def _distances(similarities: NDArray[np.float32]) -> NDArray[Any]:
    """Give how far unit vectors of these cosines are from each other, and never that they touch."""
    distances: NDArray[Any] = np.sqrt(2 * np.maximum(1 - similarities, ROUNDING))
    return distances
