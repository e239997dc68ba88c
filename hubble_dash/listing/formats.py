"""A table of cutouts -> CSV, ECSV or VOTable, as texts."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from hubble_dash.atlas.schema import SKY
from hubble_dash.query.columns import column_of

if TYPE_CHECKING:
    from astropy.table import MaskedColumn, Table

__all__ = ["as_csv", "as_ecsv", "as_votable"]

# What XML cannot hold, and ECSV not on one line.
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Spreadsheets take texts that begin so as formulas, those of numbers and positions left aside.
_FORMULA = re.compile(r"""(?:[=@\t\r]|[+-](?![\d.,:;\s°′″'"dhmse+-]*\Z))""", re.IGNORECASE)
# Numbers that VOTable has no kind for, and the next larger kind that it has.
_WIDER = {"int8": "int16", "uint16": "int32", "uint32": "int64", "float16": "float32"}
# Of the columns that every atlas has: unit, meaning (UCD) and words.
_MEANT = {
    "ra_deg": ("deg", "pos.eq.ra;meta.main", "right ascension of the cutout's centre, ICRS"),
    "dec_deg": ("deg", "pos.eq.dec;meta.main", "declination of the cutout's centre, ICRS"),
    "pixel_scale_arcsec": ("arcsec", "pos.angResolution", "a pixel at the cutout's centre"),
    "row": (None, "meta.record", "row of the atlas"),
    "file": (None, "meta.id;meta.file", "name of the image file"),
}


def as_csv(table: pd.DataFrame) -> str:
    """Write a table as CSV, with a line of names; no text in it is a formula.

    Parameters
    ----------
    table : pandas.DataFrame
        As of `table_of`.

    Returns
    -------
    str
        Texts that spreadsheets would take as formulas have an apostrophe in front.
    """
    texts = table.select_dtypes(["object", "str", "category"])
    safe = table.assign(**{str(name): texts[name].map(_harmless) for name in texts})
    return str(safe.to_csv(index=False, header=[_harmless(str(name)) for name in table]))


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def as_ecsv(table: pd.DataFrame, *, said: str) -> str:
    """Write a table as CSV with units and kinds in front, which astropy reads.

    Parameters
    ----------
    table : pandas.DataFrame
        As of `table_of`.
    said : str
        What the table holds.
    """
    found = _to_astropy(table)
    found.meta["comments"] = [_CONTROL.sub(" ", said)]
    text = io.StringIO()
    found.write(text, format="ascii.ecsv", delimiter=",")
    return text.getvalue()


def as_votable(table: pd.DataFrame, *, said: str) -> str:
    """Write a table as VOTable 1.4, which TOPCAT and Aladin read.

    Parameters
    ----------
    table : pandas.DataFrame
        As of `table_of`.
    said : str
        What the table holds; its description.
    """
    from astropy.io.votable import from_table
    from astropy.io.votable.tree import CooSys

    found = from_table(_to_astropy(table))
    found.resources[0].coordinate_systems.append(CooSys(ID="icrs", system="ICRS"))
    written = found.get_first_table()
    written.description = _CONTROL.sub(" ", said)
    for field in written.fields:
        if field.name in SKY[:2]:
            field.ref = "icrs"
    data = io.BytesIO()
    found.to_xml(data)
    return data.getvalue().decode()


def _to_astropy(table: pd.DataFrame) -> Table:
    from astropy.table import Table

    found = Table()
    for name in table:
        column = _column(table[name])
        unit, ucd, words = _MEANT.get(str(name), (None, None, None))
        column.unit, column.description = unit, words
        if ucd:
            column.meta["ucd"] = ucd
        found[_CONTROL.sub(" ", str(name))] = column
    return found


def _column(values: pd.Series[Any]) -> MaskedColumn:
    """Give a column in its own kind; whole numbers that VOTable has no kind for become texts."""
    from astropy.table import MaskedColumn

    known = column_of(values)
    if known.kind == "flag":
        return MaskedColumn(known.values != 0, mask=known.missing)
    if known.kind == "number":
        numbers = known.values
        numbers = numbers.astype(_WIDER.get(numbers.dtype.name, numbers.dtype.name))
        if numbers.dtype.kind == "u" and numbers.dtype.itemsize == 8:
            signed = numbers.astype("int64")
            numbers = signed if (signed >= 0).all() else numbers.astype(str)
        elif numbers.dtype.kind == "f":
            return MaskedColumn(numbers)
        return MaskedColumn(numbers, mask=known.missing)
    texts = values.astype(object).map(_text, na_action="ignore").fillna("")
    return MaskedColumn(texts.to_numpy(dtype=str), mask=known.missing)


def _text(value: Any) -> str:
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return _CONTROL.sub(" ", text)
