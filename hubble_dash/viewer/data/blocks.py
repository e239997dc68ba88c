"""What a page loads whole: columns with their texts, places in 16 bits, what stands for parts."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.columns.tables import Columns
from hubble_dash.viewer.data.encoding import column, column_of
from hubble_dash.viewer.data.index import bounds
from hubble_dash.viewer.data.orders import Places
from hubble_dash.viewer.data.schema import ColumnPiece, FaceIndex, FacePiece, GridPiece
from hubble_dash.viewer.planes.grid import on_grid
from hubble_dash.viewer.planes.medoids import Level, medoid_levels, n_levels

__all__ = ["Blocks"]


class Blocks:
    """Blocks of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    places : Places
        How cutouts lie, and how many there are in a block.

    Attributes
    ----------
    columns : Columns
        All columns of the atlas.
    """

    def __init__(self, atlas: Atlas, places: Places) -> None:
        self._atlas, self._places = atlas, places
        per_block = None if places.is_by_row else places.per_piece("columns")
        self.columns = Columns(atlas, per_block=per_block)

    @cached_property
    def medoids(self) -> list[Level]:
        """The cutouts that stand for parts of the map, by row."""
        return medoid_levels(self._atlas.fingerprints, self._atlas.positions)

    @property
    def n_faces(self) -> int:
        """Number of levels of these."""
        return n_levels(len(self._atlas))

    def face_index(self, *, in_sheets: bool) -> FaceIndex:
        """Say which parts have their cutouts found.

        Parameters
        ----------
        in_sheets : bool
            Whether there are pictures of these cutouts beside all others.
        """
        if not in_sheets:
            return {"levels": self.n_faces}
        ends = np.cumsum([0, *((level.rows >= 0).sum() for level in self.medoids)])
        return {"levels": self.n_faces, "starts": ends[:-1].tolist()}

    def face_rows(self) -> NDArray[np.int32]:
        """Give the rows of these cutouts, level after level, by place in each."""
        row_at, place_of = self._places.row_at, self._places.place_of
        levels = (row_at[np.sort(place_of[one.rows[one.rows >= 0]])] for one in self.medoids)
        return np.concatenate([np.empty(0, np.int32), *levels])

    def face(self, number: int) -> FacePiece:
        """Give a level of them.

        Parameters
        ----------
        number : int
            Of the level, from the coarsest.
        """
        rows, counts = self.medoids[number]
        is_empty = rows < 0
        x, y = np.where(is_empty, np.nan, self._atlas.positions[rows].T)
        return {
            "place": column(np.where(is_empty, -1, self._places.place_of[rows]), "int32"),
            "count": column(counts, "int32"),
            "x": column(x, "float32"),
            "y": column(y, "float32"),
        }

    def column(self, number: int) -> ColumnPiece:
        """Give a block of a column.

        Parameters
        ----------
        number : int
            Of the piece.
        """
        part = self.columns.block(number, self._places.row_at)
        if part.has_numbers:
            return {"values": column_of(part.numbers)}
        return {"codes": column_of(part.codes)}

    def map_grid(self, number: int) -> GridPiece:
        """Give a block of places on the map.

        Parameters
        ----------
        number : int
            Of the piece.
        """
        part = self._places.of_piece("mapgrid", number)
        rows, per_piece = self._places.row_at, self._places.per_piece("map")
        x, y = self._atlas.positions[rows].T
        piece = np.arange(len(rows))[part] // per_piece
        left, right, bottom, top = bounds(x, y, per_piece)[piece].T
        return _grid(on_grid(x[part], left, right), on_grid(y[part], bottom, top))

    def sky_grid(self, number: int) -> GridPiece:
        """Give a block of places on the sky's map.

        Parameters
        ----------
        number : int
            Of the piece.
        """
        rows = self._places.row_at[self._places.of_piece("skygrid", number)]
        x, y = (
            on_grid(values[rows], np.array(np.nanmin(values)), np.array(np.nanmax(values)))
            for values in self._places.sky
        )
        return _grid(x, y)


def _grid(x: NDArray[np.uint16], y: NDArray[np.uint16]) -> GridPiece:
    return {"x": column(x, "uint16"), "y": column(y, "uint16")}
