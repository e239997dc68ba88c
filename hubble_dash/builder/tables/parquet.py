"""Tables in Parquet, which may hold a billion rows in some kilobytes."""

from __future__ import annotations

import io
import tempfile
from contextlib import nullcontext
from pathlib import Path

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from astropy.table import Table
from pyarrow import parquet

from hubble_dash.builder.bounds.apart import try_apart
from hubble_dash.builder.bounds.promise import allowed_bytes
from hubble_dash.builder.tables.astropy_tables import TableFile, of_astropy
from hubble_dash.builder.tables.kinds import series_of
from hubble_dash.builder.tables.text import unique_names
from hubble_dash.errors import CatalogError, ImageError

__all__ = ["check_metadata", "check_size", "read_parquet"]

# Of a number, or of where a text lies.
_BYTES_A_VALUE = 8
_MAGIC = b"PAR1"
_NO_LIMIT = 2**60


def check_metadata(what: str, source: Path | io.BytesIO) -> None:
    """Refuse a file whose metadata would end this process, as pyarrow 26 does over some.

    They stand at the end of the file. A process of its own walks through them, and through nothing
    else, which takes half a second.

    Parameters
    ----------
    what : str
        It, or its name.
    source : Path or BytesIO
        The file, unpacked.

    Raises
    ------
    CatalogError
        If they cannot be read.
    """
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as stream:
        n_file = stream.seek(0, io.SEEK_END)
        stream.seek(max(0, n_file - 8))
        end = stream.read()
        n_metadata = int.from_bytes(end[:4], "little")
        if not end.endswith(_MAGIC) or not 0 < n_metadata <= n_file - 12:
            return  # which pyarrow says itself
        stream.seek(n_file - 8 - n_metadata)
        metadata = stream.read(n_metadata)
        stream.seek(0)
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "metadata.parquet"
        alone.write_bytes(_MAGIC + metadata + end)
        try:
            try_apart(_walk, alone)
        except ImageError as err:
            raise CatalogError(f"{what} has metadata that cannot be read: {err.reason}") from err


def _walk(path: Path) -> None:
    with parquet.ParquetFile(path) as file:
        check_size("it", file.metadata, _NO_LIMIT)


def check_size(what: str, metadata: parquet.FileMetaData, n_file: int) -> None:
    """Refuse a file that says that it holds far more than it can.

    Parameters
    ----------
    what : str
        It, or its name.
    metadata : pyarrow.parquet.FileMetaData
        Of the file.
    n_file : int
        Its bytes on the disk.

    Raises
    ------
    CatalogError
        If it would become larger than a file may.
    """
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    columns = [group.column(i) for group in groups for i in range(group.num_columns)]
    n_bytes = sum(
        max(one.total_uncompressed_size, one.num_values * _BYTES_A_VALUE) for one in columns
    )
    if n_bytes > allowed_bytes(n_file):
        raise CatalogError(
            f"{what} promises {n_bytes / 1e6:,.0f} MB in {n_file:,} bytes; allowed are"
            f" {allowed_bytes(n_file) / 1e6:,.0f} MB; take the columns and rows that are needed"
        )


def read_parquet(source: Path | io.BytesIO, n_file: int) -> TableFile:
    """Read a table.

    Parameters
    ----------
    source : Path or BytesIO
        The file, unpacked.
    n_file : int
        Its bytes on the disk.

    Raises
    ------
    CatalogError
        If it would become larger than a file may.
    """
    check_metadata("it", source)
    with parquet.ParquetFile(source) as file:
        check_size("it", file.metadata, n_file)
    # astropy writes units and masks in its own way, which pandas would show as further columns.
    if b"table_meta_yaml" in (parquet.read_schema(source).metadata or {}):
        return of_astropy(Table.read(source, format="parquet"))
    table = parquet.read_table(source)
    # Letters that are none would come to light later.
    table.validate(full=True)
    table = table.rename_columns(unique_names(table.column_names))
    columns, notes = {}, []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_nested(column.type):
            notes.append(f"column {name!r} is left out: it has several values a row")
        else:
            columns[name] = series_of(_as_text(column))
    return TableFile(pd.DataFrame(columns), {}, {}, notes)


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give texts that somebody wrote as bytes as texts."""
    if pa.types.is_fixed_size_binary(column.type) or pa.types.is_large_binary(column.type):
        column = column.cast(pa.binary())
    try:
        return column.cast(pa.string()) if pa.types.is_binary(column.type) else column
    except pa.ArrowInvalid:
        return column
