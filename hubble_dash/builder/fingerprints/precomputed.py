"""Fingerprints and positions that the user brings, and which row of them belongs to which cutout.

Rows are taken by the name of their image where the file has names, by the row of the catalogue
where the cutouts come from one, else in the order in which cutouts are cut. Cutouts that are left
out drop their row, and numbers that do not agree are refused, so that nothing shifts unseen.
"""

from __future__ import annotations

import logging
from array import array
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.files import sha256_of
from hubble_dash.atlas.manifest import ModelEntry
from hubble_dash.atlas.schema import N_LABELS
from hubble_dash.builder.catalogs.catalog import Catalog
from hubble_dash.builder.catalogs.vectors import read_vectors
from hubble_dash.builder.cutouts.find import Cutouts
from hubble_dash.builder.fingerprints.network import Batch
from hubble_dash.config import CatalogPositions, CutoutSettings, WholeImage
from hubble_dash.errors import BuildError

__all__ = ["Given", "GivenFingerprints"]

logger = logging.getLogger(__name__)

Rows: TypeAlias = NDArray[np.int64]

ROWS_A_BLOCK = 1024
# Largest values that half precision holds with all of its digits.
LEAST, MOST = 2.0**-6, float(np.finfo(np.float16).max)


class Given:
    """A user's file with a row for each cutout, or for each before some were left out.

    Parameters
    ----------
    path : path-like
        A ``.npy`` file with a matrix, which is never read whole; an ``.npz`` with a matrix and,
        if there are any, names; or Parquet with a column of lists, or columns of numbers, and, if
        there is any, one of paths or file names.
    what : {"fingerprints", "positions"}
        What it holds: (m, d) or (m, 2) floats, finite; fingerprints are not zero.

    Attributes
    ----------
    path : Path
        The file.
    sha256 : str
        Its checksum.
    matched : {"name", "catalog", "order"}
        How rows find their cutouts; known after `expect`.
    taken : array of int64
        The rows of the cutouts that were kept.
    n_cut : int
        Cutouts so far, those included that were left out.

    Raises
    ------
    BuildError
        If the file cannot be read, or does not hold what it should.
    """

    def __init__(self, path: str | Path, what: Literal["fingerprints", "positions"]) -> None:
        self.path, self.what = Path(path), what
        self.values, names = read_vectors(self.path)
        if what == "positions" and self.values.shape[1] != 2:
            raise BuildError(f"{path} has {self.values.shape[1]} columns; positions have x and y")
        self.largest = self._check_rows()
        self.sha256 = sha256_of(self.path)
        self.matched: Literal["name", "catalog", "order"] = "order"
        self.taken = array("q")
        self._used = np.zeros(len(self), bool)
        self._notes: list[str] = []
        self.n_cut = 0
        self._whole = self._at_catalog = False
        self._by_name = None if names is None else self._as_catalog(names)

    def __len__(self) -> int:
        return len(self.values)

    def restore(self, taken: NDArray[np.int64], n_cut: int) -> None:
        """Take up where a build was interrupted.

        Parameters
        ----------
        taken : (m,) int64 array
            The rows of its cutouts.
        n_cut : int
            Cutouts before the image that comes next, those included that were left out.
        """
        self.taken = array("q", taken.tobytes())
        self._used[taken] = True
        self.n_cut = n_cut

    def _check_rows(self) -> float:
        """Refuse rows of no use; give the largest value."""
        largest, bad = 0.0, []
        for start in range(0, len(self), ROWS_A_BLOCK):
            block = np.abs(self.values[start : start + ROWS_A_BLOCK]).max(axis=1)
            useless = ~np.isfinite(block)
            if self.what == "fingerprints":
                useless |= block == 0
            bad += (start + np.flatnonzero(useless)).tolist()
            largest = max(largest, float(block.max(where=~useless, initial=0)))
        if bad:
            named = ", ".join(map(str, bad[:5])) + (", ..." if len(bad) > 5 else "")
            wrong = "zero or not finite" if self.what == "fingerprints" else "not finite"
            raise BuildError(f"{self.path}: {len(bad)} rows are {wrong} (rows {named})")
        return largest

    def _as_catalog(self, names: Sequence[str]) -> Catalog:
        """Find rows by the name of their image as a catalogue finds its own."""
        paths = [self.path.parent / Path(name).expanduser() for name in names]
        nothing = pd.DataFrame(index=range(len(names)))
        return Catalog(self.path, paths, None, None, None, None, nothing)

    def expect(
        self, settings: CutoutSettings, files: Sequence[Path], catalog: Catalog | None
    ) -> None:
        """Settle how rows find their cutouts, and check their number where it is known.

        Parameters
        ----------
        settings : CutoutSettings
            What is cut.
        files : sequence of Path
            The images, in order.
        catalog : Catalog, optional
            Its rows are those of the file, where the cutouts lie at its positions.

        Raises
        ------
        BuildError
            If there are not as many rows as images, or as rows of the catalogue.
        """
        self._whole = isinstance(settings, WholeImage)
        self._at_catalog = isinstance(settings, CatalogPositions)
        if catalog is not None and self._at_catalog:
            self.matched = "catalog"
            self._compare(len(catalog), f"rows in {catalog.path}")
        elif self._by_name is not None:
            self.matched = "name"
        elif self._whole:
            self._compare(len(files), "images")
        if self.matched == "order":
            listed = ", ".join(path.name for path in files[:3]) + (", ..." if files[3:] else "")
            logger.info("%s: rows are taken in the order of the files: %s", self.path, listed)
            if list(files) != sorted(files):
                self._notes.append(
                    f"Rows of {self.path.name} were taken in the order of the files, which is not"
                    f" alphabetical: {listed}"
                )

    def _compare(self, n: int, things: str) -> None:
        if n != len(self):
            raise BuildError(
                f"{self.path} has {len(self)} rows, and there are {n} {things}; there must be a"
                " row for each, those of cutouts that are left out included"
            )

    def rows_of(self, image: Path, number: int, found: Cutouts) -> Rows:
        """Find the rows of an image's cutouts, before any of them is left out.

        Parameters
        ----------
        image : Path
            The image.
        number : int
            Its number among all files, those included that cannot be read.
        found : Cutouts
            Its cutouts.

        Returns
        -------
        (n,) int64 array

        Raises
        ------
        BuildError
            If the file names other images, or has not as many rows as there are cutouts.
        """
        named = None if self._by_name is None else self._by_name.rows_of(image)
        n, first = len(found), number if self._whole else self.n_cut
        self.n_cut += n
        if self._at_catalog:
            if named is not None and not np.isin(found.catalog_rows, named).all():
                raise BuildError(f"{self.path}: the rows cut from {image} have another name there")
            return found.catalog_rows
        if named is None:
            # Rows beyond the last are refused in `finish`, which knows how many cutouts there are.
            return np.minimum(np.arange(first, first + n), len(self) - 1)
        if len(named) != n:
            raise BuildError(
                f"{self.path} has {len(named)} rows for {image}, and there are {n} cutouts of it"
            )
        return named

    def take(self, row: int) -> None:
        """Take a row for the next cutout that is kept.

        Raises
        ------
        BuildError
            If it was taken for another one.
        """
        if self.matched != "order" and self._used[row]:
            which = "the catalogue's images" if self._at_catalog else "each image by its folder too"
            raise BuildError(f"row {row} of {self.path} fits several cutouts; name {which}")
        self._used[row] = True
        self.taken.append(int(row))

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
        n_over = len(self) - self.n_cut
        if self.matched == "name" and n_over > 0:
            self._notes.append(f"{n_over} rows of {self.path.name} are of no image here.")
        return self._notes

    def describe(self) -> dict[str, str]:
        """Say what the file is, as plain data."""
        return {"file": self.path.name, "sha256": self.sha256, "matched": self.matched}

    def positions(self) -> NDArray[np.float32]:
        """Give the positions of the cutouts that were kept, (n, 2), as they are in the file."""
        return np.asarray(self.values[self.taken], np.float32)


class GivenFingerprints:
    """Takes the place of a network: the fingerprints are the user's own, and there are no labels.

    Vectors larger than half precision holds, or all very small, are scaled by one power of two,
    which no cosine minds.

    Parameters
    ----------
    given : Given
        The user's file.
    """

    label_names = None

    def __init__(self, given: Given) -> None:
        self.given = given
        self.n_features = int(given.values.shape[1])
        exponent = 0 if LEAST <= given.largest <= MOST else -int(np.frexp(given.largest)[1])
        self._exponent = exponent

    def stream(
        self,
        pictures: Iterable[NDArray[np.uint8]],
        *,
        n_expected: Callable[[], int] | None = None,  # noqa: ARG002 - the network's asks
    ) -> Generator[Batch, None, None]:
        """Give the fingerprints of cutouts as they are drawn; their rows were taken before.

        Parameters
        ----------
        pictures : iterable of uint8 arrays
            One of each cutout; only counted.
        n_expected : callable, optional
            Not asked.

        Yields
        ------
        Batch
            In the order of the cutouts.
        """
        start = n = len(self.given.taken)
        for _ in pictures:
            n += 1
            if n - start == ROWS_A_BLOCK:
                yield self._batch(start, n)
                start = n
        if n > start:
            yield self._batch(start, n)

    def _batch(self, start: int, stop: int) -> Batch:
        # Rows may stand in any order, and a file that is mapped is read only where they are.
        block = np.asarray(self.given.values[self.given.taken[start:stop]], np.float64)
        shape = (len(block), N_LABELS)
        return Batch(
            np.ldexp(block, self._exponent).astype(np.float32),
            np.full(shape, -1, np.int32),
            np.zeros(shape, np.float32),
        )

    def describe(self) -> ModelEntry:
        """Say what stands in the manifest where a model would."""
        given = self.given.describe()
        return {
            "requested": given["file"],
            "name": given["file"],
            "weights": given["file"],
            "weights_source": "given",
            "weights_sha256": given["sha256"],
            "reason": f"Fingerprints as given in {given['file']}; no network was run.",
            "features": "given",
            "matched": given["matched"],
        }
