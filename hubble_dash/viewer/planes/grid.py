"""Points -> places in 16 bits, each within the bounds of the points that stand beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["GRID_STEPS", "NOWHERE", "on_grid"]

# The far edge of the bounds, and a point that is nowhere.
GRID_STEPS = 65_534
NOWHERE = 65_535


def on_grid(values: NDArray[Any], low: NDArray[Any], high: NDArray[Any]) -> NDArray[np.uint16]:
    """Give one coordinate of points as steps between bounds.

    Parameters
    ----------
    values : (n,) float array
        The coordinate; NaN where it is not known.
    low, high : (n,) or () float array
        Bounds of each point.

    Returns
    -------
    (n,) uint16 array
        From 0 to `GRID_STEPS`, off by half a step at most; `NOWHERE` where it is not known.
    """
    start, stop = low.astype(np.float64), high.astype(np.float64)
    side = np.where(stop > start, stop - start, 1)
    known = np.isfinite(values)
    steps = (np.where(known, values, start) - start) / side * GRID_STEPS
    return np.where(known, np.clip(np.round(steps), 0, GRID_STEPS), NOWHERE).astype(np.uint16)
