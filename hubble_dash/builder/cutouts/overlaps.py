"""How many cutouts overlap one another, so that neighbours are kept deep enough."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["most_overlapping"]


def most_overlapping(cutouts: pd.DataFrame) -> int:
    """Count the cutouts that overlap a cutout, for the one that has the most of them.

    Parameters
    ----------
    cutouts : pandas.DataFrame
        With the columns ``image``, ``ixmin``, ``ixmax``, ``iymin``, ``iymax``.

    Returns
    -------
    int
        Itself not counted. If k neighbours of each are kept and m is this number, then leaving
        out all that overlap leaves at least ``k - m``.
    """
    table = cutouts[["image", "ixmin", "ixmax", "iymin", "iymax"]].to_numpy()
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    starts = np.flatnonzero(np.diff(table[:, 0], prepend=-1, append=-1))
    counts = np.diff(starts)
    several = counts > 1
    groups = zip(starts[:-1][several], counts[several], strict=True)
    return max((_most_in_image(table[i : i + n, 1:]) for i, n in groups), default=0)


def _most_in_image(boxes: NDArray[np.integer[Any]]) -> int:
    """Count for boxes of one image, by their left edge."""
    left, right, low, high = np.ascontiguousarray(boxes.T)
    widest = int((right - left).max())
    # Only boxes that begin less than the widest one to the left can reach into this one.
    first = np.searchsorted(left, left - widest, side="right")
    last = np.searchsorted(left, right, side="left")
    most = 0
    for i, (start, stop) in enumerate(zip(first, last, strict=True)):
        near = slice(start, stop)
        overlap = (right[near] > left[i]) & (low[near] < high[i]) & (high[near] > low[i])
        most = max(most, int(np.count_nonzero(overlap)) - 1)
    return most
