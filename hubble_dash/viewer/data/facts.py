"""What is known of cutouts: their boxes, labels, places, neighbours, and the user's own columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import (
    BOX,
    LABELS,
    SCORES,
    SKY,
    extra_columns,
    is_long,
    is_number,
    text_codes,
)
from hubble_dash.cosine import N_JOINED
from hubble_dash.smoothed import SmoothedNeighbors
from hubble_dash.viewer.data.encoding import column
from hubble_dash.viewer.data.index import (
    N_SMOOTHED,
    near_depth,
    neighbor_columns,
    neighbor_depth,
)
from hubble_dash.viewer.data.orders import Places, Rows
from hubble_dash.viewer.data.schema import (
    SCORE_STEPS,
    BoxColumns,
    BoxPiece,
    LabelColumns,
    LabelPiece,
    MetadataColumn,
    NearPiece,
    RecordPiece,
    RowColumn,
    SkyColumns,
)

__all__ = ["Facts", "label_codes", "label_columns", "metadata"]

Table: TypeAlias = pd.DataFrame | Mapping[str, pd.Series]


class Facts:
    """What pieces say of the cutouts of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    places : Places
        How cutouts lie, and how many there are in a piece.
    similar : int
        How many similar cutouts the page shows.
    """

    def __init__(self, atlas: Atlas, places: Places, similar: int) -> None:
        self._atlas, self._places, self._similar = atlas, places, similar

    @cached_property
    def labels(self) -> tuple[list[str], NDArray[np.int16]]:
        """All labels, and those of each cutout, as `label_codes` gives them."""
        return label_codes(self._atlas.cutouts)

    @property
    def has_near(self) -> bool:
        """Whether the atlas has more neighbours of a cutout than records do."""
        return near_depth(self._atlas) > self._similar

    def records(self, number: int) -> RecordPiece:
        """Give a piece of records: all that the page shows of a cutout.

        Parameters
        ----------
        number : int
            Of the piece.
        """
        rows, table = self._rows("records", number), self._columns
        x, y = self._atlas.positions[rows].T
        depth = neighbor_depth(self._atlas, self._similar, rows)
        return {
            **self.row_column(rows),
            "x": column(x, "float32"),
            "y": column(y, "float32"),
            **_box_columns(table, rows),
            **self._sky_columns(rows),
            **self._label_columns(rows),
            **self._stored(rows, depth),
            "metadata": self._metadata(rows),
        }

    def near(self, number: int) -> NearPiece:
        """Give a piece of neighbours, as many of each cutout as a page may show.

        Parameters
        ----------
        number : int
            Of the piece.
        """
        return self._stored(self._rows("records", number), near_depth(self._atlas))

    @property
    def has_smoothed(self) -> bool:
        """Whether fingerprints can be smoothed: where there are more than speak for each."""
        return len(self._atlas) > N_JOINED + 1

    def smoothed(self, number: int) -> NearPiece:
        """Give a piece of neighbours by smoothed fingerprints.

        Parameters
        ----------
        number : int
            Of the piece.
        """
        rows = self._rows("records", number)
        found = self._smoothed.nearest(rows, near_depth(self._atlas, N_SMOOTHED))
        return neighbor_columns(self._places.place_of, *found)

    def boxes(self, number: int) -> BoxPiece:
        """Give a piece of boxes, image by image.

        Parameters
        ----------
        number : int
            Of the piece.
        """
        rows = self._places.box_rows[self._places.of_piece("boxes", number)]
        return {"row": column(rows, "int32"), **_box_columns(self._columns, rows)}

    def label_block(self, number: int) -> LabelPiece:
        """Give a block of labels.

        Parameters
        ----------
        number : int
            Of the piece.
        """
        rows = self._rows("labels", number)
        return label_columns(self._columns, self.labels[1], rows)

    def row_column(self, rows: Rows) -> RowColumn:
        """Say which cutouts a piece holds, where their places do not.

        Parameters
        ----------
        rows : (m,) int32 array
            The cutouts.
        """
        return {} if self._places.is_by_row else {"row": column(rows, "int32")}

    def _stored(self, rows: Rows, depth: int) -> NearPiece:
        stored = self._atlas.neighbors
        found, cosines = stored.rows[rows, :depth], stored.similarities[rows, :depth]
        return neighbor_columns(self._places.place_of, found, cosines)

    @cached_property
    def _smoothed(self) -> SmoothedNeighbors:
        stored = self._atlas.neighbors
        return SmoothedNeighbors(self._atlas.fingerprints, stored.rows, stored.similarities)

    def _rows(self, kind: str, number: int) -> Rows:
        return self._places.row_at[self._places.of_piece(kind, number)]

    def _sky_columns(self, rows: Rows) -> SkyColumns:
        if not self._places.has_sky:
            return {}
        return _sky_columns(self._columns, self._places.sky, rows)

    def _label_columns(self, rows: Rows) -> LabelColumns:
        names, codes = self.labels
        if not names:
            return {}
        found = label_columns(self._columns, codes, rows)
        return {"label": found["label"], "score": found["score"]}

    @cached_property
    def _columns(self) -> dict[str, pd.Series]:
        """All columns: pandas takes longer to find one than to take 256 of its values."""
        return {str(name): values for name, values in self._atlas.cutouts.items()}

    @cached_property
    def _extra(self) -> dict[str, pd.Series]:
        return {name: self._columns[name] for name in extra_columns(self._atlas.cutouts)}

    @cached_property
    def _long(self) -> list[str]:
        return [name for name, values in self._extra.items() if is_long(values)]

    def _metadata(self, rows: Rows) -> list[MetadataColumn]:
        # A page that carries all pieces has them in its columns.
        if self._places.is_by_row:
            return []
        found = {name: values.iloc[rows] for name, values in self._extra.items()}
        return metadata(found, long=self._long)


def metadata(rows: Table, *, long: Collection[str] = ()) -> list[MetadataColumn]:
    """Give columns for a piece: numbers as they are, anything else as codes into its texts.

    Parameters
    ----------
    rows : (m, ...) pandas.DataFrame, or mapping of str to (m,) pandas.Series
        The columns of `extra_columns`, of the cutouts in question.
    long : collection of str
        Columns of whole numbers that are too long for a float; they travel as texts.

    Returns
    -------
    list of MetadataColumn
        One a column, in their order.
    """
    found: list[MetadataColumn] = []
    for name, values in rows.items():
        if is_number(values) and name not in long:
            # The shortest number that is one of single precision is not that of its double.
            kind: Literal["float32", "float64"] = (
                "float32" if values.dtype in (np.float32, np.float16) else "float64"
            )
            numbers = values.to_numpy(dtype=kind, na_value=np.nan)
            found.append({"name": str(name), "values": column(numbers, kind)})
        else:
            codes, texts = text_codes(values)
            found.append({"name": str(name), "codes": column(codes, "int32"), "texts": texts})
    return found


def label_codes(cutouts: pd.DataFrame) -> tuple[list[str], NDArray[np.int16]]:
    """Give the best labels of all cutouts as codes into their names.

    Parameters
    ----------
    cutouts : (n, ...) pandas.DataFrame
        Its columns ``label_1`` to ``label_5``.

    Returns
    -------
    names : list of str
        All labels that occur, sorted; none where the cutouts have no labels.
    codes : (n, 5) int16 array
        Best first, -1 where there is none; (n, 0) without labels.
    """
    if LABELS[0] not in cutouts:
        return [], np.empty((len(cutouts), 0), np.int16)
    found = [text_codes(cutouts[name]) for name in LABELS]
    names = sorted(set().union(*(texts for _, texts in found)))
    place = {name: number for number, name in enumerate(names)}
    columns = [np.array([*map(place.get, texts), -1], np.int16)[codes] for codes, texts in found]
    return names, np.column_stack(columns)


def label_columns(cutouts: Table, codes: NDArray[np.int16], rows: NDArray[np.int32]) -> LabelPiece:
    """Give the labels of some cutouts and their scores.

    Parameters
    ----------
    cutouts : (n, ...) pandas.DataFrame, or mapping of str to (n,) pandas.Series
        Its columns ``score_1`` to ``score_5``.
    codes : (n, 5) int16 array
        As of `label_codes`.
    rows : (m,) int32 array
        The cutouts.
    """
    scores = [cutouts[name].to_numpy()[rows] for name in SCORES]
    fixed = np.round(np.nan_to_num(np.column_stack(scores)) * SCORE_STEPS)
    return {"label": column(codes[rows], "int16"), "score": column(fixed, "uint16")}


def _box_columns(cutouts: Table, rows: Rows) -> BoxColumns:
    """Give the parent images and the boxes of some cutouts."""
    box = np.column_stack([cutouts[name].to_numpy()[rows] for name in BOX])
    image = cutouts["image"].to_numpy()[rows]
    return {"image": column(image, "int32"), "box": column(box, "int32")}


def _sky_columns(
    cutouts: Table,
    plane: tuple[NDArray[np.float64], NDArray[np.float64]],
    rows: Rows,
) -> SkyColumns:
    """Give the places of some cutouts on the sky, and on its map; `plane` has those of all."""
    ra, dec, scale = (cutouts[name].to_numpy()[rows] for name in SKY)
    x, y = plane
    return {
        "ra": column(ra, "float64"),
        "dec": column(dec, "float64"),
        "sky_x": column(x[rows], "float64"),
        "sky_y": column(y[rows], "float64"),
        "scale": column(scale, "float32"),
    }
