"""Which columns of a catalogue hold paths, positions and pixels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from hubble_dash.builder.catalogs.tables import TableFile
from hubble_dash.errors import CatalogError

__all__ = ["Columns", "find_columns"]

# Names as people write them, letters and digits only, the likeliest first.
_PATH_NAMES = (
    "path filepath file filename imagepath imagefile imagename fname productfilename image"
)
_RA_NAMES = (
    "radeg ra raicrs raj2000 radj2000 rightascension sra targetra ratarg raobj objra meanra "
    "ramean alphaj2000 alphawinj2000 alpha skyra coordra rah rahr rahrs rahour rahours rahms"
)
_DEC_NAMES = (
    "decdeg dedeg dec decicrs deicrs dej2000 decj2000 dedj2000 decdj2000 declination sdec "
    "targetdec dectarg decobj objdec meandec decmean deltaj2000 deltawinj2000 delta skydec "
    "coorddec decdms"
)
_X_NAMES = "x xpix xpixel xcentroid xcenter xcentre ximage xwinimage"
_Y_NAMES = "y ypix ypixel ycentroid ycenter ycentre yimage ywinimage"


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
        RA and Dec both or neither, x and y likewise; x and y only where there are no RA and Dec,
        unless the user names them.

    Raises
    ------
    CatalogError
        If a named column does not exist.
    ValueError
        If only one column of a pair is named.
    """
    path_name = _find(path, table, wanted.path, _PATH_NAMES, text=True)
    ra, dec = _find_pair(
        path,
        table,
        (wanted.ra, wanted.dec),
        (_RA_NAMES, _DEC_NAMES),
        ("pos.eq.ra", "pos.eq.dec"),
    )
    usual = (_X_NAMES, _Y_NAMES) if ra is None else ("", "")
    x, y = _find_pair(path, table, (wanted.x, wanted.y), usual, ("", ""))
    return Columns(path_name, ra, dec, x, y)


def _find(
    path: Path,
    table: TableFile,
    wanted: str | None,
    usual: str,
    *,
    ucd: str = "",
    text: bool = False,
) -> str | None:
    names = [str(name) for name in table.data.columns]
    if wanted is not None:
        if wanted not in names:
            raise CatalogError(f"{path}: no column {wanted!r}; there are: {', '.join(names)}")
        return wanted
    if ucd:
        by_meaning = [name for name in names if table.ucds.get(name, "").startswith(ucd)]
        main = [name for name in by_meaning if "meta.main" in table.ucds[name]]
        if main:
            return main[0]
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in reversed(names)}
    for name in usual.split():
        found = plain.get(name)
        if found and not (text and pd.api.types.is_numeric_dtype(table.data[found])):
            return found
    return None


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
    return (None, None) if first is None or second is None else (first, second)
