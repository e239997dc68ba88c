"""The groups by which fingerprints are centred: a column of the catalogue, a header key, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyarrow import parquet  # type: ignore[import-untyped]

from hubble_dash.atlas.schema import class_codes
from hubble_dash.builder.catalogs.catalog import Catalog
from hubble_dash.builder.cursor import SeenColumns
from hubble_dash.builder.reading.pixel_source import Metadata
from hubble_dash.builder.tables.kinds import nullable

__all__ = ["FILE", "Groups"]

FILE = "file"
# The mean of fewer cutouts is mostly what is special about them.
MIN_CUTOUTS_A_GROUP = 10


class Groups:
    """What tells the group of each cutout.

    Parameters
    ----------
    column : str
        A column of the catalogue, a header key of the images, or "file".
    catalog : Catalog, optional
        Its columns come first.
    images_looked_at : int
        Where so many images all lack it, the build stops, before the network has worked in vain.
    """

    def __init__(self, column: str, catalog: Catalog | None, *, images_looked_at: int = 20) -> None:
        self.column, self._images_looked_at = column, images_looked_at
        self._table = pd.DataFrame() if catalog is None else catalog.metadata
        self._known = column in self._table or column == FILE
        self._there = dict.fromkeys([*map(str, self._table.columns), FILE])
        self._n_seen = 0

    def look(self, metadata: Metadata, *, n_files: int) -> None:
        """See whether an image has it, and stop where the first images all have not.

        Parameters
        ----------
        metadata : dict
            Header keys of the next one.
        n_files : int
            How many there are, at most.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        self._known = self._known or self.column in metadata
        self._there |= dict.fromkeys(metadata)
        self._n_seen += 1
        if self._n_seen == min(self._images_looked_at, n_files):
            self._check()

    @property
    def seen(self) -> SeenColumns:
        """What has been seen so far."""
        return SeenColumns(self._known, list(self._there), self._n_seen)

    def restore(self, seen: SeenColumns) -> None:
        """Take up where a build was interrupted.

        Parameters
        ----------
        seen : SeenColumns
            By then.
        """
        self._known, self._n_seen = seen.known, seen.n_seen
        self._there = dict.fromkeys(seen.there)

    def _check(self) -> None:
        if not self._known:
            raise ValueError(
                f"center_by is {self.column!r}, and neither the catalogue nor the headers have"
                f" that; there are: {', '.join(self._there)} (a further FITS key is kept with"
                " --header-key)"
            )

    def value_of(self, metadata: Metadata, file: int, catalog_row: int) -> object:
        """Give the group of one cutout, before all are known.

        Parameters
        ----------
        metadata : dict
            Header keys of its image.
        file : int
            Number of its file.
        catalog_row : int
            The row of the catalogue, -1 where there is none.

        Returns
        -------
        object
            None where it has none.
        """
        if self.column in self._table:
            return self._table[self.column].iloc[catalog_row] if catalog_row >= 0 else None
        return file if self.column == FILE else metadata.get(self.column)

    def codes(
        self, images: Path, image_rows: NDArray[np.int32], catalog_rows: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Give the group of each cutout.

        Parameters
        ----------
        images : Path
            The table of images, Parquet.
        image_rows : (n,) int32 array
            The image of each cutout.
        catalog_rows : (n,) int64 array
            The row of the catalogue, -1 where there is none.

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
            column = nullable(self._table[[self.column]])[self.column].reset_index(drop=True)
            return class_codes(column.reindex(catalog_rows))[0]
        if self.column == FILE:
            return image_rows.astype(np.int64)
        of_images = np.full(int(image_rows.max()) + 1, -1, np.int64)
        # No image that has it may have a cutout.
        if self.column in parquet.read_schema(images).names:
            of_images, _ = class_codes(pd.read_parquet(images, columns=[self.column])[self.column])
        codes: NDArray[np.int64] = of_images[image_rows]
        return codes

    def notes(self, codes: NDArray[np.int64]) -> list[str]:
        """Say where centring by these groups means little.

        Parameters
        ----------
        codes : (n,) int64 array
            Of `codes`.
        """
        _, counts = np.unique(codes, return_counts=True)
        n_small = int((counts < MIN_CUTOUTS_A_GROUP).sum())
        notes = []
        if len(counts) == 1:
            notes.append(f"All cutouts share one {self.column}: centring by it is that of all.")
        elif n_small:
            notes.append(
                f"Of {len(counts)} groups by {self.column}, {n_small} have fewer than"
                f" {MIN_CUTOUTS_A_GROUP} cutouts; what is special about these was taken for what"
                " they share."
            )
        if (codes < 0).any():
            n = int((codes < 0).sum())
            notes.append(f"{n} cutouts have no {self.column}, and are a group of their own.")
        return notes
