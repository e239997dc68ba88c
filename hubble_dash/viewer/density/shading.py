"""Points -> counts and sums of each pixel by Datashader, dots where they are few, and shades.

The tiles of a folder and the pictures of a server are both drawn by these.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.viewer.density.tile_images import SHADES

__all__ = ["Layers", "aggregate", "as_dots", "equalise", "histogram", "shade"]

Layers: TypeAlias = dict[str, NDArray[Any]]

# Larger counts are all shown alike.
MAX_COUNT = 65_535


def aggregate(
    points: pd.DataFrame,
    width: int,
    height: int,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
) -> Layers:
    """Count the points of each pixel and add up their columns.

    Parameters
    ----------
    points : (n, ...) pandas.DataFrame
        ``x``, ``y``, and the columns to add up.
    width, height : int
        In pixels.
    x_range, y_range : (float, float)
        What the pixels cover; each is half open, its lower edge belonging to it.

    Returns
    -------
    dict of str to (height, width) array
        ``count``, and the sum of each column. Row 0 is that of the lowest y.
    """
    # Imported when needed: it takes a second, and small pages do without.
    import datashader as ds

    # Floats: for whole numbers everything would be compiled once more.
    x, y = ((float(low), float(high)) for low, high in (x_range, y_range))
    sums = {name: ds.sum(name) for name in points.columns if name not in ("x", "y")}
    canvas = ds.Canvas(width, height, x, y)
    found = canvas.points(points, "x", "y", ds.summary(count=ds.count(), **sums))
    return {str(name): layer.to_numpy() for name, layer in found.items()}


def as_dots(layers: Layers, reach: int) -> Layers:
    """Make each pixel a dot, adding up where dots meet; what leaves the picture is cut off.

    Parameters
    ----------
    layers : dict of str to (height, width) array
        From `aggregate`.
    reach : int
        Radius of a dot, in pixels; nothing is changed by 0.
    """
    if not reach:
        return layers
    around = range(-reach, reach + 1)
    dot = [(i, j) for i in around for j in around if i * i + j * j <= (reach + 0.5) ** 2]
    height, width = layers["count"].shape
    across = width + 2 * reach
    filled = np.flatnonzero(layers["count"])
    rows, columns = np.divmod(filled, width)
    places = (rows + reach) * across + columns + reach
    inner = (slice(reach, reach + height), slice(reach, reach + width))
    out = {}
    for name, layer in layers.items():
        wide = np.zeros((height + 2 * reach) * across)
        values = layer.ravel()[filled]
        for i, j in dot:
            wide[places + (i * across + j)] += values
        out[name] = np.ascontiguousarray(wide.reshape(-1, across)[inner])
    return out


def histogram(count: NDArray[Any]) -> NDArray[np.int64]:
    """Say how many pixels have how many points.

    Parameters
    ----------
    count : int array
        Points of each pixel, of any shape.

    Returns
    -------
    (65536,) int64 array
        Pixels by their number of points; those with more count as the last.
    """
    return np.bincount(_limited(count), minlength=MAX_COUNT + 1)


def equalise(counted: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Give each number of points a shade, so that all shades are used alike.

    Parameters
    ----------
    counted : (65536,) int64 array
        As of `histogram`.

    Returns
    -------
    (65536,) uint8 array
        From 1 to `SHADES`; 0 for no points.
    """
    counted = counted.copy()
    counted[0] = 0
    share = np.cumsum(counted) / max(1, counted.sum())
    shades: NDArray[np.uint8] = np.clip(np.ceil(share * SHADES), 1, SHADES).astype(np.uint8)
    shades[0] = 0
    return shades


def shade(count: NDArray[Any], shades: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Look up the shades of pixels.

    Parameters
    ----------
    count : int array
        Points of each pixel, of any shape.
    shades : (65536,) uint8 array
        As of `equalise`.

    Returns
    -------
    uint8 array
        In the shape of `count`.
    """
    return shades[_limited(count)]


def _limited(count: NDArray[Any]) -> NDArray[np.int64]:
    limited: NDArray[np.int64] = np.minimum(count, MAX_COUNT).astype(np.int64)
    return limited
