"""The Atlas: row i is cutout i in every array. The builder makes it, the viewer shows it.

On disk it is a folder of plain files (Parquet, NumPy, WebP) with a manifest; `stored` reads them.
Here stands what it is asked: what is similar, what a query means, what lies at a place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Boxes
from hubble_dash.atlas.checks import check_heads, read_manifest
from hubble_dash.atlas.schema import FINGERPRINTS_FILE, MANIFEST_FILE
from hubble_dash.atlas.stored import MetricArrays, Neighbors, StoredAtlas
from hubble_dash.config.bounds import choice
from hubble_dash.config.choices import AtlasCheck
from hubble_dash.cosine import N_JOINED, nearest, to_unit_length
from hubble_dash.disk.names import recover, resolved
from hubble_dash.errors import AtlasError
from hubble_dash.foreign.folder import Folder
from hubble_dash.query.evaluate import evaluate
from hubble_dash.query.parser import parse

__all__ = ["Atlas", "MetricArrays", "Neighbors", "Similar", "open_atlas"]

FloatArray: TypeAlias = NDArray[np.float32] | NDArray[np.float16]

# Of so many cutouts every row is looked at when the atlas is opened, in some tenths of a second; of
# more when its table or array is first asked for.
CHECKED_AT_ONCE = 100_000


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


class Atlas(StoredAtlas):
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
    smoothed : hubble_dash.cosine.Smoothed
        The same, each joined with its nearest as it is read.
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
    trust : (n,) float32 array or None
        What share of its most similar the map keeps near each cutout; None in atlases of early
        versions, and of a few cutouts.
    clusters : (n, levels) int16 array or None
        Of each cutout the number of its cluster at each level of the manifest's ``clusters``, -1
        for none; None where there are none.
    isolation : (n,) float32 array
        How far each cutout is from those most like it.
    local_isolation : (n,) float32 array
        How much farther that is than it is for those.
    derived : mapping of str to callable
        Columns that stand in no table.
    columns : AtlasColumns
        What a query of `select` may name.
    """

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
        all_rows = self.smoothed if refine else self.fingerprints
        own = np.asarray(all_rows[row : row + 1][0], dtype=np.float32)
        left_out = np.append(drop, row)
        try:
            return Similar(*nearest(all_rows, own, n=n, left_out=left_out))
        except ValueError as err:
            raise AtlasError(f"{self.path / FINGERPRINTS_FILE}: row {row}: {err}") from err

    def _refined(self, vector: NDArray[np.float32], n: int, left_out: NDArray[np.int64]) -> Similar:
        """Smooth a fingerprint from outside by its own nearest, and compare it."""
        rows, similarities = nearest(self.fingerprints, vector, n=N_JOINED)
        own = vector[np.newaxis].copy()
        to_unit_length(own)
        (joined,) = self.smoothed.joined(own, rows[np.newaxis], similarities[np.newaxis])
        return Similar(*nearest(self.smoothed, joined, n=n, left_out=left_out))

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
