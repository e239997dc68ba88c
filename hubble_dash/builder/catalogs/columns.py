"""Which columns of a catalogue hold paths, positions and pixels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from hubble_dash.builder.tables.astropy_tables import TableFile
from hubble_dash.errors import CatalogError

__all__ = ["OTHER_NAMES", "POSITION_NAMES", "Columns", "find_columns", "say_choice"]

# Names as people write them, letters and digits only, the likeliest first.
_PATH_NAMES = (
    "path filepath file filename imagepath imagefile imagename fname productfilename image"
)
_RA_NAMES = (
    "radeg ra raicrs raj2000 radj2000 rightascension sra targetra ratarg raobj objra meanra "
    "ramean ra2000 alphaj2000 alphawinj2000 alphasky alpha skyra coordra rah rahr rahrs rahour "
    "rahours rahms"
)
_DEC_NAMES = (
    "decdeg dedeg dec decicrs deicrs dej2000 decj2000 dedj2000 decdj2000 declination sdec "
    "targetdec dectarg decobj objdec meandec decmean deltaj2000 deltawinj2000 delta skydec "
    "coorddec decdms dec2000 de2000 deltasky decl"
)
# Longitudes and latitudes of other frames: galactic, equatorial of 1950, ecliptic, supergalactic.
OTHER_NAMES = (
    ("glon gallon galacticlongitude galacticlon", "glat gallat galacticlatitude galacticlat"),
    ("rab1950 ra1950", "deb1950 dec1950 decb1950 de1950"),
    ("elon ecllon eclipticlongitude", "elat ecllat eclipticlatitude"),
    ("sgl slon supergalacticlongitude", "sgb slat supergalacticlatitude"),
)
_X_NAMES = "x xpix xpixel xcentroid xcenter xcentre ximage xwinimage"
_Y_NAMES = "y ypix ypixel ycentroid ycenter ycentre yimage ywinimage"
# What says where something is, in any frame.
POSITION_NAMES = frozenset(
    name
    for names in (_PATH_NAMES, _RA_NAMES, _DEC_NAMES, *sum(OTHER_NAMES, ()), _X_NAMES, _Y_NAMES)
    for name in names.split()
)
# What matching two tables appends to names that both have: TOPCAT and astropy, pandas.
_OF_FIRST = ("", "_1", "_x", "_2", "_y")


class Columns(NamedTuple):
    """Names of columns; None where there is no such column, or none is wanted."""

    path: str | None = None
    ra: str | None = None
    dec: str | None = None
    x: str | None = None
    y: str | None = None


def find_columns(path: Path, table: TableFile, wanted: Columns) -> Columns:
    """Find columns by the names that the user gives, else by their meaning, else by usual names.

    Parameters
    ----------
    path : Path
        The catalogue, for messages.
    table : TableFile
        Its content.
    wanted : Columns
        What the user names.

    Returns
    -------
    Columns
        RA and Dec both or neither, or longitude and latitude of another frame where there are none;
        x and y likewise, and only where there are no positions on the sky, unless the user names
        them. Of two tables that were matched, those of the first.

    Raises
    ------
    CatalogError
        If a named column does not exist.
    ValueError
        If only one column of a pair is named.
    """
    path_names = _find(path, table, wanted.path, _PATH_NAMES, text=True)
    path_name = next((name for name in path_names if name is not None), None)
    ra, dec = _find_pair(
        path,
        table,
        (wanted.ra, wanted.dec),
        (_RA_NAMES, _DEC_NAMES),
        ("pos.eq.ra", "pos.eq.dec"),
    )
    for usual in OTHER_NAMES if ra is None else ():
        if ra is None:
            ra, dec = _find_pair(path, table, (None, None), usual, ("", ""))
    usual = (_X_NAMES, _Y_NAMES) if ra is None else ("", "")
    x, y = _find_pair(path, table, (wanted.x, wanted.y), usual, ("", ""))
    return Columns(path_name, ra, dec, x, y)


def say_choice(table: TableFile, found: Columns, wanted: Columns) -> list[str]:
    """Say which of two positions or paths of a matched table was taken.

    Parameters
    ----------
    table : TableFile
        Its content.
    found, wanted : Columns
        What `find_columns` gave, and was given.

    Returns
    -------
    list of str
        Notes; none where nothing was to choose.
    """
    notes = []
    for kind in ("path", "ra", "dec", "x", "y"):
        name = getattr(found, kind)
        base = re.sub("(_1|_x|_2|_y)$", "", name or "")
        others = [
            other
            for other in map(str, table.data)
            if other != name and re.fullmatch(rf"{re.escape(base)}(_(\d[a-z]?|[xy]))?", other)
        ]
        if name is not None and getattr(wanted, kind) is None and others and base != name:
            notes.append(f"{name!r} was taken, not {others[0]!r}; name it with --{kind}-column")
    return notes


def _find(
    path: Path,
    table: TableFile,
    wanted: str | None,
    usual: str,
    *,
    ucd: str = "",
    text: bool = False,
) -> list[str | None]:
    """Find a column, as it would be called in each of two tables that were matched."""
    names = [str(name) for name in table.data.columns]
    if wanted is not None:
        if wanted not in names:
            raise CatalogError(f"{path}: no column {wanted!r}; there are: {', '.join(names)}")
        return [wanted]
    if ucd:
        by_meaning = [name for name in names if table.ucds.get(name, "").startswith(ucd)]
        main = [name for name in by_meaning if "meta.main" in table.ucds[name]]
        if main:
            return [main[0]]
    if text:
        names = [name for name in names if not pd.api.types.is_numeric_dtype(table.data[name])]
    return [_find_usual(names, usual, end) for end in _OF_FIRST]


def _find_usual(names: list[str], usual: str, end: str) -> str | None:
    """Find the likeliest of the usual names, with an ending; of several alike, the first."""
    ended = {name: name[: len(name) - len(end)] for name in names if name.lower().endswith(end)}
    plain = {re.sub(r"[^a-z0-9]", "", base.lower()): name for name, base in reversed(ended.items())}
    return next((plain[name] for name in usual.split() if name in plain), None)


def _find_pair(
    path: Path,
    table: TableFile,
    wanted: tuple[str | None, str | None],
    usual: tuple[str, str],
    ucds: tuple[str, str],
) -> tuple[str | None, str | None]:
    if (wanted[0] is None) != (wanted[1] is None):
        raise ValueError(f"columns {wanted[0]!r} and {wanted[1]!r}: name both, or neither")
    first, second = (
        _find(path, table, name, names, ucd=ucd)
        for name, names, ucd in zip(wanted, usual, ucds, strict=True)
    )
    # Both come from one of two tables that were matched.
    pairs = zip(first, second, strict=len(first) == len(second))
    return next(
        ((ra, dec) for ra, dec in pairs if ra is not None and dec is not None), (None, None)
    )
