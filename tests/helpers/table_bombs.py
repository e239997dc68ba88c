"""Tables and vectors that are small and would take all memory or time."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from astropy.io import fits
from pyarrow import parquet

__all__ = ["CATALOG_BOMBS", "VECTOR_BOMBS"]

MB, GB = 1_000_000, 1_000_000_000
_ROWS = 10 * MB
_VOTABLE = """<?xml version="1.0"?>{head}
<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE nrows="{n}">
<FIELD name="path" datatype="char" arraysize="*"/><FIELD name="ra" datatype="double"/>
<DATA><TABLEDATA><TR><TD>{text}</TD><TD>1</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>
"""


def _many_rows(path: Path) -> None:
    """Write a billion rows, all alike, which take some kilobytes."""
    table = pa.table({"a": np.zeros(_ROWS)})
    with parquet.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for _ in range(GB // _ROWS):
            writer.write_table(table, row_group_size=_ROWS)


def _lying_page(path: Path, n_bytes: int = 2**31 - 1) -> None:
    """Let the one page of a column say that it unpacks to two gigabytes."""
    table = pa.table({"a": np.zeros(17 * MB)})
    parquet.write_table(
        table, path, compression="zstd", use_dictionary=False, data_page_size=GB,
        row_group_size=20 * MB, write_batch_size=20 * MB, write_statistics=False,
    )  # fmt: skip
    data = path.read_bytes()
    # Numbers are twice as large, the lowest seven bits first; field 2 stands behind field 1.
    said, lie = (_varint(2 * n) for n in (_size_of_page(data), n_bytes))
    path.write_bytes(data.replace(b"\x15" + said, b"\x15" + lie, 1))


def _size_of_page(data: bytes) -> int:
    """Read how many bytes the first page says that it has."""
    value, shift, place = 0, 0, data.index(b"\x15", 5) + 1
    while True:
        value |= (data[place] & 0x7F) << shift
        if data[place] < 0x80:
            return value // 2
        place, shift = place + 1, shift + 7


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _array_header(*shape: int) -> bytes:
    file = io.BytesIO()
    what = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_2_0(file, what)
    return file.getvalue()


def _npz(path: Path, n_zeros: int, *shape: int) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.npy", "w", force_zip64=True) as file,
    ):
        file.write(_array_header(*shape))
        for _ in range(n_zeros // (100 * MB)):
            file.write(bytes(100 * MB))


def _laughs() -> bytes:
    """Give a text that names a text that names a text, ten times each."""
    parts = ['<!ENTITY a0 "ha">']
    parts += [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 11)]
    head = f"<!DOCTYPE VOTABLE [{''.join(parts)}]>"
    return _VOTABLE.format(head=head, n=1, text="&a10;").encode()


def _fields() -> bytes:
    file = io.BytesIO()
    table = fits.BinTableHDU.from_columns([fits.Column("ra", "E", array=np.arange(3.0))])
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(file)
    data = file.getvalue()
    place = data.index(b"TFIELDS =") + 10
    return data[:place] + str(GB).rjust(20).encode() + data[place + 20 :]


CATALOG_BOMBS: dict[str, Callable[[], bytes] | Callable[[Path], None]] = {
    "rows_1e9.parquet": _many_rows,
    "page_2GB.parquet": _lying_page,
    "commas.csv": lambda: b"path" + b"," * (50 * MB) + b"\na.png\n",
    "commas.csv.gz": lambda: gzip.compress(b"path" + b"," * (50 * MB) + b"\na.png\n", 9),
    "zeros_10GB.csv.gz": lambda: (
        gzip.compress(b"path,a\n", 9) + gzip.compress(b"a.png,1\n" * (12 * MB), 9) * 100
    ),
    "nrows_1e12.vot": lambda: _VOTABLE.format(head="", n=10**12, text="a").encode(),
    "nrows_1e9.vot": lambda: _VOTABLE.format(head="", n=GB, text="a").encode(),
    "laughs.vot": _laughs,
    "tfields_1e9.fits": _fields,
}
VECTOR_BOMBS: dict[str, Callable[[], bytes] | Callable[[Path], None]] = {
    "8TB.npy": lambda: _array_header(GB, 1000) + bytes(80),
    "8TB.npz": lambda path: _npz(path, 0, GB, 1000),
    "zeros_8GB.npz": lambda path: _npz(path, 8 * GB, MB, 1000),
    "rows_1e9.parquet": _many_rows,
    "page_2GB.parquet": _lying_page,
    "commas.csv": lambda: b"name" + b"," * (50 * MB) + b"\na.png\n",
}
