"""What a page in a notebook shows, as values in Python that go both ways."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import param

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.notebook import make_frame

__all__ = ["Linked"]

N_TAGS = 5


class Linked(param.Parameterized):
    """What a page shows: set it and the page follows, click there and it changes.

    Attributes
    ----------
    selected : int or None
        The selected row.
    subset : pandas.DataFrame
        The cutouts that pass the page's filters, by row; all where nothing is asked.
    tags : dict of int to int
        The tag, 1 to 5, of each row that has one.
    """

    selected = param.Integer(default=None, allow_None=True, doc="The selected row.")
    subset = param.DataFrame(constant=True, doc="The cutouts that pass the page's filters.")
    tags = param.Dict(default={}, doc="The tag of each row that has one.")

    _atlas: Atlas
    _frame: Any = None
    _asked: Sequence[Any] = ()

    def _begin(self) -> None:
        """Begin with an atlas of which nothing is asked."""
        self.param.selected.bounds = (0, len(self._atlas) - 1)
        self._let_be(None)
        self.param.watch(self._check_tags, "tags")
        self.param.watch(self._say, ["selected", "tags"])

    def select(self, row: int | None) -> None:
        """Select a cutout.

        Parameters
        ----------
        row : int or None
            Its row; None selects nothing.

        Raises
        ------
        IndexError
            If there is no such row.
        TypeError
            If it is no whole number.
        """
        last = len(self._atlas) - 1
        if row is not None and (isinstance(row, bool) or not isinstance(row, (int, np.integer))):
            raise TypeError(f"the row is {row!r}; give a whole number from 0 to {last}, or None")
        if row is not None and not 0 <= row <= last:
            raise IndexError(f"there is no row {row}; rows are 0 to {last}")
        self.selected = None if row is None else int(row)

    def filter(self, query: str = "") -> None:
        """Let those cutouts pass of which a query is true, in the place of all filters of the page.

        Parameters
        ----------
        query : str
            Such as ``type ~ "spiral" and z > 1``; blank for all.

        Raises
        ------
        ValueError
            If the query means nothing here, as of `hubble_dash.Atlas.select`.
        """
        rows = self._atlas.select(query) if query.strip() else None
        # The same again is asked again: the page may ask for something else by now.
        self._asked = [query.strip(), len(self._asked) and self._asked[1] + 1]
        self._let_be(rows)
        if self._frame is not None:
            self._frame.asked = [*self._asked]

    def _linked_frame(self, page: str, title: str) -> Any:
        """Give the page in a frame, the same in all cells that show it."""
        if self._frame is None:
            self._frame = make_frame(
                page,
                title=title,
                selected=self.selected,
                tagged=_pairs(self.tags),
                asked=[*self._asked],
            )
            self._frame.observe(self._hear, ["selected", "rows", "tagged"])
        return self._frame

    def _say(self, event: Any) -> None:
        if self._frame is None:
            return
        if event.name == "tags":
            self._frame.tagged = _pairs(event.new)
        else:
            self._frame.selected = event.new

    def _hear(self, event: Any) -> None:
        """Take what the page says, as far as it can be."""
        n, event = len(self._atlas), SimpleNamespace(**event)
        if event.name == "selected" and (event.new is None or 0 <= event.new < n):
            self.selected = event.new
        elif event.name == "rows":
            rows = event.new
            if rows is None or all(type(row) is int and 0 <= row < n for row in rows):
                self._let_be(None if rows is None else np.array(rows, np.int64))
        elif event.name == "tagged":
            heard = dict(event.new)
            if _why_not(heard, n) is None:
                self.tags = heard

    def _let_be(self, rows: Any) -> None:
        table = self._atlas.cutouts if rows is None else self._atlas.cutouts.iloc[rows]
        with param.edit_constant(self):
            self.subset = pd.DataFrame(table)

    def _check_tags(self, event: Any) -> None:
        why = _why_not(event.new, len(self._atlas))
        if why is not None:
            with param.parameterized.discard_events(self):
                self.tags = event.old
            raise ValueError(why)


def _pairs(tags: dict[int, int]) -> list[list[int]]:
    return [[int(row), int(tag)] for row, tag in sorted(tags.items())]


def _why_not(tags: dict[Any, Any], n: int) -> str | None:
    """Say what is wrong with tags, if anything is."""
    for row, tag in tags.items():
        if not isinstance(row, (int, np.integer)) or not 0 <= row < n:
            return f"tags has the row {row!r}; rows are 0 to {n - 1}"
        if not isinstance(tag, (int, np.integer)) or not 1 <= tag <= N_TAGS:
            return f"row {row} has the tag {tag!r}; tags are 1 to {N_TAGS}"
    return None
