"""An atlas -> its columns: the user's own, of cutouts and of images, and those that all have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.columns import FIELDS, built_in_name, is_there
from hubble_dash.atlas.schema import extra_columns, extra_image_columns
from hubble_dash.viewer.columns.summaries import ColumnIndex, PartIndex, summary
from hubble_dash.viewer.columns.values import Values, values_of

__all__ = ["AtlasColumn", "Columns"]

# Values that are kept of columns asked for last.
MAX_KEPT = 4


class AtlasColumn(NamedTuple):
    """A column, and where it stands.

    Attributes
    ----------
    name : str
        As the page calls it: its own name, or that of a built-in one; ``hd.`` before that where
        the user has a column of the name.
    role : str
        ``"own"`` where it is the user's, else ``"built-in"``.
    by : str
        Whether the table has a row for each cutout (``"place"``) or for each image.
    field : str
        The column of the table, or what no table has: ``row``, or one of the atlas's derived ones.
    """

    name: str
    role: Literal["own", "built-in"]
    by: Literal["place", "image"]
    field: str


class Columns:
    """All columns of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    per_block : int, optional
        Values in a piece; all of a column's if not given.
    texts_a_piece : int
        Different texts in one.
    """

    def __init__(
        self, atlas: Atlas, *, per_block: int | None = None, texts_a_piece: int = 262_144
    ) -> None:
        self._atlas = atlas
        self._per_block = per_block
        self._texts_a_piece = texts_a_piece
        self._load = lru_cache(MAX_KEPT)(self._values)

    @cached_property
    def _made(self) -> Mapping[str, Callable[[], pd.Series[Any]]]:
        """Built-in columns that no table has."""
        return {"row": lambda: pd.Series(np.arange(len(self._atlas))), **self._atlas.derived}

    @cached_property
    def all(self) -> list[AtlasColumn]:
        """The user's own of cutouts, then of images, then the built-in ones."""
        cutouts, images = self._atlas.cutouts, self._atlas.images
        own = [AtlasColumn(name, "own", "place", name) for name in extra_columns(cutouts)]
        taken = {column.name for column in own}
        own += [
            AtlasColumn(name, "own", "image", name)
            for name in extra_image_columns(images)
            if name not in taken
        ]
        taken = {column.name for column in own}

        def built_in(name: str, by: Literal["place", "image"], field: str) -> AtlasColumn:
            return AtlasColumn(built_in_name(name, taken), "built-in", by, field)

        there = [
            built_in(name, "place", field)
            for name, field in FIELDS.items()
            if is_there(cutouts, field)
        ]
        return [
            *own,
            built_in("file", "image", "name"),
            *(built_in(name, "place", name) for name in self._made),
            *there,
        ]

    @cached_property
    def index(self) -> list[ColumnIndex]:
        """What a page's index says of each, in this order."""
        found: list[ColumnIndex] = []
        n_blocks = n_texts = 0
        for number, column in enumerate(self.all):
            values = self._load(number)
            is_by_image = column.by == "image"
            rows = self._atlas.cutouts["image"].to_numpy() if is_by_image else slice(None)
            m = len(self._atlas.images if is_by_image else self._atlas)
            blocks: PartIndex = {
                "first": n_blocks,
                "count": -(-m // (self._per_block or max(1, m))),
            }
            n_blocks += blocks["count"]
            said = {
                "name": column.name, "by": column.by, "role": column.role, "blocks": blocks,
                **summary(values, rows),
            }  # fmt: skip
            entry = cast(ColumnIndex, said)
            if not values.has_numbers and "categories" not in entry:
                count = -(-len(values.texts) // self._texts_a_piece)
                entry["texts"] = {"first": n_texts, "count": count}
                n_texts += count
            found.append(entry)
        return found

    @property
    def n_blocks(self) -> int:
        """Number of pieces that hold values."""
        return sum(column["blocks"]["count"] for column in self.index)

    @property
    def n_texts(self) -> int:
        """Number of pieces that hold texts."""
        return sum(column["texts"]["count"] for column in self.index if "texts" in column)

    def block(self, piece: int, row_at: NDArray[np.int32]) -> Values:
        """Give a part of a column.

        Parameters
        ----------
        piece : int
            The number of its piece, less than `n_blocks`.
        row_at : (n,) int32 array
            The row at each place.

        Returns
        -------
        Values
            Of the places, or images, of the piece; with all texts.
        """
        number, block = self._part("blocks", piece)
        values = self._load(number)
        per_block = self._per_block or max(1, len(row_at), len(self._atlas.images))
        part: Any = slice(block * per_block, (block + 1) * per_block)
        if self.all[number].by == "place":
            part = row_at[part]
        if values.has_numbers:
            return values._replace(numbers=values.numbers[part])
        return values._replace(codes=values.codes[part])

    def texts(self, piece: int) -> list[str]:
        """Give a part of the texts of a column.

        Parameters
        ----------
        piece : int
            The number of its piece, less than `n_texts`.
        """
        number, part = self._part("texts", piece)
        start = part * self._texts_a_piece
        return self._load(number).texts[start : start + self._texts_a_piece]

    def _part(self, of: Literal["blocks", "texts"], piece: int) -> tuple[int, int]:
        """Find the column of a piece, and which of its pieces that is."""
        for number, column in enumerate(self.index):
            part = column.get(of)
            if part is not None and 0 <= piece - part["first"] < part["count"]:
                return number, piece - part["first"]
        raise LookupError(f"no column has {of} in piece {piece}")

    def _values(self, number: int) -> Values:
        column, cutouts = self.all[number], self._atlas.cutouts
        if column.role == "built-in" and column.field in self._made:
            return values_of(self._made[column.field]())
        if column.by == "image":
            images = self._atlas.images
            counts = np.bincount(cutouts["image"].to_numpy(), minlength=len(images))
            return values_of(images[column.field], counts)
        return values_of(cutouts[column.field])
