"""Boxes of cutouts: one by itself, and many as columns of a table; which of them overlap."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.schema import IMAGE_AND_BOX

__all__ = ["Box", "Boxes", "most_overlapping"]


class Box(NamedTuple):
    """A rectangle of array pixels, upper bounds exclusive, as in astropy and photutils."""

    ixmin: int
    ixmax: int
    iymin: int
    iymax: int

    @property
    def width(self) -> int:
        """Columns."""
        return self.ixmax - self.ixmin

    @property
    def height(self) -> int:
        """Rows."""
        return self.iymax - self.iymin

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to index an array ``(y, x)``."""
        return slice(self.iymin, self.iymax), slice(self.ixmin, self.ixmax)

    @property
    def center(self) -> tuple[float, float]:
        """The middle as ``(x, y)``, 0-based: the centre of the first pixel is 0.0."""
        return (self.ixmin + self.ixmax - 1) / 2, (self.iymin + self.iymax - 1) / 2


@dataclass(frozen=True)
class Boxes:
    """The boxes of many cutouts, each in its image.

    Parameters
    ----------
    image : int32 array
        Rows of the images; of any shape, which is that of all five.
    ixmin, ixmax, iymin, iymax : int32 array
        Array pixels, upper bounds exclusive, as of `Box`.
    """

    image: NDArray[np.int32]
    ixmin: NDArray[np.int32]
    ixmax: NDArray[np.int32]
    iymin: NDArray[np.int32]
    iymax: NDArray[np.int32]

    @classmethod
    def of(cls, cutouts: pd.DataFrame) -> Boxes:
        """Take the columns of a table of cutouts, (n,) each.

        Parameters
        ----------
        cutouts : (n, ...) pandas.DataFrame
            With their images and the edges of their boxes, in pixels.
        """
        return cls(*(cutouts[name].to_numpy() for name in IMAGE_AND_BOX))

    def __len__(self) -> int:
        return len(self.image)

    def __getitem__(self, rows: int | slice | NDArray[np.integer[Any]]) -> Boxes:
        """Take some of them, in the shape of `rows`."""
        columns = self.image, self.ixmin, self.ixmax, self.iymin, self.iymax
        return Boxes(*(column[rows] for column in columns))

    def overlap(self, other: Boxes) -> NDArray[np.bool_]:
        """Say which have a pixel in common with another box of the same image.

        Parameters
        ----------
        other : Boxes
            Of a shape that broadcasts with this one.

        Returns
        -------
        bool array
            Of the shape to which both broadcast. A box overlaps itself.
        """
        found: NDArray[np.bool_] = (
            (self.image == other.image)
            & (self.ixmin < other.ixmax)
            & (self.ixmax > other.ixmin)
            & (self.iymin < other.iymax)
            & (self.iymax > other.iymin)
        )
        return found


def most_overlapping(boxes: Boxes, *, rows_a_block: int = 64) -> int:
    """Count the cutouts that overlap a cutout, for the one that has the most of them.

    Parameters
    ----------
    boxes : Boxes
        Of n cutouts, in any order.
    rows_a_block : int
        Cutouts compared with their surroundings at a time.

    Returns
    -------
    int
        Itself not counted. If k neighbours of each are kept and m is this number, then leaving
        out all that overlap leaves at least ``k - m``.
    """
    boxes = boxes[np.lexsort((boxes.ixmin, boxes.image))]
    edges = np.flatnonzero(np.diff(boxes.image, prepend=-1, append=-1)).tolist()
    images = (boxes[start:stop] for start, stop in pairwise(edges) if stop - start > 1)
    return max((_most_in_image(image, rows_a_block) for image in images), default=0)


def _most_in_image(boxes: Boxes, rows_a_block: int) -> int:
    """Count for boxes of one image, by their left edge."""
    widest = int((boxes.ixmax - boxes.ixmin).max())
    # Only boxes that begin less than the widest one to the left can reach into this one.
    first = np.searchsorted(boxes.ixmin, boxes.ixmin - widest, side="right")
    last = np.searchsorted(boxes.ixmin, boxes.ixmax, side="left")
    most = 0
    for start in range(0, len(boxes), rows_a_block):
        rows = np.arange(start, min(start + rows_a_block, len(boxes)))
        near = boxes[first[start] : last[rows].max()]
        counts = boxes[rows[:, np.newaxis]].overlap(near).sum(axis=1)
        most = max(most, int(counts.max()) - 1)
    return most
