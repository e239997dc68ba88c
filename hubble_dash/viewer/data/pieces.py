"""The data of a page in pieces, each made when it is asked for.

One file, a report folder and a served page all get their data here. ``templates/browser/data`` is
the only reader. A cutout's *place* is its rank along a Hilbert curve over the map, so that what is
near on the map is near in the pieces; where a page carries all its data, its place is its row.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.provenance import provenance
from hubble_dash.atlas.schema import extra_columns
from hubble_dash.viewer.colors.columns import ColorColumn, color_columns
from hubble_dash.viewer.colors.palette import PALETTE
from hubble_dash.viewer.colors.tints import mean_colors, tints
from hubble_dash.viewer.data.encoding import Payload, column
from hubble_dash.viewer.data.facts import (
    boxes,
    label_codes,
    labels,
    metadata,
    sky_places,
)
from hubble_dash.viewer.data.hilbert import hilbert_order
from hubble_dash.viewer.data.index import box_index, neighbor_depth, plane_index, spread_rows
from hubble_dash.viewer.data.mollweide import mollweide
from hubble_dash.viewer.data.parents import Parents

__all__ = ["Pieces"]

PER_PIECE = {
    "map": 4096, "sky": 4096, "boxes": 4096, "records": 256, "rows": 4096, "images": 128,
}  # fmt: skip
# Cutouts that invite to a first click.
N_START = 15

Rows = NDArray[np.int32]


class Pieces:
    """The index of a page's data and its pieces, as plain data for JSON.

    Arrays of the atlas stay memory-mapped; what is kept are the orders and a few bytes a cutout.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many similar cutouts the page shows, at least 1.
    whole : bool
        Whether every kind is one piece of all rows, in the atlas's own order.

    Raises
    ------
    ValueError
        If `similar` is less than 1.
    """

    def __init__(self, atlas: Atlas, *, similar: int = 9, whole: bool = False) -> None:
        if similar < 1:
            raise ValueError(f"similar is {similar}; a page shows at least 1 similar cutout")
        self.atlas, self.similar, self.whole = atlas, similar, whole
        self._makers: dict[str, Callable[[int], Payload]] = {
            "map": self._map, "sky": self._sky, "boxes": self._boxes, "records": self._records,
            "rows": self._rows, "images": self._images, "previews": self._previews,
        }  # fmt: skip

    def prepare(self, *, progress: bool = False) -> None:
        """Do what is done once and takes long: the colours of all thumbnails.

        Parameters
        ----------
        progress : bool
            Whether a bar is shown.
        """
        if "mean_colors" not in vars(self):
            self.mean_colors = mean_colors(self.atlas, progress=progress)

    @cached_property
    def mean_colors(self) -> NDArray[np.uint8]:
        """Mean colour of each cutout's thumbnail, (n, 3), by row."""
        return mean_colors(self.atlas)

    @cached_property
    def colors(self) -> list[ColorColumn]:
        """What points can be coloured by; codes by row."""
        return color_columns(self.atlas)

    @cached_property
    def order(self) -> Rows:
        """The row at each place, (n,)."""
        if self.whole:
            return np.arange(len(self.atlas), dtype=np.int32)
        return hilbert_order(*self.atlas.positions.T)

    @cached_property
    def places(self) -> Rows:
        """The place of each row, (n,)."""
        places = np.empty_like(self.order)
        places[self.order] = np.arange(len(places), dtype=np.int32)
        return places

    @cached_property
    def sky(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Places on the sky map, x and y (n,), by row; NaN where unknown."""
        table = self.atlas.cutouts
        return mollweide(table["ra_deg"].to_numpy(float), table["dec_deg"].to_numpy(float))

    @cached_property
    def sky_order(self) -> Rows:
        """The rows whose place on the sky is known, in the order of their pieces."""
        x, y = self.sky
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y)).astype(np.int32)
        return known if self.whole else known[hilbert_order(x[known], y[known])]

    @property
    def has_sky(self) -> bool:
        """Whether any place on the sky is known."""
        return len(self.sky_order) > 0

    def per_piece(self, kind: str) -> int:
        """Say how many cutouts, or images, a piece holds."""
        if self.whole:
            return max(1, len(self.atlas.images if kind == "images" else self.atlas))
        return PER_PIECE[kind]

    def kinds(self) -> dict[str, int]:
        """Say what pieces there are.

        Returns
        -------
        dict of str to int
            The number of pieces of each kind; they count from 0.
        """
        n = len(self.atlas)
        held = {"map": n, "boxes": n, "records": n, "images": len(self.atlas.images)}
        if not self.whole:
            held["rows"] = n
        if self.has_sky:
            held["sky"] = len(self.sky_order)
        kinds = {kind: -(-count // self.per_piece(kind)) for kind, count in held.items()}
        if self.whole:
            return dict.fromkeys(kinds, 1)
        return {**kinds, "previews": self.parents.n_previews}

    def index(self) -> Payload:
        """Give what a page knows before it asks for a piece.

        Returns
        -------
        dict
            Plain data for JSON; the thumbnails are added by who writes them.
        """
        atlas = self.atlas
        x, y = atlas.positions[self.order].T
        index: Payload = {
            "title": atlas.title,
            "n": len(atlas),
            "similar": self.similar,
            "notes": atlas.manifest["notes"],
            "provenance": provenance(atlas),
            "has_sky": self.has_sky,
            "can_overlap": len(atlas.images) < len(atlas),
            "labels": self._labels[0],
            "images": {"n": len(atlas.images), "per_piece": self.per_piece("images")},
            "start": spread_rows(atlas.positions, N_START),
            "map": plane_index(x, y, self.per_piece("map")),
            "boxes": box_index(atlas.cutouts, self._box_order, self.per_piece("boxes")),
            "records": {"per_piece": self.per_piece("records")},
            "colors": [color.legend for color in self.colors],
            "palette": PALETTE,
            "base": "",
            "preview_pieces": not self.whole,
        }
        if self.has_sky:
            x, y = (values[self.sky_order] for values in self.sky)
            index["sky"] = plane_index(x, y, self.per_piece("sky"))
        if not self.whole:
            index["rows"] = {"per_piece": self.per_piece("rows")}
        return index

    def make(self, kind: str, number: int) -> Payload:
        """Make a piece.

        Parameters
        ----------
        kind : str
            One of `kinds`.
        number : int
            Which of them, from 0.

        Returns
        -------
        dict
            Plain data for JSON.

        Raises
        ------
        LookupError
            If there is no such piece.
        """
        kinds = self.kinds()
        if not 0 <= number < kinds.get(kind, 0):
            there = ", ".join(f"{name} (0 to {count - 1})" for name, count in kinds.items())
            raise LookupError(f"there is no piece {kind}/{number}; there are {there}")
        return self._makers[kind](number)

    @cached_property
    def _tints(self) -> NDArray[np.uint8]:
        return tints(self.mean_colors)

    @cached_property
    def _labels(self) -> tuple[list[str], NDArray[np.int16]]:
        return label_codes(self.atlas.cutouts)

    @cached_property
    def _extra(self) -> list[str]:
        return extra_columns(self.atlas.cutouts)

    @cached_property
    def parents(self) -> Parents:
        """The parent images."""
        return Parents(self.atlas)

    @cached_property
    def _box_order(self) -> Rows:
        """Rows by image, then along a curve over the boxes' centres."""
        if self.whole:
            return self.order
        table = self.atlas.cutouts
        curve = hilbert_order(table["ixmin"] + table["ixmax"], table["iymin"] + table["iymax"])
        by_image = np.argsort(table["image"].to_numpy()[curve], kind="stable")
        return curve[by_image]

    def _slice(self, kind: str, number: int) -> slice:
        per_piece = self.per_piece(kind)
        return slice(number * per_piece, (number + 1) * per_piece)

    def _map(self, number: int) -> Payload:
        rows = self.order[self._slice("map", number)]
        x, y = self.atlas.positions[rows].T
        return {
            "x": column(x, "float32"),
            "y": column(y, "float32"),
            **({} if self.whole else {"row": column(rows, "int32")}),
            "tint": column(self._tints[rows], "uint8"),
            "colors": [column(color.codes[rows], "uint8") for color in self.colors],
        }

    def _sky(self, number: int) -> Payload:
        rows = self.sky_order[self._slice("sky", number)]
        x, y = self.sky
        return {
            "x": column(x[rows], "float64"),
            "y": column(y[rows], "float64"),
            "row": column(rows, "int32"),
        }

    def _boxes(self, number: int) -> Payload:
        rows = self._box_order[self._slice("boxes", number)]
        return {"row": column(rows, "int32"), **boxes(self.atlas.cutouts, rows)}

    def _records(self, number: int) -> Payload:
        rows = self.order[self._slice("records", number)]
        table, stored = self.atlas.cutouts, self.atlas.neighbors
        x, y = self.atlas.positions[rows].T
        record: Payload = {} if self.whole else {"row": column(rows, "int32")}
        record |= {
            "x": column(x, "float32"),
            "y": column(y, "float32"),
            **boxes(self.atlas.cutouts, rows),
        }
        if self.has_sky:
            record |= sky_places(table, self.sky, rows)
        if self._labels[0]:
            record |= labels(table, self._labels[1], rows)
        short = len(self.atlas) <= 2**16
        depth = neighbor_depth(self.atlas, self.similar, rows)
        record["depth"] = depth
        near = self.places[stored.rows[rows, :depth]]
        record["neighbors"] = column(near, "uint16" if short else "int32")
        # Fixed-point numbers with a step of 1/32767.
        fixed = np.round(stored.similarities[rows, :depth].astype(np.float64) * 32767)
        record["similarities"] = column(fixed, "int16")
        record["metadata"] = metadata(table.iloc[rows][self._extra])
        return record

    def _rows(self, number: int) -> Payload:
        return {"place": column(self.places[self._slice("rows", number)], "int32")}

    def _images(self, number: int) -> Payload:
        part = self._slice("images", number)
        images = self.parents.describe(part)
        for image, preview in zip(images, self.parents.preview_piece[part], strict=True):
            image.update({"url": None} if self.whole else {"preview": int(preview)})
        return {"images": images}

    def _previews(self, number: int) -> Payload:
        return {"urls": self.parents.previews(number)}
