"""Where a cutout belongs on a map that is there: amid its nearest, where most of these lie."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["N_BESIDE", "amid"]

# The nearest by which a cutout is placed; the half of them that lie together count.
N_BESIDE = 10


def amid(there: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give places amid others, but for those that lie far from the rest.

    A few of the nearest may lie at another end of a map, and a mean of all would lie between.

    Parameters
    ----------
    there : (m, k, 2) float array
        Where the k nearest of each of m cutouts lie.

    Returns
    -------
    (m, 2) float64 array
        The mean of the half that lies nearest to the one in their middle.
    """
    places = np.asarray(there, np.float64)
    apart = np.linalg.norm(places[:, :, np.newaxis] - places[:, np.newaxis], axis=-1)
    middle = apart.sum(axis=2).argmin(axis=1)
    from_middle = np.take_along_axis(apart, middle[:, np.newaxis, np.newaxis], axis=1)[:, 0]
    half = -(-places.shape[1] // 2)
    together = np.argsort(from_middle, axis=1, kind="stable")[:, :half]
    kept = np.take_along_axis(places, together[..., np.newaxis], axis=1)
    found: NDArray[np.float64] = kept.mean(axis=1)
    return found
