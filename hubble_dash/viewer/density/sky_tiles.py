"""The pyramid of the sky: where the cutouts of a large atlas lie, for a folder and for a server."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hubble_dash.viewer.data.encoding import Payload, column
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.density.pyramid import TILE, Pyramid, Square

__all__ = ["SKY_SQUARE", "pyramid_entry", "sky_pyramid", "tile_number"]

# All of the plane that the sky is projected to.
SKY_SQUARE = Square.around((-2 * 2**0.5, 2 * 2**0.5, -(2**0.5), 2**0.5))
# A field of view is a speck on the whole sky; its dot is seen all the same.
LEAST_REACH = 2


def sky_pyramid(pieces: Pieces) -> Pyramid:
    """Make the pyramid of all known places on the sky map."""
    x, y = (values[pieces.sky_order] for values in pieces.sky)
    return Pyramid(x, y, SKY_SQUARE, least_reach=LEAST_REACH)


def tile_number(name: str) -> int:
    """Give the number of a tile ``z/x/y``, counted level after level and row after row."""
    z, x, y = map(int, name.split("/"))
    return int((4**z - 1) // 3 + y * 2**z + x)


def pyramid_entry(levels: int, present: Iterable[int], square: Square) -> Payload:
    """Describe a pyramid in a page's index.

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
