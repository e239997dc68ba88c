"""Tables that astropy reads: FITS, VOTable, and texts that say what their columns hold."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from astropy.coordinates import SkyCoord
from astropy.io import ascii as astropy_ascii
from astropy.io import fits, votable
from astropy.io.votable.tree import TableElement, VOTableFile
from astropy.table import Column, MaskedColumn, Table
from astropy.time import Time
from numpy.typing import NDArray

from hubble_dash.builder.hdus.headers import read_units, up_to
from hubble_dash.builder.tables.kinds import typed
from hubble_dash.builder.tables.layout import are_units
from hubble_dash.builder.tables.text import unique_names
from hubble_dash.errors import CatalogError, ImageError

__all__ = ["TableFile", "fits_tables", "of_astropy", "text_table", "votable_tables"]

# Formats that say of which kind each column is.
_TYPED = ("ascii.ecsv", "ascii.ipac", "ascii.mrt")
_TABLEHEAD = re.compile(r"(\\tablehead\{.*?)\\\\.*?(\}\s*\\startdata)", re.DOTALL)
# What stands in ECSV where there is nothing; null is what the archive of Gaia writes.
_MISSING = [("", "0"), ("null", "0")]
# For as many rows as a VOTable promises astropy makes room, before it reads any.
_PROMISED_ROWS = re.compile(
    rb"(<(?:\w{1,99}:)?TABLE\b[^>]{0,2000}?)\snrows\s*=\s*[\"'][\s\d]*[\"']"
)
# How tables of journals give a position, in parts.
_PARTS = ("RAh", "RAm", "RAs", "DE-", "DEd", "DEm", "DEs")


class TableFile(NamedTuple):
    """The content of a catalogue file.

    Attributes
    ----------
    data : pandas.DataFrame
        One row a source, columns under their own names, which differ.
    units : dict of str
        Units of those columns that have one.
    ucds : dict of str
        What columns mean, as VOTables say it (UCD1+).
    notes : list of str
        What the user should know.
    systems : mapping of str
        In which frame positions in a column are, where the file says so: ``"eq_FK4 B1950"``.
    """

    data: pd.DataFrame
    units: dict[str, str]
    ucds: dict[str, str]
    notes: list[str]
    systems: Mapping[str, str] = MappingProxyType({})


def fits_tables(file: Path | io.BytesIO) -> Iterator[tuple[str, TableFile]]:
    """Read the tables of a FITS file, one after the other.

    Parameters
    ----------
    file : Path or BytesIO
        The file.

    Yields
    ------
    (str, TableFile)
        Its number and name among the HDUs, such as ``"2 SOURCES"``, and the table.

    Raises
    ------
    CatalogError
        If its headers say what cannot be.
    """
    try:
        # A table of a billion columns is refused here.
        units = read_units(file if isinstance(file, Path) else Path("table"), file)
        end = max(unit.end for unit in units)
    except ImageError as err:
        raise CatalogError(err.reason) from None
    with up_to(file, end) as opened, fits.open(opened) as hdus:
        for number, hdu in enumerate(hdus):
            if isinstance(hdu, fits.BinTableHDU | fits.TableHDU):
                table = of_astropy(_of_hdu(hdu))
                said = (str(hdu.header.get(key, "")) for key in ("RADESYS", "RADECSYS", "EQUINOX"))
                systems = dict.fromkeys(map(str, table.data), " ".join(said).strip())
                yield f"{number} {hdu.name}".strip(), table._replace(systems=systems)


def votable_tables(file: Path | io.BytesIO) -> Iterator[tuple[str, TableFile]]:
    """Read the tables of a VOTable file, one after the other.

    Parameters
    ----------
    file : Path or BytesIO
        The file.

    Yields
    ------
    (str, TableFile)
        Its number, from 0, and its ID or name, and the table.

    Raises
    ------
    CatalogError
        If the file is what an archive answers where a query failed.
    """
    data = file.read_bytes() if isinstance(file, Path) else file.getvalue()
    parsed = votable.parse(io.BytesIO(_PROMISED_ROWS.sub(rb"\1", data)))
    notes = []
    for info in (info for resource in parsed.resources for info in resource.infos):
        if info.name == "QUERY_STATUS" and info.value == "ERROR":
            why = " ".join(str(info.content or "it does not say why").split())[:300]
            raise CatalogError(f"it holds no table but an archive's error: {why}")
        if info.name == "QUERY_STATUS" and info.value == "OVERFLOW":
            notes.append("the archive cut this catalogue off at its limit of rows")
    for number, one in enumerate(parsed.iter_tables()):
        table = of_astropy(one.to_table(use_names_over_ids=True))
        yield (
            f"{number} {one.ID or one.name or ''}".strip(),
            table._replace(notes=notes + table.notes, systems=_systems(parsed, one)),
        )


def _systems(file: VOTableFile, table: TableElement) -> dict[str, str]:
    """Say in which frame the columns of a table are that refer to one."""
    found = {}
    for column in table.fields:
        try:
            system = file.get_coosys_by_id(column.ref or "")
        except KeyError:
            continue
        found[column.name] = f"{system.system or ''} {system.equinox or ''}".strip()
    return found


def text_table(text: str, form: str, *, as_text: Collection[str]) -> TableFile:
    """Read a text that announces its format.

    Parameters
    ----------
    text : str
        All of it.
    form : str
        astropy's name of the format.
    as_text : collection of str
        Columns that stay texts.
    """
    text = text.rstrip()
    if form in _TYPED:
        options = {"fill_values": _MISSING} if form == "ascii.ecsv" else {}
        return of_astropy(_with_positions(Table.read(text, format=form, guess=False, **options)))
    # Of a head in two lines astropy makes one; the second has units, in TeX.
    text = _TABLEHEAD.sub(r"\1\2", text)
    as_they_are = {"*": [astropy_ascii.convert_numpy(str)]}
    table = Table.read(text, format=form, guess=False, converters=as_they_are)
    cells = {name: pa.chunked_array([_cells(table[name])]) for name in table.colnames}
    units = _units(table)
    first = [_without_tex(column[0].as_py() or "") for column in cells.values() if len(column)]
    if are_units(first):
        # As astropy writes them into LaTeX, below the names.
        cells = {name: column[1:] for name, column in cells.items()}
        units = {name: unit for name, unit in zip(cells, first, strict=True) if unit}
    data, notes = typed(pa.table(cells), as_text=as_text)
    return TableFile(data, units, {}, notes)


def of_astropy(table: Table) -> TableFile:
    """Give a table of astropy's to pandas; no whole number becomes a float, and no time is cut.

    Parameters
    ----------
    table : astropy.table.Table
        It is changed.
    """
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
            table[name] = _of_time(column)
        elif len(column.shape) > 1 or _holds_arrays(column):
            notes.append(f"column {name!r} is left out: it has several values a row")
            table.remove_column(name)
    table.convert_bytestring_to_unicode()
    infos = {name: table[name].info for name in table.colnames}
    ucds = {
        name: str(info.meta["ucd"]) for name, info in infos.items() if "ucd" in (info.meta or {})
    }
    data = table.to_pandas(index=False)
    for name in table.colnames:
        column = table[name]
        if column.dtype.kind == "b" and isinstance(column, MaskedColumn):
            data[name] = pd.arrays.BooleanArray(np.array(column.data.data), np.array(column.mask))
    return TableFile(data, _units(table), ucds, notes)


def _of_hdu(hdu: fits.BinTableHDU | fits.TableHDU) -> Table:
    """Read a table of FITS; astropy takes no two columns of one name, nor truths not known."""
    n_fields = hdu.header.get("TFIELDS", 0)
    if not isinstance(n_fields, int):
        raise CatalogError(f"TFIELDS is {n_fields!r}; it should be a whole number")
    keys = [f"TTYPE{i}" for i in range(1, n_fields + 1)]
    given = [str(hdu.header.get(key, "")).strip() for key in keys]
    for key, old, new in zip(keys, given, unique_names(given), strict=True):
        if old != new:
            hdu.header[key] = new
    table = Table.read(hdu)
    raw = hdu.data.view(np.ndarray)
    for name in table.colnames:
        column = table[name]
        if column.dtype.kind == "b" and column.ndim == 1 and (raw[name] == 0).any():
            table[name] = MaskedColumn(column, mask=raw[name] == 0)
    return table


def _holds_arrays(column: Column) -> bool:
    """Say whether rows have several values each, not all as many."""
    some = column[:100] if column.dtype.kind == "O" else []
    return any(isinstance(value, (np.ndarray, list, tuple)) for value in some)


def _of_time(column: Time) -> Column:
    """Give times as the file has them: numbers such as MJD, or texts to the nanosecond."""
    if np.asarray(column.value).dtype.kind == "f":
        return Column(_floats(column.value))
    column.precision = 9
    texts = [text.rstrip("0").rstrip(".") for text in np.ma.filled(column.isot, "").tolist()]
    return MaskedColumn(texts, mask=[not text for text in texts])


def _with_positions(table: Table) -> Table:
    """Put the parts of positions together, as RA and Dec in degrees."""
    if not {*_PARTS} <= {*table.colnames} or {"ra", "dec"} & {*map(str.lower, table.colnames)}:
        return table
    # Of another equinox they are no ICRS.
    if any("1950" in str(table[name].description) for name in _PARTS):
        return table
    ra, dec = (
        sum(_floats(table[name]) / 60**i for i, name in enumerate(parts))
        for parts in (("RAh", "RAm", "RAs"), ("DEd", "DEm", "DEs"))
    )
    is_south = np.array([str(sign).strip() == "-" for sign in table["DE-"]])
    table["RA"], table["Dec"] = 15 * ra, np.where(is_south, -dec, dec)
    table["RA"].unit = table["Dec"].unit = "deg"
    return table


def _floats(column: Column) -> NDArray[np.float64]:
    """Give numbers, NaN where they are missing."""
    return np.ma.filled(np.ma.asarray(column).astype(float), np.nan)


def _units(table: Table) -> dict[str, str]:
    units = {name: table[name].info.unit for name in table.colnames}
    return {name: str(unit) for name, unit in units.items() if unit is not None}


def _without_tex(unit: str) -> str:
    r"""Give a unit in letters: ``\mathrm{{}^{\circ}}`` is a degree."""
    plain = re.sub(r"\\(mathrm|text|rm)\b|[{}^\\]", "", unit).strip()
    return "deg" if plain in ("circ", "°") else plain


def _cells(column: Column) -> pa.Array:
    """Give texts of a column; LaTeX has its numbers between dollars."""
    texts = np.ma.asarray(column).astype(str)
    values = [str(text).replace("$", "") for text in texts.data]
    return pa.array(values, pa.string(), mask=np.ma.getmaskarray(texts))
