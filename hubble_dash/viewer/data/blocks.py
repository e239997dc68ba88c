"""What a page loads whole, in blocks by place: columns with their texts, and places in 16 bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.columns.tables import Columns
from hubble_dash.viewer.data.encoding import column, column_of
from hubble_dash.viewer.data.index import bounds
from hubble_dash.viewer.data.orders import Places
from hubble_dash.viewer.data.schema import ColumnPiece, GridPiece
from hubble_dash.viewer.planes.grid import on_grid

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
