"""The Atlas: row i is cutout i in every array. The builder makes it, the viewer shows it.

On disk it is a folder of plain files (Parquet, NumPy, WebP) with a manifest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Boxes
from hubble_dash.atlas.cosine import nearest
from hubble_dash.atlas.files import sha256_of
from hubble_dash.atlas.manifest import Manifest
from hubble_dash.atlas.schema import (
    COLORS_FILE,
    CUTOUTS_FILE,
    FINGERPRINTS_FILE,
    FORMAT_VERSION,
    IMAGES_FILE,
    MANIFEST_FILE,
    MEAN_FILE,
    NEIGHBORS_FILE,
    POSITIONS_FILE,
    SHEETS_FOLDER,
    SIMILARITIES_FILE,
)
from hubble_dash.atlas.sheets import SheetLayout, sheet_name
from hubble_dash.errors import AtlasError

__all__ = ["Atlas", "Neighbors", "Similar", "open_atlas"]

FloatArray: TypeAlias = NDArray[np.float32] | NDArray[np.float16]


@dataclass(frozen=True)
class Neighbors:
    """The k nearest neighbours of every cutout, itself left out.

    Parameters
    ----------
    rows : (n, k) int32 array
        Rows of the atlas, most similar first.
    similarities : (n, k) float32 array
        Cosine similarities, large = alike.
    """

    rows: NDArray[np.int32]
    similarities: NDArray[np.float32]


class Similar(NamedTuple):
    """The rows most similar to something, most similar first.

    Attributes
    ----------
    rows : (m,) int32 array
        Rows of the atlas.
    similarities : (m,) float32 array
        Their cosine similarities.
    """

    rows: NDArray[np.int32]
    similarities: NDArray[np.float32]


class Atlas:
    """An atlas on disk, opened; arrays are memory-mapped and tables are read when first asked for.

    Use `open_atlas` to open one.

    Parameters
    ----------
    path : path-like
        The folder.
    manifest : mapping
        What its ``manifest.json`` says.

    Attributes
    ----------
    path : Path
        The folder.
    manifest : dict
        What it says of itself: a plain dict with the entries of
        `hubble_dash.atlas.manifest.Manifest`.
    images : pandas.DataFrame
        One row an image.
    cutouts : pandas.DataFrame
        One row a cutout: ``image``, box, sky position, labels, then the user's columns.
    fingerprints : (n, d) float16 array
        Memory-mapped, as are the neighbours and the map.
    mean : (d,) float32 array
        What was taken off all fingerprints; zeros if nothing was, or that of each one's group.
    neighbors : Neighbors
        ``rows`` (n, k) int32 and ``similarities`` (n, k) float32.
    positions : (n, 2) float32 array
        The map.
    colors : (n, 3) uint8 array or None
        Mean colour of each thumbnail.
    """

    def __init__(self, path: str | Path, manifest: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self.manifest = cast("Manifest", dict(manifest))

    def __len__(self) -> int:
        return int(self.manifest["n_cutouts"])

    def __repr__(self) -> str:
        return (
            f"<Atlas {self.path.name!r}: {len(self)} cutouts of {self.manifest['n_images']} images,"
            f" {self.manifest['model']['name']}>"
        )

    @property
    def title(self) -> str:
        """The title people see."""
        return str(self.manifest["title"])

    @property
    def sheet_layout(self) -> SheetLayout:
        """Where the thumbnails stand."""
        return SheetLayout(**self.manifest["thumbnails"])

    @cached_property
    def images(self) -> pd.DataFrame:
        """One row an image."""
        return pd.read_parquet(self.path / IMAGES_FILE)

    @cached_property
    def cutouts(self) -> pd.DataFrame:
        """One row a cutout."""
        return pd.read_parquet(self.path / CUTOUTS_FILE)

    @cached_property
    def fingerprints(self) -> NDArray[np.float16]:
        """One row a cutout, (n, d) float16."""
        return self._array(FINGERPRINTS_FILE)

    @cached_property
    def mean(self) -> NDArray[np.float32]:
        """What was taken off all fingerprints, (d,) float32; zeros if nothing was."""
        if MEAN_FILE not in self.manifest["files"]:
            return np.zeros(self.fingerprints.shape[1], np.float32)
        mean: NDArray[np.float32] = np.load(self.path / MEAN_FILE)
        return mean

    @cached_property
    def neighbors(self) -> Neighbors:
        """The k nearest of every cutout."""
        return Neighbors(self._array(NEIGHBORS_FILE), self._array(SIMILARITIES_FILE))

    @cached_property
    def positions(self) -> NDArray[np.float32]:
        """The map, (n, 2) float32."""
        return self._array(POSITIONS_FILE)

    @cached_property
    def colors(self) -> NDArray[np.uint8] | None:
        """Mean colour of each thumbnail, (n, 3) uint8; None in an atlas that was made without."""
        return self._array(COLORS_FILE) if COLORS_FILE in self.manifest["files"] else None

    def _array(self, name: str) -> NDArray[Any]:
        path = self.path / name
        try:
            # An empty array cannot be mapped, and a small one need not be.
            mapped = path.stat().st_size > 4096
            array: NDArray[Any] = np.load(path, mmap_mode="r" if mapped else None)
        except (OSError, ValueError) as err:
            raise AtlasError(f"{path} cannot be read: {err}") from err
        if len(array) != len(self):
            raise AtlasError(f"{path} has {len(array)} rows, the atlas has {len(self)} cutouts")
        return array

    def sheet_path(self, sheet: int) -> Path:
        """Path of a sheet of thumbnails."""
        return self.path / SHEETS_FOLDER / sheet_name(sheet)

    @property
    def n_sheets(self) -> int:
        """Number of sheets."""
        return self.sheet_layout.n_sheets(len(self))

    def similar(
        self, query: int | FloatArray, n: int = 9, *, leave_out_overlapping: bool = False
    ) -> Similar:
        """Find the cutouts most similar to one of them, or to a fingerprint.

        Parameters
        ----------
        query : int or (d,) float array
            A row of the atlas, which is itself left out; or a fingerprint by the same network.
        n : int
            How many; fewer come back where the atlas has fewer.
        leave_out_overlapping : bool
            Pass over cutouts whose box overlaps that of the row, in the same image.

        Returns
        -------
        Similar
            ``rows`` and ``similarities``, most similar first.

        Raises
        ------
        IndexError
            If there is no such row.
        ValueError
            If `n` is less than 1, or the fingerprint has the wrong length or is not usable.
        """
        if n < 1:
            raise ValueError(f"n is {n}; ask for at least 1")
        if not isinstance(query, (int, np.integer)):
            vector = np.asarray(query, dtype=np.float32)
            return Similar(*nearest(self.fingerprints, vector, n=n))
        row = int(query)
        if not 0 <= row < len(self):
            raise IndexError(f"there is no row {row}; rows are 0 to {len(self) - 1}")
        drop = self.overlapping(row) if leave_out_overlapping else np.empty(0, np.int64)
        stored = self.neighbors.rows[row]
        keep = ~np.isin(stored, drop)
        if keep.sum() >= n or len(stored) == len(self) - 1:
            return Similar(stored[keep][:n], self.neighbors.similarities[row][keep][:n])
        own = np.asarray(self.fingerprints[row], dtype=np.float32)
        left_out = np.append(drop, row)
        return Similar(*nearest(self.fingerprints, own, n=n, left_out=left_out))

    def overlapping(self, row: int) -> NDArray[np.int64]:
        """Rows whose box overlaps that of `row` in the same image, itself left out."""
        boxes = Boxes.of(self.cutouts)
        found = boxes.overlap(boxes[row])
        found[row] = False
        return np.flatnonzero(found)

    def nearest_to(self, ra_deg: float, dec_deg: float) -> tuple[int, float]:
        """Find the cutout whose centre is nearest to a place on the sky.

        Parameters
        ----------
        ra_deg, dec_deg : float
            ICRS degrees.

        Returns
        -------
        row : int
            The cutout.
        separation_arcsec : float
            Angular distance of its centre (Vincenty's formula).

        Raises
        ------
        AtlasError
            If no cutout has a position.
        """
        # It takes as long to import as all else that an atlas needs.
        from astropy.coordinates import angular_separation

        table = self.cutouts
        known = np.flatnonzero(np.isfinite(table["ra_deg"]) & np.isfinite(table["dec_deg"]))
        if not len(known):
            raise AtlasError(f"{self.path}: no cutout has a position on the sky")
        ra, dec = np.deg2rad(table[["ra_deg", "dec_deg"]].to_numpy()[known]).T
        separation = angular_separation(ra, dec, *np.deg2rad([ra_deg, dec_deg]))
        nearest = int(np.argmin(separation))
        return int(known[nearest]), float(np.rad2deg(separation[nearest]) * 3600)

    def check(self) -> list[str]:
        """Compare every file with its checksum.

        Returns
        -------
        list of str
            What is wrong, a line each; empty if all is well.
        """
        wrong = []
        for name, entry in self.manifest["files"].items():
            path = self.path / name
            if not path.is_file():
                wrong.append(f"{name} is missing")
            elif sha256_of(path) != entry["sha256"]:
                wrong.append(f"{name} differs from its checksum")
        return wrong


def open_atlas(path: str | Path) -> Atlas:
    """Open an atlas folder.

    Parameters
    ----------
    path : path-like
        The folder.

    Returns
    -------
    Atlas
        Opened read-only; nothing large is read yet.

    Raises
    ------
    AtlasError
        If the folder is not there, is not an atlas, is incomplete, or of a newer format.
    """
    path = Path(path)
    if not path.is_dir():
        raise AtlasError(f"there is no atlas folder {path}; make one with: hubble-dash build")
    try:
        manifest = json.loads((path / MANIFEST_FILE).read_text(encoding="utf-8"))
        version, files = manifest["format_version"], manifest["files"]
    except FileNotFoundError:
        raise AtlasError(f"{path} has no manifest.json: it is not an atlas") from None
    except (ValueError, KeyError, TypeError) as err:
        raise AtlasError(f"{path / 'manifest.json'} is damaged: {err!r}") from err
    if version > FORMAT_VERSION:
        raise AtlasError(
            f"{path} has format version {version}, this hubble-dash reads up to {FORMAT_VERSION};"
            " type: pip install --upgrade hubble-dash"
        )
    for name, entry in files.items():
        size = (path / name).stat().st_size if (path / name).is_file() else None
        if size != entry["bytes"]:
            found = "is missing" if size is None else f"has {size} bytes, not {entry['bytes']}"
            raise AtlasError(f"{path} is damaged: {name} {found}; build it again")
    return Atlas(path, manifest)
