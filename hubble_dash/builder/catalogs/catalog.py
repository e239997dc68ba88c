"""A catalogue tells the image of a cutout, its place on the sky, and what else is known."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.builder.catalogs.columns import Columns, find_columns, say_choice
from hubble_dash.builder.catalogs.frames import read_positions
from hubble_dash.builder.catalogs.names import ImageNames, named_in
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.remote.path import path_of
from hubble_dash.builder.tables.astropy_tables import TableFile
from hubble_dash.builder.tables.read import read_table
from hubble_dash.config.bounds import choice
from hubble_dash.config.choices import AngleUnit
from hubble_dash.errors import CatalogError

__all__ = ["Catalog", "read_catalog"]

logger = logging.getLogger(__name__)

# SExtractor counts pixels from 1, as FITS does.
_ONE_BASED = re.compile(r"[xy](win)?_image", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Catalog:
    """The rows of a catalogue.

    Parameters
    ----------
    path : Path
        The file.
    paths : list of Path or None
        The image of each row, relative ones resolved against the catalogue's folder; None if
        there is no such column.
    ra_deg, dec_deg : (n,) float64 arrays or None
        ICRS degrees, NaN where a row has none; None if there are no such columns.
    x, y : (n,) float64 arrays or None
        0-based pixels of the array, NaN where a row has none; None if there are no such columns.
    metadata : pandas.DataFrame
        All further columns, under their own names.
    notes : list of str
        What the user should know.
    ra_assumed : bool
        Whether nothing but habit says that `ra_deg` were given in degrees.
    names : ImageNames or None
        `paths` as names of the build's images, once these are known.
    """

    path: Path
    paths: list[Path] | None
    ra_deg: NDArray[np.float64] | None
    dec_deg: NDArray[np.float64] | None
    x: NDArray[np.float64] | None
    y: NDArray[np.float64] | None
    metadata: pd.DataFrame
    notes: list[str] = field(default_factory=list)
    ra_assumed: bool = False
    names: ImageNames | None = None

    def __len__(self) -> int:
        return len(self.metadata)

    def rows_of(self, image_path: str | Path, part: str | None = None) -> NDArray[np.int64]:
        """Find the rows that belong to an image.

        Parameters
        ----------
        image_path : path-like
            The image.
        part : str, optional
            Which image of a file with several. Rows that name it, as ``flt.fits[SCI,2]``, go before
            those that name the file.

        Returns
        -------
        int64 array
            Those rows whose path is this file, or else, since catalogues travel, has its name, as
            `hubble_dash.builder.catalogs.names.ImageNames` compares names; of several such paths,
            the one that shares the most folders, and none where that leaves several. All rows if
            there is no path column.
        """
        if self.paths is None:
            return np.arange(len(self), dtype=np.int64)
        found = self._names.find(path_of(image_path), part)
        if found.is_unclear:
            logger.warning("%s: several rows may mean %s; none is taken", self.path, image_path)
        return found.rows

    def why_no_row(self, image_path: str | Path) -> str:
        """Say why an image has none.

        Parameters
        ----------
        image_path : path-like
            One of which `rows_of` is empty.
        """
        if self._names.find(path_of(image_path)).is_unclear:
            return (
                "the catalogue has rows that may mean it or another image, so that none was taken"
            )
        return "the catalogue has no row for it"

    def of_images(self, images: Sequence[Path]) -> Catalog:
        """Give the catalogue of a build's images, and stop where it says nothing of any.

        Parameters
        ----------
        images : sequence of Path
            All of them.

        Returns
        -------
        Catalog
            Which knows them: no row that means one is taken for another, similar name.

        Raises
        ------
        CatalogError
            If no row means any of them.
        """
        names = ImageNames(self.paths or [], images)
        if self.paths is None or not images or any(map(names.mean, images)):
            return replace(self, names=names)
        raise CatalogError(
            f"{self.path}: no row means any of the {len(images)} images:"
            f" {names.explain(images, self.path.parent)}; correct the names, or say which"
            " column has them with --path-column"
        )

    def check_hours(self, image: Image) -> None:
        """Catch right ascensions that are in hours although nothing says so.

        Parameters
        ----------
        image : Image
            One with a sky; else nothing can be told, and nothing is done.

        Raises
        ------
        CatalogError
            If no row of this image lies in or near it as given, and some do at 15 times the right
            ascension. It is an error, not a silent correction, since only the user can know.
        """
        if image.sky is None or not self.ra_assumed or self.ra_deg is None or self.dec_deg is None:
            return
        rows = self.rows_of(image.path, image.part)
        if not len(rows) or not np.nanmax(self.ra_deg, initial=0.0) <= 24:
            return

        def n_near(ra_deg: NDArray[np.float64], dec_deg: NDArray[np.float64]) -> int:
            assert image.sky is not None
            x, y = image.sky.pixel_of(ra_deg, dec_deg)
            ny, nx = image.shape
            return int(np.sum((abs(x - nx / 2) < 1.5 * nx) & (abs(y - ny / 2) < 1.5 * ny)))

        ra, dec = self.ra_deg[rows], self.dec_deg[rows]
        n_as_hours = n_near(15 * ra, dec)
        if n_as_hours and not n_near(ra, dec):
            raise CatalogError(
                f"{self.path}: the right ascensions are in hours, it seems: taken as hours, "
                f"{n_as_hours} of {len(rows)} rows lie in {image.name}, taken as degrees none. "
                "Say --ra-unit hourangle, or --ra-unit deg if they are degrees all the same"
            )

    @cached_property
    def _names(self) -> ImageNames:
        return self.names or ImageNames(self.paths or [])


def read_catalog(
    path: str | Path,
    *,
    path_column: str | None = None,
    ra_column: str | None = None,
    dec_column: str | None = None,
    x_column: str | None = None,
    y_column: str | None = None,
    ra_unit: AngleUnit | None = None,
    table: str | int | None = None,
) -> Catalog:
    """Read a catalogue, in any format of `hubble_dash.builder.tables.read.read_table`.

    Parameters
    ----------
    path : path-like
        The file.
    path_column, ra_column, dec_column, x_column, y_column : str, optional
        Names of columns; the usual names are recognised. x and y are 0-based pixels, but those of
        SExtractor (``X_IMAGE``), which counts from 1; they are looked for only where there are no
        RA and Dec, unless named.
    ra_unit : {"deg", "hourangle"}, optional
        Unit of the right ascensions, whatever the file says.
    table : str or int, optional
        Which table of a file with several, by name or number; the first that has such columns if
        not given.

    Returns
    -------
    Catalog
        With at least one row.

    Raises
    ------
    CatalogError
        If the file cannot be read, a column is missing, or positions are unusable.
    ValueError
        If `ra_unit` is not known, or only one column of a pair is named.
    """
    if ra_unit is not None:
        choice("ra_unit", ra_unit, AngleUnit)
    path = Path(path)
    wanted = Columns(path_column, ra_column, dec_column, x_column, y_column)
    found = read_table(
        path,
        name=table,
        is_wanted=lambda one: _is_useful(path, one, wanted),
        as_text=[] if path_column is None else [path_column],
    )
    notes = list(found.notes)
    names = find_columns(path, found, wanted)
    notes += say_choice(found, names, wanted)
    if names.path is not None:
        # Spreadsheets leave rows of nothing below a table.
        found = found._replace(data=found.data.dropna(how="all").reset_index(drop=True))
    try:
        ra, dec, assumed, turned = read_positions(found, names, ra_unit)
        x, y = (_read_pixels(found, name, notes) for name in (names.x, names.y))
    except CatalogError as err:
        raise CatalogError(f"{path}: {err}") from None
    notes += turned
    if assumed and ra is not None and np.nanmax(ra, initial=0.0) < 24:
        notes.append(
            f"the right ascensions ({names.ra!r}) are all below 24 and taken as degrees; "
            "say --ra-unit hourangle if they are hours, --ra-unit deg to silence this"
        )
    further = [name for name in found.data.columns if name not in names]
    return Catalog(
        path=path,
        paths=None if names.path is None else _read_paths(path, found.data[names.path]),
        ra_deg=ra,
        dec_deg=dec,
        x=x,
        y=y,
        metadata=found.data[further],
        notes=notes,
        ra_assumed=assumed,
    )


def _is_useful(path: Path, table: TableFile, wanted: Columns) -> bool:
    """Say whether a table has the columns that are wanted, or else any that tell what it is of."""
    try:
        return any(find_columns(path, table, wanted))
    except (CatalogError, ValueError):
        return False


def _read_pixels(
    table: TableFile, name: str | None, notes: list[str]
) -> NDArray[np.float64] | None:
    if name is None:
        return None
    values = pd.to_numeric(table.data[name], errors="coerce").to_numpy(float, na_value=np.nan)
    if np.isnan(values).all():
        raise CatalogError(f"column {name!r} holds no numbers; it should hold pixels")
    if _ONE_BASED.fullmatch(name):
        notes.append(f"{name!r} is taken as SExtractor's, which counts pixels from 1")
        values = values - 1
    return values


def _read_paths(path: Path, column: pd.Series) -> list[Path]:
    missing = column.isna() | (column.astype(str).str.strip() == "")
    if missing.any():
        row = int(np.argmax(missing.to_numpy()))
        raise CatalogError(f"{path}: row {row} of column {column.name!r} has no path")
    if pd.api.types.is_float_dtype(column) and (column % 1 == 0).all():
        column = column.astype("int64")
    return [named_in(path.parent, str(value).strip()) for value in column]
