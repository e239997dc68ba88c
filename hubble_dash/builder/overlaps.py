"""How many cutouts overlap one another, so that neighbours are kept deep enough."""

from __future__ import annotations

import numpy as np
import pandas as pd

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
    most = 0
    for _, table in cutouts.groupby("image", sort=False):
        left, right, low, high = (
            table.sort_values("ixmin")[["ixmin", "ixmax", "iymin", "iymax"]].to_numpy().T
        )
        widest = int((right - left).max())
        # Only boxes that begin less than the widest one to the left can reach into this one.
        first = np.searchsorted(left, left - widest, side="right")
        last = np.searchsorted(left, right, side="left")
        for i, (start, stop) in enumerate(zip(first, last, strict=True)):
            near = slice(start, stop)
            overlap = (right[near] > left[i]) & (low[near] < high[i]) & (high[near] > low[i])
            most = max(most, int(np.count_nonzero(overlap)) - 1)
    return most
