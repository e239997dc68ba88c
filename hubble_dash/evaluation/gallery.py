"""Fingerprints that are searched exactly, and which of them a query must not find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Boxes
from hubble_dash.config.bounds import at_least, choice
from hubble_dash.config.choices import LeaveOut
from hubble_dash.cosine import to_unit_length

__all__ = ["Gallery"]


class Gallery:
    """Fingerprints that are searched, and which of them a query must not find.

    Parameters
    ----------
    fingerprints : (n, d) float array
        One row a cutout.
    cutouts : pandas.DataFrame, optional
        With the columns ``image``, ``ixmin``, ``ixmax``, ``iymin``, ``iymax``, for `leave_out`.
    leave_out : {"overlapping", "image", "none"}
        Beside itself, a query does not find: cutouts that overlap it; any of its image; or it
        finds all.
    max_queries : int
        Of more cutouts than this, a random part is asked.
    random_state : int
        Seed of that choice.
    block_values : int
        Similarities held at once: queries of a block times cutouts.

    Attributes
    ----------
    unit : (n, d) float32 array
        The fingerprints at length 1.
    leave_out : {"overlapping", "image", "none"}
        As given.

    Raises
    ------
    ValueError
        If a fingerprint is zero or not finite, or boxes are needed and not given.
    """

    def __init__(
        self,
        fingerprints: NDArray[np.floating[Any]],
        cutouts: pd.DataFrame | None = None,
        *,
        leave_out: LeaveOut = "none",
        max_queries: int = 5000,
        random_state: int = 0,
        block_values: int = 8_000_000,
    ) -> None:
        choice("leave_out", leave_out, LeaveOut)
        if cutouts is None and leave_out != "none":
            raise ValueError(f"leave_out={leave_out!r} needs the boxes of the cutouts")
        at_least("max_queries", max_queries, 1)
        self.unit = np.array(fingerprints, np.float32)
        if not to_unit_length(self.unit).all():
            raise ValueError("a fingerprint is zero or not finite")
        self.leave_out = leave_out
        self._boxes = Boxes.of(cutouts) if cutouts is not None else None
        self._max_queries, self._random_state = max_queries, random_state
        self._block_rows = max(1, block_values // max(1, len(self.unit)))

    def __len__(self) -> int:
        return len(self.unit)

    def queries(self, known: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Choose the rows to ask about.

        Parameters
        ----------
        known : (n,) bool array, optional
            Only these are asked about.

        Returns
        -------
        (q,) int array
            In rising order.
        """
        rows = np.arange(len(self)) if known is None else np.flatnonzero(known)
        if len(rows) <= self._max_queries:
            return rows
        random = np.random.default_rng(self._random_state)
        return np.sort(random.choice(rows, self._max_queries, replace=False))

    def search(
        self, queries: NDArray[np.int64], known: NDArray[np.bool_] | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.bool_]]]:
        """Compare queries with all cutouts, a block of queries at a time.

        Parameters
        ----------
        queries : (q,) int array
            Rows.
        known : (n,) bool array, optional
            Only these may be found.

        Yields
        ------
        rows : (b,) int array
            The queries of the block.
        cosine : (b, n) float32 array
            Similarities; -inf where a cutout may not be found.
        allowed : (b, n) bool array
            Which may be found.
        """
        for start in range(0, len(queries), self._block_rows):
            rows = queries[start : start + self._block_rows]
            allowed = ~self._left_out(rows)
            if known is not None:
                allowed &= known
            cosine = self.unit[rows] @ self.unit.T
            cosine[~allowed] = -np.inf
            yield rows, cosine, allowed

    def _left_out(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        own: NDArray[np.bool_] = rows[:, None] == np.arange(len(self))
        if self._boxes is None or self.leave_out == "none":
            return own
        asked = self._boxes[rows[:, None]]
        if self.leave_out == "overlapping":
            return asked.overlap(self._boxes) | own
        same: NDArray[np.bool_] = asked.image == self._boxes.image
        return same | own
