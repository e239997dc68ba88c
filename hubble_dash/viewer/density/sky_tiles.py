"""The pyramid of the sky: where the cutouts of a large atlas lie, for a folder and for a server."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hubble_dash.viewer.data.encoding import column
from hubble_dash.viewer.data.orders import Places
from hubble_dash.viewer.data.schema import PyramidIndex
from hubble_dash.viewer.density.pyramid import TILE, Pyramid, Square

__all__ = ["SKY_SQUARE", "pyramid_index", "sky_pyramid", "tile_number"]

# All of the plane that the sky is projected to.
SKY_SQUARE = Square.around((-2 * 2**0.5, 2 * 2**0.5, -(2**0.5), 2**0.5))
# A field of view is a speck on the whole sky; its dot is seen all the same.
MIN_REACH = 2


def sky_pyramid(places: Places) -> Pyramid:
    """Make the pyramid of all known positions on the sky map.

    Parameters
    ----------
    places : Places
        They are found there.
    """
    x, y = (values[places.sky_rows] for values in places.sky)
    return Pyramid(x, y, SKY_SQUARE, min_reach=MIN_REACH)


def tile_number(name: str) -> int:
    """Give the number of a tile, counted level after level and row after row.

    Parameters
    ----------
    name : str
        ``z/x/y``.
    """
    z, x, y = map(int, name.split("/"))
    return int((4**z - 1) // 3 + y * 2**z + x)


def pyramid_index(levels: int, present: Iterable[int], square: Square) -> PyramidIndex:
    """Describe a pyramid for a page's index.

    Parameters
    ----------
    levels : int
        How many.
    present : iterable of int
        Numbers of the tiles that are not empty.
    square : Square
        What it covers.
    """
    return {
        "size": TILE,
        "levels": levels,
        "present": column(np.sort(np.fromiter(present, np.int32)), "int32"),
        "extent": square.extent,
    }
