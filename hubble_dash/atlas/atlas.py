"""The Atlas: row i is cutout i in every array. The builder makes it, the viewer shows it.

On disk it is a folder of plain files (Parquet, NumPy, WebP) with a manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Boxes
from hubble_dash.atlas.checks import (
    array_shapes,
    check_array_values,
    check_cutouts,
    check_heads,
    check_image_files,
    check_images,
    read_manifest,
)
from hubble_dash.atlas.columns import AtlasColumns
from hubble_dash.atlas.manifest import Manifest
from hubble_dash.atlas.schema import (
    ARRAY_TYPES,
    COLORS_FILE,
    CUTOUTS_FILE,
    FINGERPRINTS_FILE,
    IMAGES_FILE,
    MANIFEST_FILE,
    MEAN_FILE,
    METRIC_FILES,
    NEIGHBORS_FILE,
    POSITIONS_FILE,
    SHEETS_FOLDER,
    SIMILARITIES_FILE,
    image_files_name,
)
from hubble_dash.atlas.sheets import Pictures, SheetLayout, sheet_name
from hubble_dash.config.bounds import choice
from hubble_dash.config.choices import AtlasCheck
from hubble_dash.cosine import N_JOINED, Smoothed, nearest, to_unit_length
from hubble_dash.disk.names import recover, resolved
from hubble_dash.errors import AtlasError
from hubble_dash.foreign.arrays import read_array
from hubble_dash.foreign.folder import Folder
from hubble_dash.foreign.tables import read_table
from hubble_dash.query.evaluate import evaluate
from hubble_dash.query.parser import parse

__all__ = ["Atlas", "MetricArrays", "Neighbors", "Similar", "open_atlas"]

FloatArray: TypeAlias = NDArray[np.float32] | NDArray[np.float16]

# Of so many cutouts every row is looked at when the atlas is opened, in some tenths of a second; of
# more when its table or array is first asked for.
CHECKED_AT_ONCE = 100_000

# The neighbour whose distance says how isolated a cutout is: the last of those that a page shows.
NTH_NEAREST = 9


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


class MetricArrays(NamedTuple):
    """What was learned of some cutouts; `hubble_dash.atlas.manifest.MetricEntry` says the rest.

    Attributes
    ----------
    channels : (c, a) float32 array
        Axes on which covariances of channels are brought.
    axes : (f, d) float32 array
        From features in one form to fingerprints.
    mean : (f,) float32 array
        Taken off before.
    sample : (m,) int32 array
        Rows of the cutouts that it was learned from.
    """

    channels: NDArray[np.float32]
    axes: NDArray[np.float32]
    mean: NDArray[np.float32]
    sample: NDArray[np.int32]


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
    image_files : pandas.DataFrame or None
        One row an image: ``bytes``, ``sha256`` and ``credit`` of its file; None in atlases of early
        versions.
    cutouts : pandas.DataFrame
        One row a cutout: ``image``, box, sky position, labels, then the user's columns.
    fingerprints : (n, d) float16 array
        Memory-mapped, as are the neighbours and the map.
    mean : (d,) float32 array
        What was taken off all fingerprints; zeros if nothing was, or that of each one's group.
    metric : MetricArrays or None
        What was learned of its cutouts; None where nothing was.
    neighbors : Neighbors
        ``rows`` (n, k) int32 and ``similarities`` (n, k) float32.
    positions : (n, 2) float32 array
        The map.
    colors : (n, 3) uint8 array or None
        Mean colour of each thumbnail.
    isolation : (n,) float32 array
        How far each cutout is from those most like it.
    columns : AtlasColumns
        What a query of `select` may name.
    """

    def __init__(self, path: str | Path, manifest: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self.manifest = cast("Manifest", dict(manifest))
        self._folder = Folder(self.path)

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
        table = read_table(self._folder, IMAGES_FILE, n_rows=self.manifest["n_images"])
        return check_images(self._folder, table, self.manifest["files"])

    @cached_property
    def image_files(self) -> pd.DataFrame | None:
        """Of each image the file that it was read from; None in an atlas of an early version."""
        name = image_files_name(self.manifest["files"])
        if name is None:
            return None
        table = read_table(self._folder, name, n_rows=self.manifest["n_images"])
        return check_image_files(self._folder, table, name)

    @cached_property
    def cutouts(self) -> pd.DataFrame:
        """One row a cutout."""
        table = read_table(self._folder, CUTOUTS_FILE, n_rows=len(self))
        return check_cutouts(self._folder, table, self.images)

    @cached_property
    def fingerprints(self) -> NDArray[np.float16]:
        """One row a cutout, (n, d) float16."""
        return self._array(FINGERPRINTS_FILE, checked=False)

    @cached_property
    def mean(self) -> NDArray[np.float32]:
        """What was taken off all fingerprints, (d,) float32; zeros if nothing was."""
        if MEAN_FILE not in self.manifest["files"]:
            return np.zeros(self.fingerprints.shape[1], np.float32)
        return self._array(MEAN_FILE)

    @cached_property
    def metric(self) -> MetricArrays | None:
        """What was learned of its cutouts; None where nothing was."""
        if "metric" not in self.manifest:
            return None
        return MetricArrays(*(self._array(name) for name in METRIC_FILES))

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

    def _array(self, name: str, *, checked: bool = True) -> NDArray[Any]:
        """Map an array; its values are checked here, but for fingerprints, which are large."""
        shape = array_shapes(self.manifest)[name]
        array = read_array(self._folder, name, dtype=ARRAY_TYPES[name], shape=shape)
        return check_array_values(self._folder, name, array, len(self)) if checked else array

    def sheet_path(self, sheet: int) -> Path:
        """Path of a sheet of thumbnails, for those who believe what is there.

        Parameters
        ----------
        sheet : int
            Its number, from 0.
        """
        return self.path / SHEETS_FOLDER / sheet_name(sheet)

    @cached_property
    def pictures(self) -> Pictures:
        """Its sheets and previews, each proved to be a picture when it is read."""
        return Pictures(self._folder, self.sheet_layout, self.images, len(self))

    @property
    def n_sheets(self) -> int:
        """Number of sheets."""
        return self.sheet_layout.n_sheets(len(self))

    def similar(
        self,
        query: int | FloatArray,
        n: int = 9,
        *,
        leave_out_overlapping: bool = False,
        among: NDArray[np.integer[Any]] | None = None,
        refine: bool = False,
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
        among : (m,) int array, optional
            Rows that may be found, such as those of `select`; else all.
        refine : bool
            Compare fingerprints that are smoothed by their nearest, as of
            `hubble_dash.cosine.Smoothed`: more of a class are found, small groups are blurred.

        Returns
        -------
        Similar
            ``rows`` and ``similarities``, most similar first.

        Raises
        ------
        AtlasError
            If the fingerprint of the row is zero or not finite, as no build makes it.
        IndexError
            If there is no such row, in `among` neither.
        ValueError
            If `n` is less than 1, the fingerprint has the wrong length or is not usable, or `among`
            holds no rows but truths or other numbers.
        """
        if n < 1:
            raise ValueError(f"n is {n}; ask for at least 1")
        others = np.empty(0, np.int64) if among is None else self._all_but(among)
        if not isinstance(query, (int, np.integer)):
            vector = np.asarray(query, dtype=np.float32)
            if refine:
                return self._refined(vector, n, others)
            return Similar(*nearest(self.fingerprints, vector, n=n, left_out=others))
        row = int(query)
        if not 0 <= row < len(self):
            raise IndexError(f"there is no row {row}; rows are 0 to {len(self) - 1}")
        drop = np.append(others, self.overlapping(row)) if leave_out_overlapping else others
        stored = self.neighbors.rows[row]
        keep = ~np.isin(stored, drop)
        if not refine and (keep.sum() >= n or len(stored) == len(self) - 1):
            return Similar(stored[keep][:n], self.neighbors.similarities[row][keep][:n])
        all_rows = self._smoothed if refine else self.fingerprints
        own = np.asarray(all_rows[row : row + 1][0], dtype=np.float32)
        left_out = np.append(drop, row)
        try:
            return Similar(*nearest(all_rows, own, n=n, left_out=left_out))
        except ValueError as err:
            raise AtlasError(f"{self.path / FINGERPRINTS_FILE}: row {row}: {err}") from err

    @property
    def _smoothed(self) -> Smoothed:
        return Smoothed(self.fingerprints, self.neighbors.rows, self.neighbors.similarities)

    def _refined(self, vector: NDArray[np.float32], n: int, left_out: NDArray[np.int64]) -> Similar:
        """Smooth a fingerprint from outside by its own nearest, and compare it."""
        rows, similarities = nearest(self.fingerprints, vector, n=N_JOINED)
        own = vector[np.newaxis].copy()
        to_unit_length(own)
        (joined,) = self._smoothed.joined(own, rows[np.newaxis], similarities[np.newaxis])
        return Similar(*nearest(self._smoothed, joined, n=n, left_out=left_out))

    def _all_but(self, rows: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Give all other rows."""
        kept = np.asarray(rows)
        if kept.size and kept.dtype.kind not in "iu":
            raise ValueError(f"among has numbers of {kept.dtype}; give rows, as select finds them")
        if kept.size and not (kept.min() >= 0 and kept.max() < len(self)):
            raise IndexError(f"among has rows that are not there; rows are 0 to {len(self) - 1}")
        is_other = np.ones(len(self), bool)
        is_other[kept.astype(np.int64)] = False
        return np.flatnonzero(is_other)

    def overlapping(self, row: int) -> NDArray[np.int64]:
        """Rows whose box overlaps that of `row` in the same image, itself left out.

        Parameters
        ----------
        row : int
            A cutout.

        Returns
        -------
        (m,) int64 array
            In rising order.
        """
        boxes = Boxes.of(self.cutouts)
        found = boxes.overlap(boxes[row])
        found[row] = False
        return np.flatnonzero(found)

    @cached_property
    def columns(self) -> AtlasColumns:
        """What `select` may name: columns of the tables, and labels."""
        return AtlasColumns(self.cutouts, self.images, lambda: self.isolation)

    @cached_property
    def isolation(self) -> NDArray[np.float32]:
        """How far each cutout is from those most like it, (n,) float32.

        It is 1 less the cosine similarity of the ninth nearest, or of the last one where there are
        fewer; the k-th nearest neighbour's distance is the simplest measure of an outlier
        (Ramaswamy, Rastogi and Shim 2000). NaN where there is no other cutout.
        """
        similarities = self.neighbors.similarities
        if not similarities.shape[1]:
            return np.full(len(self), np.nan, np.float32)
        return 1 - similarities[:, min(NTH_NEAREST, similarities.shape[1]) - 1]

    def select(self, query: str) -> NDArray[np.int64]:
        """Find the cutouts that a query means.

        Parameters
        ----------
        query : str
            Such as ``FILTER == "F814W" and EXPTIME > 1000`` or ``within(53.16, -27.79, 2 arcmin)``;
            ``docs/query.md`` has all of the language.

        Returns
        -------
        (m,) int64 array
            Rows of the atlas, in rising order.

        Raises
        ------
        ValueError
            If the query means nothing here. It is a `hubble_dash.query.errors.QueryError`, which
            has the ``message`` and, in characters of the query, the place: ``at`` and ``length``.
        """
        return np.flatnonzero(evaluate(parse(query), self.columns))

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
        for name, size in self._folder.sizes(self.manifest["files"]):
            if size is None:
                wrong.append(f"{name} is missing")
                continue
            if self._folder.sha256(name) != self.manifest["files"][name]["sha256"]:
                wrong.append(f"{name} differs from its checksum")
        return wrong

    def check_sums(self) -> None:
        """Refuse an atlas of which a file differs from its checksum.

        Raises
        ------
        AtlasError
            That names the first of them.
        """
        if wrong := self.check():
            raise AtlasError(f"{self.path} is damaged: {'; '.join(wrong[:5])}; build it again")

    def check_values(self, *, of_fingerprints: bool = False) -> None:
        """Look at every row of the tables and arrays.

        Parameters
        ----------
        of_fingerprints : bool
            Look at those as well, which are many times as large as all the rest.

        Raises
        ------
        AtlasError
            That names the first value that is off.
        """
        _ = self.cutouts, self.image_files, self.neighbors, self.positions, self.colors, self.mean
        _ = self.metric
        if of_fingerprints:
            check_array_values(self._folder, FINGERPRINTS_FILE, self.fingerprints, len(self))


def open_atlas(path: str | Path, *, check: AtlasCheck = "fast") -> Atlas:
    """Open an atlas folder, which may come from anywhere.

    Parameters
    ----------
    path : path-like
        The folder.
    check : {"fast", "full"}
        How it is checked: by its manifest, the sizes of its files, and the shapes, types and values
        of what is in them; or also by every checksum, which reads all of it.

    Returns
    -------
    Atlas
        Opened read-only. Of more than 100,000 cutouts, values are looked at when they are first
        asked for, as are pictures of all atlases.

    Raises
    ------
    AtlasError
        If the folder is not there, is not an atlas, is incomplete, of a newer format, or holds
        something that an atlas cannot hold.
    ValueError
        If `check` is not known.
    """
    choice("check", check, AtlasCheck)
    path = Path(path)
    if not path.is_dir():
        # A kill between two renames leaves it beside its name.
        recover(resolved(path))
    if not path.is_dir():
        raise AtlasError(f"there is no atlas folder {path}; make one with: hubble-dash build")
    if not (path / MANIFEST_FILE).exists():
        raise AtlasError(f"{path} has no manifest.json: it is not an atlas")
    folder = Folder(path)
    manifest = read_manifest(folder)
    check_heads(folder, manifest)
    atlas = Atlas(path, manifest)
    if check == "full":
        atlas.check_sums()
    if check == "full" or len(atlas) <= CHECKED_AT_ONCE:
        atlas.check_values(of_fingerprints=check == "full")
    return atlas
