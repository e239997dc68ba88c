"""Fingerprints and positions that the user brings, and which row of them belongs to which cutout.

Rows are taken by the name of their image where the file has names, by the row of the catalogue
where the cutouts come from one, else in the order in which cutouts are cut. Cutouts that are left
out drop their row, and numbers that do not agree are refused, so that nothing shifts unseen.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.catalogs.catalog import Catalog
from hubble_dash.builder.catalogs.identifiers import names_of_rows
from hubble_dash.builder.catalogs.names import ImageNames
from hubble_dash.builder.catalogs.vectors import VectorColumns, read_vectors
from hubble_dash.config import CatalogPositions, CutoutSettings, WholeImage
from hubble_dash.disk.files import sha256_of
from hubble_dash.errors import BuildError

__all__ = ["PrecomputedRows", "PrecomputedVectors"]

logger = logging.getLogger(__name__)


class PrecomputedVectors:
    """A user's file with a row for each cutout, or for each before some were left out.

    Parameters
    ----------
    path : path-like
        A ``.npy`` file with a matrix, which is never read whole; an ``.npz`` with a matrix and,
        if there are any, names; or Parquet or CSV with a column of lists, or columns of numbers,
        and, if there is any, one of paths, file names or identifiers.
    what : {"fingerprints", "positions"}
        What it holds: (m, d) or (m, 2) floats, finite; fingerprints are not zero.
    columns : VectorColumns, optional
        What the user says of its columns.
    rows_a_block : int
        How many are looked at together.

    Attributes
    ----------
    path : Path
        The file.
    values : (m, d) float array
        Its rows; mapped where the file can be.
    names : list of str or None
        Of the image of each row.
    largest : float
        The largest absolute value.
    sha256 : str
        Its checksum.
    notes : sequence of str
        What the user should know.

    Raises
    ------
    BuildError
        If the file cannot be read, or does not hold what it should.
    """

    def __init__(
        self,
        path: str | Path,
        what: Literal["fingerprints", "positions"],
        *,
        columns: VectorColumns | None = None,
        rows_a_block: int = 1024,
    ) -> None:
        self.path = Path(path)
        self.values, self.names, self.notes = read_vectors(self.path, columns)
        if what == "positions" and self.values.shape[1] != 2:
            raise BuildError(f"{path} has {self.values.shape[1]} columns; positions have x and y")
        self.largest = self._check_rows(rows_a_block, may_be_zero=what == "positions")
        self.sha256 = sha256_of(self.path)

    def __len__(self) -> int:
        return len(self.values)

    def _check_rows(self, rows_a_block: int, *, may_be_zero: bool) -> float:
        """Refuse rows of no use; give the largest value."""
        largest, bad = 0.0, []
        for start in range(0, len(self), rows_a_block):
            block = np.abs(self.values[start : start + rows_a_block]).max(axis=1)
            useless = ~np.isfinite(block)
            if not may_be_zero:
                useless |= block == 0
            bad += (start + np.flatnonzero(useless)).tolist()
            largest = max(largest, float(block.max(where=~useless, initial=0)))
        if bad:
            named = ", ".join(map(str, bad[:5])) + (", ..." if len(bad) > 5 else "")
            wrong = "not finite" if may_be_zero else "zero or not finite"
            raise BuildError(f"{self.path}: {len(bad)} rows are {wrong} (rows {named})")
        return largest


class PrecomputedRows:
    """Which row of the user's vectors belongs to which cutout.

    Parameters
    ----------
    vectors : PrecomputedVectors
        The rows.
    settings : CutoutSettings
        What is cut.
    files : sequence of Path
        The images, in order.
    catalog : Catalog, optional
        Its rows are those of the vectors, where the cutouts lie at its positions.
    n_images : sequence of int, optional
        How many images each file has; one if not given.

    Attributes
    ----------
    matched : {"name", "catalog", "order"}
        How rows find their cutouts.
    n_cut : int
        Cutouts so far, those included that were left out.

    Raises
    ------
    BuildError
        If there are not as many rows as images, or as rows of the catalogue, or the rows name
        none of the images.
    """

    def __init__(
        self,
        vectors: PrecomputedVectors,
        settings: CutoutSettings,
        files: Sequence[Path],
        catalog: Catalog | None,
        n_images: Sequence[int] | None = None,
    ) -> None:
        self.vectors, self.n_cut = vectors, 0
        n_images = [1] * len(files) if n_images is None else n_images
        # Of each file, the number of its first image.
        self._first = [0, *itertools.accumulate(n_images)]
        self._used = np.zeros(len(vectors), bool)
        self._notes = list(vectors.notes)
        self._by_name: ImageNames | None = None
        if vectors.names is not None:
            self._by_name, notes = names_of_rows(vectors.path, vectors.names, files)
            self._notes += notes
        self._whole = isinstance(settings, WholeImage)
        self._at_catalog = isinstance(settings, CatalogPositions)
        self.matched: Literal["name", "catalog", "order"] = "order"
        if catalog is not None and self._at_catalog:
            self.matched = "catalog"
            self._compare(len(catalog), f"rows in {catalog.path}")
        elif self._by_name is not None:
            self.matched = "name"
        elif self._whole:
            self._compare(self._first[-1], "images")
        if self.matched == "order":
            self._say_order(files)

    def restore(self, taken: NDArray[np.int64], n_cut: int) -> None:
        """Take up where a build was interrupted.

        Parameters
        ----------
        taken : (m,) int64 array
            The rows of its cutouts.
        n_cut : int
            Cutouts before the image that comes next, those included that were left out.
        """
        self._used[taken] = True
        self.n_cut = n_cut

    def rows_of(
        self,
        image: Path,
        number: int,
        catalog_rows: NDArray[np.int64],
        *,
        part: str | None = None,
        part_number: int = 0,
    ) -> list[int]:
        """Find the rows of an image's cutouts, before any of them is left out, and count these.

        Parameters
        ----------
        image : Path
            The image's file.
        number : int
            The file's number among all, those included that cannot be read.
        catalog_rows : (n,) int64 array
            The row of the catalogue of each of its cutouts, -1 where there is none.
        part : str, optional
            Which image of a file with several.
        part_number : int
            Its number among these, from 0.

        Returns
        -------
        list of int
            One for each cutout.

        Raises
        ------
        BuildError
            If the file names other images, or has not as many rows as there are cutouts.
        """
        path, n = self.vectors.path, len(catalog_rows)
        named = None if self._by_name is None else self._by_name.find(image, part).rows
        first = self._first[number] + part_number if self._whole else self.n_cut
        self.n_cut += n
        if self._at_catalog:
            if named is not None and not np.isin(catalog_rows, named).all():
                raise BuildError(f"{path}: the rows cut from {image} have another name there")
            return list(map(int, catalog_rows))
        if named is None:
            # Rows beyond the last are refused in `finish`, which knows how many cutouts there are.
            return [min(row, len(self.vectors) - 1) for row in range(first, first + n)]
        if len(named) != n:
            which = "" if part is None else f" in {part}; name each image as {image.name}[{part}]"
            raise BuildError(
                f"{path} has {len(named)} rows for {image}, and there are {n} cutouts of it{which}"
            )
        return list(map(int, named))

    def take(self, row: int) -> None:
        """Take a row for the next cutout that is kept.

        Parameters
        ----------
        row : int
            Of `rows_of`.

        Raises
        ------
        BuildError
            If it was taken for another one.
        """
        if self.matched != "order" and self._used[row]:
            which = "the catalogue's images" if self._at_catalog else "each image by its folder too"
            raise BuildError(f"row {row} of {self.vectors.path} fits several cutouts; name {which}")
        self._used[row] = True

    def finish(self) -> list[str]:
        """Compare the numbers in the end.

        Returns
        -------
        list of str
            What the user should know.

        Raises
        ------
        BuildError
            If there were not as many cutouts as rows.
        """
        if self.matched == "order" and not self._whole:
            self._compare(self.n_cut, "cutouts")
        n_over = len(self.vectors) - self.n_cut
        if self.matched == "name" and n_over > 0:
            self._notes.append(f"{n_over} rows of {self.vectors.path.name} are of no image here.")
        return self._notes

    def describe(self) -> dict[str, str]:
        """Say what the file is, as plain data."""
        vectors = self.vectors
        return {"file": vectors.path.name, "sha256": vectors.sha256, "matched": self.matched}

    def _compare(self, n: int, things: str) -> None:
        if n != len(self.vectors):
            raise BuildError(
                f"{self.vectors.path} has {len(self.vectors)} rows, and there are {n} {things};"
                " there must be a row for each, those of cutouts that are left out included"
            )

    def _say_order(self, files: Sequence[Path]) -> None:
        path = self.vectors.path
        listed = ", ".join(file.name for file in files[:3]) + (", ..." if files[3:] else "")
        logger.info("%s: rows are taken in the order of the files: %s", path, listed)
        if list(files) != sorted(files):
            self._notes.append(
                f"Rows of {path.name} were taken in the order of the files, which is not"
                f" alphabetical: {listed}"
            )
