"""Points -> a tile pyramid of a plane: what the page shows where there are too many to draw.

Every level is aggregated from the points themselves by Datashader, block by block, so that memory
does not grow with the level; counts are equalised over a whole level, so that tiles meet unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hubble_dash.viewer.data.schema import MAX_POINTS
from hubble_dash.viewer.density.shading import aggregate, as_dots, equalise, histogram, shade
from hubble_dash.viewer.density.tile_images import (
    Picture,
    Pixels,
    encode_tile,
    paint,
    picture_of_colors,
    picture_of_counts,
    picture_of_numbers,
)

__all__ = ["TILE", "Pyramid", "Square", "Tiles"]

Tiles: TypeAlias = dict[str, bytes]
Columns: TypeAlias = Mapping[str, NDArray[Any]]

# Side of a tile, in pixels.
TILE = 512
MAX_LEVELS = 6
# In tiles: sides of the blocks that are aggregated at a time, and of the largest view of a level.
BLOCK_TILES = 2
VIEW_TILES = 2
# Share of the pixels of the area in use that are hit, from which on a point is drawn as one pixel,
# and as a dot of 3 pixels across rather than 5.
DENSE, SPARSE = 0.4, 0.02


class Square(NamedTuple):
    """The square of the plane that tile 0/0/0 covers.

    Attributes
    ----------
    left, top, side : float
        In the plane's units, y growing upwards.
    """

    left: float
    top: float
    side: float

    @classmethod
    def around(cls, extent: Sequence[float], *, margin: float = 0.02) -> Square:
        """Give the square about the middle of an extent, as wide as its longer side.

        Parameters
        ----------
        extent : sequence of float
            ``left, right, bottom, top``.
        margin : float
            How much wider than that, as a share.
        """
        left, right, bottom, top = extent
        side = (max(right - left, top - bottom) or 1.0) * (1 + margin)
        return cls((left + right - side) / 2, (bottom + top + side) / 2, side)

    @property
    def extent(self) -> list[float]:
        """Left, right, bottom and top."""
        return [self.left, self.left + self.side, self.top - self.side, self.top]


class _Block(NamedTuple):
    """Part of a level: its corner and side in pixels, and its pixels that are not empty."""

    left: int
    top: int
    side: int
    places: NDArray[np.intp]
    sums: dict[str, NDArray[np.float64]]


class Pyramid:
    """Draw points of a plane as tiles of 512 x 512 pixels, level z having ``4**z`` of them.

    Tiles are named ``z/x/y``, y counted from the top; those without a point are left out.

    Parameters
    ----------
    x, y : (n,) float array
        The points, inside `square`.
    square : Square
        What the pyramid covers.
    min_reach : int
        Smallest radius of a point's dot, in pixels; dots are larger where points are few.

    max_points : int
        Up to so many in view, the page draws the points themselves.

    Attributes
    ----------
    levels : int
        Enough for every view of 2 x 2 tiles of the last one to hold at most `max_points`; 6 at
        most.
    n_blocks : int
        How many blocks `counts`, `colors` and `numbers` yield.

    Raises
    ------
    ValueError
        If a point lies outside the square, or nowhere.
    """

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        square: Square,
        *,
        min_reach: int = 0,
        max_points: int = MAX_POINTS,
    ) -> None:
        across = (np.asarray(x, np.float64) - square.left) / square.side
        down = (square.top - np.asarray(y, np.float64)) / square.side
        if not (((across >= 0) & (across < 1)).all() and ((down >= 0) & (down < 1)).all()):
            raise ValueError("some points do not lie in the square of the pyramid")
        # In rows from the top, so that a band of a level is a slice.
        self._order = np.argsort(down, kind="stable")
        self._across, self._down = across[self._order], down[self._order]
        self.levels = _n_levels(self._across, self._down, max_points)
        self._reach = [max(min_reach, self._spread_by(z)) for z in range(self.levels)]
        self._shades = []
        self.n_blocks = 0
        for level in range(self.levels):
            counted = histogram(np.empty(0))
            for block in self._blocks(level, {}):
                self.n_blocks += 1
                counted += histogram(block.sums["count"])
            self._shades.append(equalise(counted))

    def counts(self, ramp: Sequence[str]) -> Iterator[Tiles]:
        """Draw how many points there are.

        Parameters
        ----------
        ramp : sequence of str
            Colours ``#rrggbb`` from few to many.

        Yields
        ------
        dict of str to bytes
            PNG files of a block's tiles.
        """
        return self._draw({}, picture_of_counts(ramp))

    def colors(self, rgb: ArrayLike) -> Iterator[Tiles]:
        """Draw the mean of the points' own colours.

        Categories are drawn so too, each point having its category's colour: that is how Datashader
        mixes the colours of categories.

        Parameters
        ----------
        rgb : (n, 3) uint8 array
            A colour for each point.

        Yields
        ------
        dict of str to bytes
            As `counts` does.
        """
        channels = np.asarray(rgb, np.float32)[self._order].T
        return self._draw(dict(zip("rgb", channels, strict=True)), picture_of_colors)

    def numbers(self, values: ArrayLike, ramp: Sequence[str], none: str) -> Iterator[Tiles]:
        """Draw the mean of a number.

        Parameters
        ----------
        values : (n,) float array
            From 0 to 1; NaN where unknown.
        ramp : sequence of str
            Colours ``#rrggbb`` from 0 to 1.
        none : str
            Colour of pixels where nothing is known.

        Yields
        ------
        dict of str to bytes
            As `counts` does.
        """
        ordered = np.asarray(values, np.float32)[self._order]
        known = np.isfinite(ordered)
        columns = {"value": np.where(known, ordered, 0), "known": known.astype(np.float32)}
        return self._draw(columns, picture_of_numbers(ramp, none))

    def _draw(self, columns: Columns, picture: Picture) -> Iterator[Tiles]:
        with ThreadPoolExecutor() as pool:
            for level in range(self.levels):
                for block in self._blocks(level, columns):
                    shades = shade(block.sums["count"], self._shades[level])
                    pixels = np.zeros((block.side, block.side), np.uint32)
                    pixels.ravel()[block.places] = paint(shades, picture(shades, block.sums))
                    tiles = dict(_cut(pixels, level, block.left // TILE, block.top // TILE))
                    yield dict(zip(tiles, pool.map(encode_tile, tiles.values()), strict=True))

    def _blocks(self, level: int, columns: Columns) -> Iterator[_Block]:
        """Aggregate a level, block by block; only those with points."""
        width = TILE * 2**level
        side, reach = min(width, TILE * BLOCK_TILES), self._reach[level]
        x, y = np.floor(self._across * width), np.floor(self._down * width)
        for top in range(0, width, side):
            band = slice(*np.searchsorted(y, [top - reach, top + side + reach]))
            for left in range(0, width, side):
                inside = (x[band] >= left - reach) & (x[band] < left + side + reach)
                if not inside.any():
                    continue
                points = {"x": x[band][inside] + 0.5, "y": y[band][inside] + 0.5}
                points |= {name: values[band][inside] for name, values in columns.items()}
                wide = side + 2 * reach
                x_range, y_range = ((low - reach, low + side + reach) for low in (left, top))
                layers = aggregate(pd.DataFrame(points), wide, wide, x_range, y_range)
                inner = slice(reach, reach + side)
                layers = {k: v[inner, inner] for k, v in as_dots(layers, reach).items()}
                places = np.flatnonzero(layers["count"])
                sums = {name: layer.ravel()[places].astype(float) for name, layer in layers.items()}
                yield _Block(left, top, side, places, sums)

    def _spread_by(self, level: int) -> int:
        """Give the radius of a point's dot: larger where few pixels of the area in use are hit."""
        width = TILE * 2**level
        # In use are the blocks of 8 x 8 pixels that have a point.
        covered = self._n_pixels(width) / max(1, 64 * self._n_pixels(width // 8))
        return 0 if covered > DENSE else 1 if covered > SPARSE else 2

    def _n_pixels(self, width: int) -> int:
        """Count the pixels that have a point, of a picture of that width."""
        return len(np.unique(np.floor(self._down * width) * width + np.floor(self._across * width)))


def _n_levels(across: NDArray[np.float64], down: NDArray[np.float64], max_points: int) -> int:
    """Find the first level at which no view of 2 x 2 tiles holds more points than that."""
    for level in range(MAX_LEVELS - 1):
        edges = np.linspace(0, 1, 2**level + 1)
        held = np.histogram2d(down, across, bins=(edges, edges))[0]
        view = (min(VIEW_TILES, len(held)),) * 2
        in_view = np.lib.stride_tricks.sliding_window_view(held, view).sum(axis=(2, 3))
        if in_view.max() <= max_points:
            return level + 1
    return MAX_LEVELS


def _cut(pixels: Pixels, level: int, column: int, row: int) -> Iterator[tuple[str, Pixels]]:
    """Cut a block into its tiles, `column` and `row` being those of its first; no empty ones."""
    for top in range(0, len(pixels), TILE):
        for left in range(0, len(pixels), TILE):
            tile = pixels[top : top + TILE, left : left + TILE]
            if tile.any():
                yield f"{level}/{column + left // TILE}/{row + top // TILE}", tile
