"""The columns of an atlas that a query may name: the user's own, those of every atlas, and labels.

Names and kinds are decided here for the page, too, so that a query means the same in both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from hubble_dash.atlas.schema import (
    BOX,
    LABELS,
    SCORES,
    SKY,
    extra_columns,
    extra_image_columns,
)
from hubble_dash.query.columns import Column, Role, column_of

__all__ = ["FIELDS", "AtlasColumns", "built_in_name", "is_there"]

# The built-in columns that stand in the table of the cutouts, and what they are called there; those
# of the sky and of labels are there where something is known.
FIELDS = {
    "image": "image", **dict(zip(("ra", "dec", "scale"), SKY, strict=True)),
    **dict(zip(("x0", "x1", "y0", "y1"), BOX, strict=True)), "best label": LABELS[0],
}  # fmt: skip


def built_in_name(name: str, own: Collection[str]) -> str:
    """Name a column that each atlas has: ``hd.`` stands before it where the user has its name.

    Parameters
    ----------
    name : str
        Its own.
    own : collection of str
        Names of the user's columns.
    """
    return f"hd.{name}" if name in own else name


def is_there(cutouts: pd.DataFrame, field: str) -> bool:
    """Whether an atlas has something in one of `FIELDS`.

    Parameters
    ----------
    cutouts : pandas.DataFrame
        Its table.
    field : str
        A value of `FIELDS`.
    """
    if field in SKY:
        field = SKY[0]
    return field in cutouts and bool(cutouts[field].notna().any())


class AtlasColumns:
    """The columns of an atlas by name, each made when it is first asked for.

    The user's own keep their names; of the others, one whose name is taken is called ``hd.NAME``
    or, if it is a label, ``label.NAME``.

    Parameters
    ----------
    cutouts, images : pandas.DataFrame
        The tables of the atlas.
    derived : mapping of str to callable
        What stands in no table, by name, as of `hubble_dash.atlas.stored.StoredAtlas.derived`.

    Attributes
    ----------
    names : dict of str to Role
        All columns: the user's own, of cutouts and then of images; ``file``, ``row``,
        derived ones, those of `FIELDS`; labels.
    """

    def __init__(
        self,
        cutouts: pd.DataFrame,
        images: pd.DataFrame,
        derived: Mapping[str, Callable[[], pd.Series[Any]]],
    ) -> None:
        self._cutouts, self._images, self._derived = cutouts, images, derived
        self._made: dict[str, Column] = {}
        self._makers: dict[str, Callable[[], Column]] = {}
        self.names: dict[str, Role] = {}
        self._name_own()
        self._name_built_in()
        self._name_labels()

    def __len__(self) -> int:
        return len(self._cutouts)

    def get(self, name: str) -> Column:
        """Give a column by row.

        Parameters
        ----------
        name : str
            One of `names`.
        """
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def _add(self, name: str, role: Role, make: Callable[[], Column]) -> None:
        self.names[name], self._makers[name] = role, make

    def _name_own(self) -> None:
        for name in extra_columns(self._cutouts):
            self._add(name, "own", partial(column_of, self._cutouts[name]))
        for name in extra_image_columns(self._images):
            if name not in self.names:
                self._add(name, "own", partial(self._of_images, self._images[name]))

    def _name_built_in(self) -> None:
        own, cutouts = set(self.names), self._cutouts
        found: dict[str, Callable[[], Column]] = {
            "file": self._files, "row": self._rows,
            **{name: partial(_made, make) for name, make in self._derived.items()},
        }  # fmt: skip
        for name, field in FIELDS.items():
            if is_there(cutouts, field):
                found[name] = partial(column_of, cutouts[field])
        for name, make in found.items():
            self._add(built_in_name(name, own), "built-in", make)

    def _name_labels(self) -> None:
        if LABELS[0] not in self._cutouts:
            return
        found = set().union(*(self._cutouts[name].dropna().unique() for name in LABELS))
        for label in sorted(map(str, found)):
            name = f"label.{label}" if label in self.names else label
            self._add(name, "label", partial(self._scores, label))

    def _of_images(self, values: pd.Series[Any]) -> Column:
        """Give a column of the images for each cutout."""
        column, image = column_of(values), self._cutouts["image"].to_numpy()
        return replace(column, values=column.values[image], missing=column.missing[image])

    def _files(self) -> Column:
        names = tuple(str(name) for name in self._images["name"])
        return Column("text", self._cutouts["image"].to_numpy(), np.zeros(len(self), bool), names)

    def _rows(self) -> Column:
        return Column("number", np.arange(len(self)), np.zeros(len(self), bool))

    def _scores(self, label: str) -> Column:
        """Give a label's score: 0 where it is not among a cutout's best."""
        scores = np.zeros(len(self), np.float32)
        for name, score in zip(LABELS, SCORES, strict=True):
            here = (self._cutouts[name] == label).to_numpy(dtype=bool, na_value=False)
            scores[here] = self._cutouts[score].to_numpy(np.float32, na_value=np.nan)[here]
        return Column("number", np.nan_to_num(scores), np.zeros(len(self), bool))


def _made(make: Callable[[], pd.Series[Any]]) -> Column:
    return column_of(make())
