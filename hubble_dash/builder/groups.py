"""The groups by which fingerprints are centred: a column of the catalogue, a header key, files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.builder.catalog import Catalog
from hubble_dash.builder.images import Image
from hubble_dash.retrieval import encode

__all__ = ["FILE", "Groups"]

FILE = "file"
# Means of fewer are mostly the cutouts themselves.
FEW = 10
# So many images are looked at before the network has worked in vain.
LOOKED_AT = 20


class Groups:
    """What tells the group of each cutout.

    Parameters
    ----------
    column : str
        A column of the catalogue, a header key of the images, or "file".
    catalog : Catalog, optional
        Its columns come first.
    """

    def __init__(self, column: str, catalog: Catalog | None) -> None:
        self.column = column
        self._table = pd.DataFrame() if catalog is None else catalog.metadata
        self._known = column in self._table or column == FILE
        self._there = dict.fromkeys([*map(str, self._table.columns), FILE])
        self._n_seen = 0

    def look(self, image: Image, *, n_files: int) -> None:
        """See whether an image has it, and stop where the first images all have not.

        Parameters
        ----------
        image : Image
            The next one.
        n_files : int
            How many there are, at most.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        self._known = self._known or self.column in image.metadata
        self._there |= dict.fromkeys(image.metadata)
        self._n_seen += 1
        if self._n_seen == min(LOOKED_AT, n_files):
            self._check()

    def _check(self) -> None:
        if not self._known:
            raise ValueError(
                f"center_by is {self.column!r}, and neither the catalogue nor the headers have"
                f" that; there are: {', '.join(self._there)} (a further FITS key is kept with"
                " --header-key)"
            )

    def codes(
        self, images: Sequence[dict[str, Any]], image_rows: Sequence[int], catalog_rows: list[int]
    ) -> NDArray[np.int64]:
        """Give the group of each cutout.

        Parameters
        ----------
        images : sequence of dict
            Rows of the table of images.
        image_rows, catalog_rows : sequence of int
            Of each cutout, its image and its row of the catalogue, -1 where there is none.

        Returns
        -------
        (n,) int64 array
            Those without a value are a group of their own, -1.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        self._check()
        if self.column in self._table:
            column = self._table[self.column].reset_index(drop=True)
            return encode(column.reindex(catalog_rows))[0]
        if self.column == FILE:
            return np.asarray(image_rows, np.int64)
        values = pd.Series([image.get(self.column) for image in images], dtype=object)
        of_images, _ = encode(values)
        codes: NDArray[np.int64] = of_images[np.asarray(image_rows)]
        return codes

    def notes(self, codes: NDArray[np.int64]) -> list[str]:
        """Say where centring by these groups means little."""
        _, counts = np.unique(codes, return_counts=True)
        notes = []
        if len(counts) == 1:
            notes.append(f"All cutouts share one {self.column}: centring by it is that of all.")
        elif counts.min() < FEW:
            notes.append(
                f"Of {len(counts)} groups by {self.column}, {(counts < FEW).sum()} have fewer than"
                f" {FEW} cutouts; what is special about these was taken for what they share."
            )
        if (codes < 0).any():
            n = int((codes < 0).sum())
            notes.append(f"{n} cutouts have no {self.column}, and are a group of their own.")
        return notes
