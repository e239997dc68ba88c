"""How cutouts lie in the pieces of a page's data: one after another, or along a curve.

A cutout's *place* is its rank in that order. In the atlas's own order it is its row; along a
Hilbert curve, what is near on the map is near in the pieces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.planes.hilbert import hilbert_order
from hubble_dash.viewer.planes.mollweide import mollweide

__all__ = [
    "BLOCKS",
    "MAX_OUTLINED",
    "PER_PIECE",
    "AtlasOrder",
    "HilbertOrder",
    "Order",
    "Places",
    "Rows",
]

Rows: TypeAlias = NDArray[np.int32]
# Coordinates x and y of points, (n,) each.
Plane: TypeAlias = tuple[NDArray[Any], NDArray[Any]]

# Cutouts, or images, in a piece of each kind; blocks are what is loaded whole.
PER_PIECE = MappingProxyType(
    {
        "map": 4096, "sky": 4096, "boxes": 4096, "records": 256, "rows": 4096, "images": 128,
        "outlines": 4096, "blocks": 262_144,
    }
)  # fmt: skip
# Images whose outlines a page has at most: it asks for all of them.
MAX_OUTLINED = 40_000
# Kinds of pieces that are blocks of something of all cutouts.
BLOCKS = ("mapgrid", "skygrid", "tints", "labels", "columns")


@dataclass(frozen=True)
class AtlasOrder:
    """One piece of each kind, in the atlas's own order: what a page carries as a whole."""

    is_by_row: ClassVar[bool] = True
    per_piece: ClassVar[None] = None

    def of_points(self, plane: Plane) -> Rows:
        """Give the order of points.

        Parameters
        ----------
        plane : ((n,) array, (n,) array)
            Their coordinates x and y.

        Returns
        -------
        (n,) int32 array
            Indices of the points.
        """
        return np.arange(len(plane[0]), dtype=np.int32)

    def of_boxes(self, cutouts: pd.DataFrame) -> Rows:
        """Give the order of boxes.

        Parameters
        ----------
        cutouts : (n, ...) pandas.DataFrame
            Their images and boxes.

        Returns
        -------
        (n,) int32 array
            Rows of the table.
        """
        return np.arange(len(cutouts), dtype=np.int32)


@dataclass(frozen=True)
class HilbertOrder:
    """Many pieces along a Hilbert curve, to be asked for one by one.

    Parameters
    ----------
    per_piece : mapping of str to int
        Cutouts, or images, in a piece of each kind.
    """

    per_piece: Mapping[str, int] = field(default_factory=lambda: PER_PIECE)
    is_by_row: ClassVar[bool] = False

    def of_points(self, plane: Plane) -> Rows:
        """Give the order of points.

        Parameters
        ----------
        plane : ((n,) array, (n,) array)
            Their coordinates x and y.

        Returns
        -------
        (n,) int32 array
            Indices of the points.
        """
        return hilbert_order(*plane)

    def of_boxes(self, cutouts: pd.DataFrame) -> Rows:
        """Give the order of boxes: by image, then along the curve over their centres.

        Parameters
        ----------
        cutouts : (n, ...) pandas.DataFrame
            Their images and boxes.

        Returns
        -------
        (n,) int32 array
            Rows of the table.
        """
        curve = hilbert_order(
            cutouts["ixmin"] + cutouts["ixmax"], cutouts["iymin"] + cutouts["iymax"]
        )
        by_image = np.argsort(cutouts["image"].to_numpy()[curve], kind="stable")
        return curve[by_image]


Order: TypeAlias = AtlasOrder | HilbertOrder


class Places:
    """Where the cutouts of an atlas lie in the pieces.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    order : AtlasOrder or HilbertOrder
        Their order, and how many there are in a piece.
    """

    def __init__(self, atlas: Atlas, order: Order) -> None:
        self._atlas, self._order = atlas, order

    @property
    def is_by_row(self) -> bool:
        """Whether a cutout's place is its row, so that no piece has to say it."""
        return self._order.is_by_row

    @cached_property
    def row_at(self) -> Rows:
        """The row at each place, (n,)."""
        x, y = self._atlas.positions.T
        return self._order.of_points((x, y))

    @cached_property
    def place_of(self) -> Rows:
        """The place of each row, (n,)."""
        places = np.empty_like(self.row_at)
        places[self.row_at] = np.arange(len(places), dtype=np.int32)
        return places

    @cached_property
    def box_rows(self) -> Rows:
        """The rows in the order of the pieces of boxes, (n,)."""
        return self._order.of_boxes(self._atlas.cutouts)

    @cached_property
    def sky(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Coordinates on the sky map, x and y (n,), by row; NaN where unknown."""
        table = self._atlas.cutouts
        return mollweide(table["ra_deg"].to_numpy(float), table["dec_deg"].to_numpy(float))

    @cached_property
    def sky_rows(self) -> Rows:
        """The rows whose position on the sky is known, in the order of the pieces of the sky."""
        x, y = self.sky
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y)).astype(np.int32)
        return known[self._order.of_points((x[known], y[known]))]

    @property
    def has_sky(self) -> bool:
        """Whether any position on the sky is known."""
        return len(self.sky_rows) > 0

    @property
    def has_outlines(self) -> bool:
        """Whether a page has the outlines of images on the sky."""
        return self.has_sky and len(self._atlas.images) <= MAX_OUTLINED

    @property
    def n_pieces(self) -> dict[str, int]:
        """Number of pieces of each kind, but of previews, labels, columns and their texts."""
        n = len(self._atlas)
        held = {"map": n, "boxes": n, "records": n, "images": len(self._atlas.images)}
        if not self.is_by_row:
            held |= {"rows": n, "mapgrid": n, "tints": n}
            if self.has_sky:
                held["skygrid"] = n
        if self.has_sky:
            held["sky"] = len(self.sky_rows)
        if self.has_outlines:
            held["outlines"] = len(self._atlas.images)
        # A page that carries its data has a piece of each kind, be it empty.
        least = int(self.is_by_row)
        return {kind: max(least, -(-k // self.per_piece(kind))) for kind, k in held.items()}

    def per_piece(self, kind: str) -> int:
        """Say how many cutouts a piece holds, or images in a piece of those.

        Parameters
        ----------
        kind : str
            One of `n_pieces`, or of labels or columns.
        """
        if self._order.per_piece is not None:
            return self._order.per_piece["blocks" if kind in BLOCKS else kind]
        of_images = kind in ("images", "outlines")
        return max(1, len(self._atlas.images if of_images else self._atlas))

    def of_piece(self, kind: str, number: int) -> slice:
        """Give the places of what is in a piece.

        Parameters
        ----------
        kind : str
            One of `n_pieces`.
        number : int
            Which of them, from 0.
        """
        per_piece = self.per_piece(kind)
        return slice(number * per_piece, (number + 1) * per_piece)
