"""A catalogue file becomes a DataFrame and the units of its columns, whatever the format."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.io.votable.exceptions import VOTableSpecError
from astropy.table import Table
from astropy.time import Time
from pyarrow import ArrowException, parquet  # type: ignore[import-untyped]

from hubble_dash.builder.quiet import quiet_astropy
from hubble_dash.errors import CatalogError

__all__ = ["TableFile", "read_table"]

# What the readers raise on files that are damaged or not what they seem.
_DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    csv.Error,
    ArrowException,
    fits.VerifyError,
    VOTableSpecError,
)


class TableFile(NamedTuple):
    """The content of a catalogue file.

    Attributes
    ----------
    data : pandas.DataFrame
        One row a source, columns under their own names.
    units : dict of str
        Units of those columns that have one.
    ucds : dict of str
        What columns mean, as VOTables say it (UCD1+).
    notes : list of str
        What the user should know.
    """

    data: pd.DataFrame
    units: dict[str, str]
    ucds: dict[str, str]
    notes: list[str]


def read_table(path: Path) -> TableFile:
    """Read a CSV, ECSV, VOTable, FITS or Parquet table, told apart by content, not by name.

    Parameters
    ----------
    path : Path
        The file. A CSV may have ``,``, ``;``, ``|`` or tabs between its columns, and lines that
        start with ``#`` on top.

    Returns
    -------
    TableFile
        With at least one row.

    Raises
    ------
    CatalogError
        If the file is missing, empty, damaged, or of another format.
    """
    try:
        with path.open("rb") as file:
            start = file.read(512).lstrip(b"\xef\xbb\xbf \r\n\t")
        if not start:
            raise CatalogError(f"{path}: the file is empty")
        with quiet_astropy():
            found = _read(path, start)
    except FileNotFoundError:
        raise CatalogError(f"{path}: there is no such catalogue") from None
    except _DAMAGE as err:
        text = str(err).strip() or type(err).__name__
        raise CatalogError(
            f"{path}: cannot be read as CSV, ECSV, VOTable, FITS table or Parquet: {text}"
        ) from err
    if found.data.empty:
        raise CatalogError(f"{path}: the catalogue has no rows")
    return found


def _read(path: Path, start: bytes) -> TableFile:
    if start.startswith((b"SIMPLE", b"\x1f\x8b", b"BZh")):
        return _read_fits(path)
    if start.startswith(b"PAR1"):
        return _read_parquet(path)
    if start.startswith(b"<"):
        return _from_astropy(Table.read(path, format="votable", use_names_over_ids=True))
    if start.startswith(b"# %ECSV"):
        return _from_astropy(Table.read(path, format="ascii.ecsv"))
    return _read_csv(path)


def _read_fits(path: Path) -> TableFile:
    with fits.open(path) as hdus:
        for hdu in hdus:
            if isinstance(hdu, fits.BinTableHDU | fits.TableHDU):
                return _from_astropy(Table.read(hdu))
    raise CatalogError(f"{path}: no HDU of this FITS file is a table; it may be an image")


def _read_parquet(path: Path) -> TableFile:
    # astropy writes units and masks in its own way, which pandas would show as further columns.
    if b"table_meta_yaml" in (parquet.read_schema(path).metadata or {}):
        return _from_astropy(Table.read(path, format="parquet"))
    return TableFile(pd.read_parquet(path), {}, {}, [])


def _read_csv(path: Path) -> TableFile:
    n_skipped, header, above = _read_head(path)
    separator = max(",;\t|", key=header.count)
    names = _split(header, separator)
    if any(_is_number(name) for name in names):
        # Where the first line holds values, the line above may name them, as NumPy writes it.
        values, n_skipped = names, n_skipped - 1
        names = _split(above.lstrip("# "), separator) if n_skipped >= 0 else []
        if len(names) != len(values):
            raise CatalogError(f"{path}: the first line must name the columns; it is {header!r}")
    data = pd.read_csv(
        path,
        sep=separator,
        skiprows=n_skipped + 1,
        names=[name.strip() for name in names],
        header=None,
        index_col=False,
        skipinitialspace=True,
        encoding="utf-8-sig",
        # Names of files such as 000123 are no numbers.
        dtype={name: str for name in names if "file" in name.lower() or "path" in name.lower()},
    )
    return TableFile(data, {}, {}, [])


def _read_head(path: Path) -> tuple[int, str, str]:
    """Read as far as the first line that is no remark: its number, itself, and the line above."""
    above = ""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, line in enumerate(file):
            text = line.rstrip("\r\n")
            if not _is_remark(text):
                return number, text, above
            above = text
    raise CatalogError(f"{path}: the catalogue has no rows")


def _is_remark(line: str) -> bool:
    return line.startswith("#") or not line.strip()


def _split(line: str, separator: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([line], delimiter=separator))]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.strip().lower() not in ("nan", "inf", "infinity")


def _from_astropy(table: Table) -> TableFile:
    notes = []
    for name in table.colnames:
        column: Any = table[name]
        if isinstance(column, SkyCoord):
            prefix = f"{name}." if {"ra", "dec"} & set(table.colnames) else ""
            table[f"{prefix}ra"] = column.icrs.ra.deg
            table[f"{prefix}dec"] = column.icrs.dec.deg
            table[f"{prefix}ra"].unit = table[f"{prefix}dec"].unit = "deg"
            table.remove_column(name)
        elif isinstance(column, Time):
            table[name] = column.isot
        elif len(column.shape) > 1:
            notes.append(f"column {name!r} is left out: it has several values a row")
            table.remove_column(name)
    table.convert_bytestring_to_unicode()
    infos = {name: table[name].info for name in table.colnames}
    units = {name: str(info.unit) for name, info in infos.items() if info.unit is not None}
    ucds = {
        name: str(info.meta["ucd"]) for name, info in infos.items() if "ucd" in (info.meta or {})
    }
    return TableFile(table.to_pandas(), units, ucds, notes)
