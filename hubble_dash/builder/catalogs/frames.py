"""Positions of catalogues in other frames become ICRS; none is taken for what it is not."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from astropy.coordinates import (
    FK4,
    FK5,
    BarycentricMeanEcliptic,
    BaseCoordinateFrame,
    Galactic,
    SkyCoord,
    Supergalactic,
)
from astropy.time import Time
from numpy.typing import NDArray

from hubble_dash.builder.catalogs.angles import AngleColumn, to_degrees
from hubble_dash.builder.catalogs.columns import OTHER_NAMES, Columns
from hubble_dash.builder.quiet import quiet_astropy
from hubble_dash.builder.tables.astropy_tables import TableFile
from hubble_dash.config.choices import AngleUnit

__all__ = ["frame_of_columns", "read_positions", "to_icrs"]

_YEAR = re.compile(r"\d{4}(\.\d*)?")


class Positions(NamedTuple):
    """Where the rows of a catalogue lie.

    Attributes
    ----------
    ra_deg, dec_deg : (n,) float64 arrays or None
        ICRS degrees, NaN where a row has none; None if there are no such columns.
    assumed : bool
        Whether nothing but habit says that right ascensions were given in degrees.
    notes : list of str
        What the user should know.
    """

    ra_deg: NDArray[np.float64] | None
    dec_deg: NDArray[np.float64] | None
    assumed: bool
    notes: list[str]


def read_positions(table: TableFile, names: Columns, ra_unit: AngleUnit | None) -> Positions:
    """Read the positions of a table.

    Parameters
    ----------
    table : TableFile
        Its content.
    names : Columns
        Which columns have them.
    ra_unit : {"deg", "hourangle"} or None
        Unit of the right ascensions, whatever the file says; of other frames' longitudes it says
        nothing.

    Raises
    ------
    CatalogError
        As of `hubble_dash.builder.catalogs.angles.to_degrees`.
    """
    if names.ra is None or names.dec is None:
        return Positions(None, None, False, [])

    def column(name: str) -> AngleColumn:
        return AngleColumn(name, table.data[name], table.units.get(name))

    frame = frame_of_columns(names.ra, table.systems.get(names.ra, ""))
    is_equatorial = frame is None or isinstance(frame, FK4 | FK5)
    ra, assumed = to_degrees(
        column(names.ra), is_ra=True, stated=ra_unit if is_equatorial else "deg"
    )
    dec, _ = to_degrees(column(names.dec), is_ra=False)
    if frame is None:
        return Positions(ra, dec, assumed, [])
    of_equinox = f" of {frame.equinox.value}" if is_equatorial else ""
    note = f"{names.ra!r} and {names.dec!r} are {frame.name}{of_equinox}, and turned to ICRS"
    return Positions(*to_icrs(ra, dec, frame), assumed and is_equatorial, [note])


def frame_of_columns(longitude: str, system: str = "") -> BaseCoordinateFrame | None:
    """Find the frame of positions.

    Parameters
    ----------
    longitude : str
        Name of the column.
    system : str
        What the file says of it, such as ``"eq_FK4 B1950"``; empty where it says nothing.

    Returns
    -------
    astropy frame or None
        None for ICRS, and for FK5 of J2000, which is the same within 0.1 arcsec.
    """
    plain = re.sub(r"[^a-z0-9]", "", longitude.lower())
    galactic, old, ecliptic, supergalactic = (first.split() for first, _ in OTHER_NAMES)
    if plain in galactic:
        return Galactic()
    if plain in supergalactic:
        return Supergalactic()
    if plain in ecliptic:
        return BarycentricMeanEcliptic()
    year = _YEAR.search(system)
    equinox = float(year[0]) if year is not None else None
    if plain in old or "FK4" in system or (equinox == 1950 and "ICRS" not in system):
        return FK4(equinox=Time(equinox or 1950.0, format="byear"))
    if "FK5" in system and equinox is not None and equinox != 2000:
        return FK5(equinox=Time(equinox, format="jyear"))
    return None


def to_icrs(
    longitude_deg: NDArray[np.float64],
    latitude_deg: NDArray[np.float64],
    frame: BaseCoordinateFrame,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn positions to ICRS.

    Parameters
    ----------
    longitude_deg, latitude_deg : (n,) float64 arrays
        NaN where there is none.
    frame : astropy frame
        Theirs.

    Returns
    -------
    ra_deg, dec_deg : (n,) float64 arrays
        NaN where either was.
    """
    known = np.isfinite(longitude_deg) & np.isfinite(latitude_deg)
    ra, dec = np.full(known.shape, np.nan), np.full(known.shape, np.nan)
    if known.any():
        with quiet_astropy():
            given = SkyCoord(longitude_deg[known], latitude_deg[known], unit="deg", frame=frame)
            found = given.icrs
        ra[known], dec[known] = found.ra.deg, found.dec.deg
    return ra, dec
