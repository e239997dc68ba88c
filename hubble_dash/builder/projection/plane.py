"""Points on the plane: where a layout starts, how it is fitted into the map, what lies near."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.neighbors.principal import two_components
from hubble_dash.builder.neighbors.unit import FloatMatrix

__all__ = ["Positions", "fit", "order_by_place", "start_positions"]

Positions: TypeAlias = NDArray[np.float64]

# How wide a layout starts, the standard deviation along its longer axis; and the noise added to it.
START_WIDTH, START_NOISE = 1e-4, 1e-6
# To sort points by place, a map that fills [-1, 1] is cut into 512 x 512 cells; so many columns of
# cells make a strip.
CELLS_PER_UNIT, CELLS_PER_STRIP = 256, 4


def fit(layout: Positions) -> NDArray[np.float32]:
    """Centre a layout in [-1, 1], its longer side filling it.

    Parameters
    ----------
    layout : (n, 2) float array
        Of any size.

    Returns
    -------
    (n, 2) float32 array
        Zeros where all points are one.
    """
    low, high = layout.min(axis=0), layout.max(axis=0)
    half = float((high - low).max()) / 2
    centred = layout - (low + high) / 2
    return np.asarray(centred / half if half > 0 else centred, np.float32)


def start_positions(fingerprints: FloatMatrix, random_state: int) -> Positions:
    """Lay out principal components, tiny, with noise of a hundredth so that no two points coincide.

    Parameters
    ----------
    fingerprints : (n, d) float array
        Read in blocks.
    random_state : int
        Seed of the noise.

    Returns
    -------
    (n, 2) float64 array
    """
    components = two_components(fingerprints)
    components *= START_WIDTH / max(float(components[:, 0].std()), np.finfo(np.float64).tiny)
    noise = np.random.default_rng(random_state).normal(0, START_NOISE, components.shape)
    return np.ascontiguousarray(components + noise)


def order_by_place(positions: Positions) -> NDArray[np.int64]:
    """Sort points so that those near one another on the plane stand near one another in memory.

    Parameters
    ----------
    positions : (n, 2) float array
        A layout, of any size.

    Returns
    -------
    (n,) int64 array
        Their numbers: strip by strip, within a strip cell by cell.
    """
    cells = np.floor(CELLS_PER_UNIT * (fit(positions) + 1)).astype(np.int64)
    strips = cells[:, 0] // CELLS_PER_STRIP
    return np.lexsort((positions[:, 0], cells[:, 1], strips)).astype(np.int64)
