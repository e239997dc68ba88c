"""Points -> a picture of their density in any view of the map: what a server draws as one zooms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.viewer.colors.palette import PALETTE
from hubble_dash.viewer.colors.points import category_colors, own_colors, shares
from hubble_dash.viewer.data.index import bounds
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.density.shading import (
    Layers,
    aggregate,
    as_dots,
    equalise,
    histogram,
    shade,
)
from hubble_dash.viewer.density.tile_images import (
    Picture,
    paint,
    picture_of_colors,
    picture_of_counts,
    picture_of_numbers,
)

__all__ = ["Density", "View"]

Choice: TypeAlias = int | str

# Sides of a view, in pixels; a browser that asks for more is not believed.
MAX_PIXELS = 4096
# Points a block whose bounds are kept, so that a small view touches few of them.
PER_BLOCK = 4096
# Colours whose tables are kept ready, of some bytes a point each.
MAX_FRAMES = 6
# Mean points a pixel, where there are any, from which on a point is drawn as one pixel, and as a
# dot of 3 pixels across rather than 5.
DENSE, SPARSE = 0.25, 0.02
# Of the blocks: where a view touches more, taking them out costs more than it saves.
MAX_TAKEN = 0.5


class View(NamedTuple):
    """A part of the map, and how it is to be drawn.

    Attributes
    ----------
    left, right, bottom, top : float
        In the map's units.
    width, height : int
        In pixels.
    color : int or str
        ``"count"``, ``"own"``, or the number of a colour column.
    """

    left: float
    right: float
    bottom: float
    top: float
    width: int
    height: int
    color: Choice

    @classmethod
    def read(cls, columns: Mapping[str, Any], n_colors: int) -> View | None:
        """Read what a browser sent: columns with one value each.

        Parameters
        ----------
        columns : mapping
            The attributes by name.
        n_colors : int
            Number of colour columns.

        Returns
        -------
        View or None
            None where it makes no sense; the browser is not to be trusted.
        """
        try:
            values = [columns[name][0] for name in cls._fields]
            left, right, bottom, top = (float(value) for value in values[:4])
            width, height = (int(value) for value in values[4:6])
        except (KeyError, IndexError, TypeError, ValueError, OverflowError):
            return None
        color = values[6]
        known = color in ("count", "own") or (
            isinstance(color, int) and not isinstance(color, bool) and 0 <= color < n_colors
        )
        fits = 1 <= width <= MAX_PIXELS and 1 <= height <= MAX_PIXELS
        finite = all(map(math.isfinite, (left, right, bottom, top)))
        if not (known and fits and finite and right > left and top > bottom):
            return None
        return cls(left, right, bottom, top, width, height, color)


class Density:
    """All points of a map, aggregated by Datashader for one view after another.

    Parameters
    ----------
    pieces : Pieces
        Positions, order and colours come from there.

    Attributes
    ----------
    x, y : (n,) float32 array
        The points, in the order of the pieces.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        # Copies in order: neighbours in the plane share cache lines. Memory-mapped arrays are
        # read-only besides, for which everything would be compiled once more.
        order = pieces.places.row_at
        self.x, self.y = (np.ascontiguousarray(v) for v in pieces.atlas.positions[order].T)
        self._bounds = bounds(self.x, self.y, PER_BLOCK)
        self._frame = lru_cache(MAX_FRAMES)(self._make_frame)

    def warm(self) -> None:
        """Let Numba compile what the pictures need, so that no visitor waits for it."""
        for extra in ((), ("r", "g", "b"), ("value", "known")):
            kinds = {"x": "f4", "y": "f4", "value": "f4"}
            frame = pd.DataFrame({k: np.zeros(1, kinds.get(k, "u1")) for k in ("x", "y", *extra)})
            _aggregate(frame, View(0.0, 1.0, 0.0, 1.0, 2, 2, "count"))

    def aggregate(self, view: View) -> Layers:
        """Count the points of each pixel, and add up what their colour needs.

        Parameters
        ----------
        view : View
            The view; pixels are half open, the lower edge belonging to them.

        Returns
        -------
        dict of str to (height, width) array
            ``count``; with ``r``, ``g``, ``b`` for a colour of the points' own or of categories, or
            ``value`` (from 0 to 1) and ``known`` for a number. Row 0 is at the bottom. Where there
            is no point, only ``count`` says something.
        """
        return _aggregate(self._within(view), view)

    def picture(self, view: View) -> NDArray[np.uint8]:
        """Draw a view.

        Parameters
        ----------
        view : View
            The view.

        Returns
        -------
        (height, width, 4) uint8 array
            Red, green, blue and opacity; transparent where there is no point. Row 0 is at the
            bottom.
        """
        layers = self.aggregate(view)
        layers = as_dots(layers, _reach(layers["count"]))
        full = np.flatnonzero(layers["count"])
        sums = {name: layer.ravel()[full] for name, layer in layers.items()}
        shades = shade(sums["count"], equalise(histogram(sums["count"])))
        pixels = np.zeros(view.height * view.width, np.uint32)
        pixels[full] = paint(shades, self._picture_by(view.color)(shades, sums))
        return pixels.view(np.uint8).reshape(view.height, view.width, 4)

    def _picture_by(self, choice: Choice) -> Picture:
        if choice == "count":
            return picture_of_counts(PALETTE["density"])
        if choice == "own" or self._kind(choice) == "category":
            return picture_of_colors
        return picture_of_numbers(PALETTE["ramp"], PALETTE["none"])

    def _kind(self, choice: Choice) -> str:
        return str(self._pieces.colors[int(choice)].legend["kind"])

    def _make_frame(self, choice: Choice) -> pd.DataFrame:
        """Make the table that a colour is aggregated from."""
        columns: dict[str, NDArray[Any]] = {"x": self.x, "y": self.y}
        order = self._pieces.places.row_at
        if choice == "own":
            own = own_colors(self._pieces.mean_colors)
            columns |= dict(zip("rgb", own[order].T, strict=True))
        elif choice != "count":
            codes = self._pieces.colors[int(choice)].codes[order]
            if self._kind(choice) == "category":
                columns |= dict(zip("rgb", category_colors(codes).T, strict=True))
            else:
                value = shares(codes)
                known = np.isfinite(value)
                columns |= {"value": np.where(known, value, 0), "known": known.astype(np.uint8)}
        return pd.DataFrame({k: np.ascontiguousarray(v) for k, v in columns.items()}, copy=False)

    def _within(self, view: View) -> pd.DataFrame:
        """Give the table of the blocks that a view touches."""
        frame = self._frame(view.color)
        left, right, bottom, top = self._bounds.T
        touched = (
            (left <= view.right) & (right >= view.left)
            & (bottom <= view.top) & (top >= view.bottom)
        )  # fmt: skip
        if touched.mean() > MAX_TAKEN:
            return frame
        rows = np.flatnonzero(touched)[:, None] * PER_BLOCK + np.arange(PER_BLOCK)
        return frame.take(rows[rows < len(frame)])


def _aggregate(frame: pd.DataFrame, view: View) -> Layers:
    x_range, y_range = (view.left, view.right), (view.bottom, view.top)
    return aggregate(frame, view.width, view.height, x_range, y_range)


def _reach(count: NDArray[Any]) -> int:
    """Give the radius of a point's dot: larger where points are few."""
    rows, columns = np.nonzero(count)
    # Where there are any: in the blocks of 8 x 8 pixels that are not empty.
    occupied = np.zeros((count.shape[0] // 8 + 1, count.shape[1] // 8 + 1), bool)
    occupied[rows // 8, columns // 8] = True
    density = count.sum() / max(1, 64 * occupied.sum())
    return 0 if density > DENSE else 1 if density > SPARSE else 2
