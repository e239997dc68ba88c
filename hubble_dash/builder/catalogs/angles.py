"""Columns of right ascension and declination become degrees, with their units checked."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import astropy.units as u
import numpy as np
import pandas as pd
from astropy.coordinates import Angle
from numpy.typing import NDArray

from hubble_dash.builder.quiet import quiet_astropy
from hubble_dash.builder.sky.sky import wrapped
from hubble_dash.builder.tables.kinds import as_minus
from hubble_dash.config.choices import AngleUnit
from hubble_dash.errors import CatalogError

__all__ = ["AngleColumn", "to_degrees"]

_HOURS = {"h", "hr", "hrs", "hour", "hours", "hourangle"}
_HOURS_IN_NAME = re.compile(r"(^|_)ra_?(h|hr|hrs|hour|hours|hms)$", re.IGNORECASE)
# In what is sexagesimal a comma can only be a decimal one.
_DECIMAL_COMMA = re.compile(r"([:hdm\s]\s*\d+),(\d+\D*)$")
_DEGREES_IN_NAME = re.compile(r"deg|_d$", re.IGNORECASE)


class AngleColumn(NamedTuple):
    """A column of a catalogue that holds angles.

    Attributes
    ----------
    name : str
        Its name.
    values : pandas.Series
        Numbers or text.
    unit : str or None
        Its unit, where the file gives one.
    """

    name: str
    values: pd.Series[Any]
    unit: str | None


def to_degrees(
    column: AngleColumn, *, is_ra: bool, stated: AngleUnit | None = None
) -> tuple[NDArray[np.float64], bool]:
    """Turn a column into degrees.

    Parameters
    ----------
    column : AngleColumn
        Numbers are degrees unless a unit says otherwise; text such as ``10:45:03.6``,
        ``10 45 03.6`` or ``10h45m03.6s`` is in hours for a right ascension, in degrees for a
        declination, unless its letters say otherwise.
    is_ra : bool
        Whether it holds right ascensions.
    stated : {"deg", "hourangle"}, optional
        What the user says the unit is; it goes before all that the file says.

    Returns
    -------
    degrees : (n,) float64 array
        NaN where there is no value. Right ascensions lie in [0, 360).
    assumed : bool
        True if nothing but habit says that the numbers are degrees.

    Raises
    ------
    CatalogError
        If the unit is no angle, text cannot be read, or values are out of range.
    """
    numbers = pd.to_numeric(column.values, errors="coerce").to_numpy(float, na_value=np.nan)
    text = column.values.astype("string").fillna("").str.strip().map(as_minus)
    is_text = np.isnan(numbers) & ~text.str.lower().isin(["", "nan"]).to_numpy(bool)
    assumed = False
    if is_text.any():
        _refuse_mixture(column, numbers, is_text)
        degrees = np.full(len(numbers), np.nan)
        degrees[is_text] = _parse(column, text[is_text].to_list(), is_ra=is_ra, stated=stated)
    else:
        factor, assumed = _factor(column, is_ra=is_ra, stated=stated)
        degrees = numbers * factor
        degrees[~np.isfinite(degrees)] = np.nan
    _check_range(column, degrees, is_ra=is_ra)
    return (wrapped(degrees) if is_ra else degrees), assumed


def _refuse_mixture(
    column: AngleColumn, numbers: NDArray[np.float64], is_text: NDArray[np.bool_]
) -> None:
    if not np.isnan(numbers).all():
        a_text, a_number = np.argmax(is_text), np.argmax(~np.isnan(numbers))
        raise CatalogError(
            f"column {column.name!r} mixes text ({column.values.iloc[a_text]!r}, row {a_text}) "
            f"and numbers ({column.values.iloc[a_number]!r}, row {a_number}); write all one way"
        )


def _factor(column: AngleColumn, *, is_ra: bool, stated: AngleUnit | None) -> tuple[float, bool]:
    """Find degrees per unit of a column of numbers, and whether that is a guess."""
    if stated is not None:
        return (15.0 if stated == "hourangle" else 1.0), False
    if not column.unit:
        name = re.sub(r"\W+", "_", column.name).strip("_")
        if is_ra and _HOURS_IN_NAME.search(name):
            return 15.0, False
        return 1.0, not _DEGREES_IN_NAME.search(name)
    spelled = column.unit.strip().lower()
    if spelled in _HOURS:
        return 15.0, False
    try:
        # Written large or as of several, such as DEG, Degrees or RADIANS, it is known to few.
        return float(u.Unit(re.sub(r"(?<=[en])s$", "", spelled)).to(u.deg)), False
    except (ValueError, TypeError, u.UnitConversionError):
        raise CatalogError(
            f"column {column.name!r} has unit {column.unit!r}, which is no angle; allowed: deg, "
            "hourangle, rad, arcmin, arcsec. Correct the file, or say --ra-unit deg or hourangle"
            if is_ra
            else f"column {column.name!r} has unit {column.unit!r}, which is no angle; correct it"
        ) from None


def _parse(
    column: AngleColumn, texts: list[str], *, is_ra: bool, stated: AngleUnit | None
) -> NDArray[np.float64]:
    unit = u.Unit(stated) if stated is not None else (u.hourangle if is_ra else u.deg)
    way = (
        "write degrees as 161.265, or sexagesimal hours as 10:45:03.6 (for degrees say"
        " --ra-unit deg)"
        if is_ra
        else "write degrees, or sexagesimal degrees as -59:52:04"
    )
    degrees = np.empty(len(texts))
    # astropy remarks on 60 seconds, which are no error.
    with quiet_astropy():
        for i, text in enumerate(texts):
            try:
                degrees[i] = Angle(_DECIMAL_COMMA.sub(r"\1.\2", text), unit=unit).deg
            except (ValueError, TypeError, u.UnitsError):
                raise CatalogError(
                    f"column {column.name!r} holds {text!r}, which is no angle; {way}"
                ) from None
    return degrees


def _check_range(column: AngleColumn, degrees: NDArray[np.float64], *, is_ra: bool) -> None:
    low, high = (-180.0, 360.0) if is_ra else (-90.0, 90.0)
    bad = (degrees < low) | (degrees > high)
    if bad.any():
        row = int(np.argmax(bad))
        raise CatalogError(
            f"column {column.name!r}: row {row} gives {degrees[row]:g} deg "
            f"({column.values.iloc[row]!r}); allowed: {low:g} to {high:g} deg. "
            "Are the columns or their units mixed up?"
        )
