"""Pieces -> pictures of map and sky that lie beside the page: a first one, or pyramids of tiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from tqdm import tqdm

from hubble_dash.disk.names import NewFolder
from hubble_dash.viewer.colors.columns import ColorColumn
from hubble_dash.viewer.colors.palette import PALETTE
from hubble_dash.viewer.colors.points import category_colors, own_colors, shares
from hubble_dash.viewer.data.orders import Places
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.data.schema import FirstIndex, PyramidIndex
from hubble_dash.viewer.density.pyramid import Pyramid, Square, Tiles
from hubble_dash.viewer.density.sky_tiles import SKY_SQUARE, pyramid_index, sky_pyramid, tile_number
from hubble_dash.viewer.density.tile_images import encode_tile
from hubble_dash.viewer.density.view import Density, View

__all__ = ["FIRST", "write_first", "write_map_tiles", "write_sky_tiles"]

Step: TypeAlias = Callable[[], object]

FIRST = "map.png"
# Its side, in pixels.
FIRST_SIDE = 1024


def _square_of(pieces: Pieces) -> Square:
    x, y = pieces.atlas.positions.T
    return Square.around([float(edge) for v in (x, y) for edge in (v.min(), v.max())])


def write_first(pieces: Pieces, folder: NewFolder) -> FirstIndex:
    """Write a picture of the whole map, and say where it is.

    Parameters
    ----------
    pieces : Pieces
        The data.
    folder : NewFolder
        Where it goes.
    """
    left, right, bottom, top = extent = _square_of(pieces).extent
    view = View(left, right, bottom, top, FIRST_SIDE, FIRST_SIDE, "own")
    pixels = np.ascontiguousarray(Density(pieces).picture(view)[::-1]).view(np.uint32)[..., 0]
    folder.write(FIRST, encode_tile(pixels))
    return {"url": FIRST, "extent": extent}


def write_map_tiles(pieces: Pieces, folder: NewFolder, progress: bool) -> PyramidIndex:
    """Write a pyramid of the map for each colour; say what is there.

    Parameters
    ----------
    pieces : Pieces
        The data.
    folder : NewFolder
        Where the tiles go.
    progress : bool
        Whether a bar is shown.
    """
    x, y = pieces.atlas.positions.T
    square = _square_of(pieces)
    pyramid = Pyramid(x, y, square)
    painters: dict[str, Callable[[], Iterator[Tiles]]] = {
        "count": lambda: pyramid.counts(PALETTE["density"]),
        "own": lambda: pyramid.colors(own_colors(pieces.mean_colors)),
    }
    for number, color in enumerate(pieces.colors):
        painters[str(number)] = lambda color=color: _painted(pyramid, color)  # type: ignore[misc]
    present: list[int] = []
    with tqdm(
        desc="tiles", total=len(painters) * pyramid.n_blocks, unit=" blocks", disable=not progress
    ) as bar:
        for name, paint in painters.items():
            present = _write_tiles(paint(), folder.within(name), bar.update)
    return pyramid_index(pyramid.levels, present, square)


def write_sky_tiles(places: Places, folder: NewFolder, progress: bool) -> PyramidIndex:
    """Write a pyramid of the sky, of counts; say what is there.

    Parameters
    ----------
    places : Places
        Where the cutouts lie.
    folder : NewFolder
        Where the tiles go.
    progress : bool
        Whether a bar is shown.
    """
    pyramid = sky_pyramid(places)
    with tqdm(
        desc="tiles of the sky", total=pyramid.n_blocks, unit=" blocks", disable=not progress
    ) as bar:
        present = _write_tiles(pyramid.counts(PALETTE["density"]), folder, bar.update)
    return pyramid_index(pyramid.levels, present, SKY_SQUARE)


def _painted(pyramid: Pyramid, color: ColorColumn) -> Iterator[Tiles]:
    if color.legend["kind"] == "category":
        return pyramid.colors(category_colors(color.codes))
    return pyramid.numbers(shares(color.codes), PALETTE["ramp"], PALETTE["none"])


def _write_tiles(blocks: Iterator[Tiles], folder: NewFolder, step: Step) -> list[int]:
    """Write the tiles of a pyramid as ``z/x-y.png``; give the numbers of those that there are."""
    present = []
    for tiles in blocks:
        for name, png in tiles.items():
            z, x, y = name.split("/")
            folder.write(f"{z}/{x}-{y}.png", png)
            present.append(tile_number(name))
        step()
    return present
