"""What a file is, by its first bytes: the tables that can be read, and others by their names."""

from __future__ import annotations

import bz2
import gzip
import html
import io
import lzma
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, cast

from hubble_dash.builder.bounds.promise import allowed_bytes
from hubble_dash.errors import CatalogError

__all__ = ["READABLE", "astropy_format", "foreign", "unpacked"]

READABLE = (
    "CSV and other texts with separators or blanks, ECSV, IPAC, SExtractor, CDS and MRT, LaTeX,"
    " VOTable, FITS tables, Parquet"
)
_PACKED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
_BYTES_A_STEP = 1_000_000
# Tables become a tenth; what becomes far less was made to.
_MAX_RATIO = 30
_AS_CSV = "save it as CSV (UTF-8)"
_FROM_PYTHON = "write it as Parquet, for instance by pandas"
# What starts how, what that is, and what to do.
_FOREIGN: Mapping[bytes, tuple[str, str]] = {
    b"\xd0\xcf\x11\xe0": ("an Excel workbook (.xls)", _AS_CSV),
    b"\x89HDF": ("an HDF5 file", _FROM_PYTHON),
    b"\x93NUMPY": ("a NumPy array", _FROM_PYTHON),
    b"\x80\x04": ("a Python pickle, which is never opened", _FROM_PYTHON),
    b"\x80\x05": ("a Python pickle, which is never opened", _FROM_PYTHON),
    b"ARROW1": ("an Arrow (Feather) file", _FROM_PYTHON),
    b"SQLite format 3": ("an SQLite database", "export the table as CSV"),
    b"#ASDF": ("an ASDF file", "write the table as ECSV, by astropy"),
    b"# Region file format: DS9": ("a file of DS9 regions", "save the catalogue as VOTable or TSV"),
    b"%PDF": ("a PDF document", "look for the table as CSV or VOTable"),
    b"{\\rtf": ("a document of a word processor", "save it as plain text"),
    b"{": ("JSON", _FROM_PYTHON),
    b"[": ("JSON", _FROM_PYTHON),
    b"\x89PNG": ("a picture", "name the table of it"),
    b"\xff\xd8\xff": ("a picture", "name the table of it"),
    b"\x1f\x9d": ("packed by compress (.Z)", "unpack it: uncompress FILE"),
    b"\x28\xb5\x2f\xfd": ("packed by zstd", "unpack it: unzstd FILE"),
    b"7z\xbc\xaf": ("a 7-Zip archive", "unpack it"),
}
_PAGE = re.compile(rb"<(!doctype html|html|head|body)\b", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
# astropy's names of formats that announce themselves in their first lines.
_ANNOUNCED = {
    "ascii.ecsv": re.compile(rb"\A# %ECSV"),
    "ascii.sextractor": re.compile(rb"\A\s*#\s*1\s+[A-Za-z_]\w*"),
    "ascii.daophot": re.compile(rb"\A#K\s"),
    "ascii.mrt": re.compile(rb"(?m)^\s*Byte-by-byte Description of file"),
    "ascii.ipac": re.compile(rb"\A(\\[^\n]*\n)*\|[^\n]*\|\s*\n(\|[^\n]*\|\s*\n){0,3}[^|\s]?\s"),
    "ascii.aastex": re.compile(rb"\\begin\{deluxetable"),
    "ascii.latex": re.compile(rb"\\begin\{tabular"),
    "ascii.rst": re.compile(rb"\A\s*=+( +=+)+\s*\n"),
}


def unpacked(path: Path, start: bytes, *, max_bytes: int = 2**32) -> bytes | None:
    """Give what is inside a packed file.

    Parameters
    ----------
    path : Path
        The file.
    start : bytes
        Its first ones.
    max_bytes : int
        What it may become, however large it is.

    Returns
    -------
    bytes or None
        None where it is not packed by gzip, bzip2 or xz.

    Raises
    ------
    CatalogError
        If it becomes larger than a file may, or than `max_bytes`.
    """
    most = min(max_bytes, max(allowed_bytes(0), _MAX_RATIO * path.stat().st_size))
    for mark, opener in _PACKED.items():
        if start.startswith(mark):
            data = io.BytesIO()
            with cast("Callable[[Path], BinaryIO]", opener)(path) as file:
                while piece := file.read(_BYTES_A_STEP):
                    if data.tell() + len(piece) > most:
                        raise CatalogError(
                            f"it unpacks to more than {most / 1e6:,.0f} MB; unpack it, and take"
                            " what is needed"
                        )
                    data.write(piece)
            return data.getvalue()
    return None


def foreign(start: bytes) -> str | None:
    """Name a file that is no table, or none that can be read.

    Parameters
    ----------
    start : bytes
        Its first thousands.

    Returns
    -------
    str or None
        What it is and what to do; None where it may be a table.
    """
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"votable" not in text.lower() and _PAGE.search(text[:2000]):
        title = _TITLE.search(text)
        said = html.unescape(title[1].decode(errors="replace")) if title else ""
        shown = "".join(letter for letter in said if letter.isprintable()).strip()[:80]
        named = f" ({shown})" if shown else ""
        return (
            f"it is a web page{named}, not a table, such as one that asks to log in; open the"
            " address in a browser, and download the table itself"
        )
    if text.startswith(b"<") and b"votable" not in text.lower():
        return f"it is XML, but no VOTable; readable are {READABLE}"
    if start.startswith(b"PK\x03\x04"):
        is_sheet = b"xl/" in start or b"[Content_Types].xml" in start or b"opendocument" in start
        what = ("a spreadsheet", _AS_CSV) if is_sheet else ("a ZIP archive", "unpack it")
    elif start[257:262] == b"ustar":
        what = ("a tar archive", "unpack it")
    else:
        what = next((what for mark, what in _FOREIGN.items() if start.startswith(mark)), ("", ""))
    return f"it is {what[0]}; {what[1]}. Readable are {READABLE}" if what[0] else None


def astropy_format(start: bytes) -> str | None:
    """Name the text format that a file announces, as astropy does; None for plain columns.

    Parameters
    ----------
    start : bytes
        Its first thousands, UTF-8.
    """
    return next((name for name, sign in _ANNOUNCED.items() if sign.search(start)), None)
