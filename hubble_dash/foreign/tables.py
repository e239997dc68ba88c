"""Parquet files from outside: rows and columns as promised, and no larger than they seem."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from pyarrow import parquet

from hubble_dash.errors import AtlasError
from hubble_dash.foreign.folder import Folder
from hubble_dash.foreign.ranges import off

__all__ = [
    "NUMBER",
    "TEXT",
    "WHOLE",
    "ColumnKind",
    "TableBounds",
    "TableHead",
    "check_columns",
    "read_head",
    "read_table",
]

MAX_COLUMNS = 4096
# What Arrow and pandas raise of files that were tampered with.
_UNREADABLE = (
    pa.ArrowException, OSError, ValueError, TypeError, KeyError, IndexError, AttributeError,
    ArithmeticError, MemoryError, RecursionError, NotImplementedError,
)  # fmt: skip

# What a column holds, in words and as a test of its type.
ColumnKind: TypeAlias = tuple[str, Callable[[pa.DataType], bool]]


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_text_or_codes(kind: pa.DataType) -> bool:
    return _is_text(kind.value_type if pa.types.is_dictionary(kind) else kind)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


TEXT: ColumnKind = ("text", _is_text_or_codes)
WHOLE: ColumnKind = ("whole numbers", pa.types.is_integer)
NUMBER: ColumnKind = ("numbers", _is_number)


class TableBounds(NamedTuple):
    """What a table may take in memory, whatever it takes on disk.

    Attributes
    ----------
    base_bytes : int
        However few rows it has.
    bytes_a_row : int
        Beside that.
    max_bytes : int
        However many rows it has.
    text_bytes_a_row : int
        In the place of `bytes_a_row`, for the texts of a column: many that are one another's equal
        take little on disk, and as much as all of them here.
    """

    base_bytes: int = 64_000_000
    bytes_a_row: int = 65_536
    max_bytes: int = 16_000_000_000
    text_bytes_a_row: int = 16_384


class TableHead(NamedTuple):
    """What a table says of itself before it is read.

    Attributes
    ----------
    n_rows : int
        How many rows it has.
    columns : dict of str to pyarrow.DataType
        Its columns, in their order.
    """

    n_rows: int
    columns: dict[str, pa.DataType]


_USUAL = TableBounds()


def read_head(folder: Folder, name: str) -> TableHead:
    """Read what a table says of itself.

    Parameters
    ----------
    folder : Folder
        Where it is.
    name : str
        Its file.

    Returns
    -------
    TableHead

    Raises
    ------
    AtlasError
        If it is no Parquet file, or has columns of the same name.
    """
    with _opened(folder, name) as file:
        return _head(file)


def check_columns(path: Path, head: TableHead, columns: Mapping[str, ColumnKind]) -> None:
    """Check that a table has columns of the right kind.

    Parameters
    ----------
    path : Path
        Its file, which is told.
    head : TableHead
        What it says of itself.
    columns : mapping of str to ColumnKind
        What it must have.

    Raises
    ------
    AtlasError
        That names the first column that is missing or of another kind.
    """
    for name, (words, is_kind) in columns.items():
        if name not in head.columns:
            raise AtlasError(f"{path} has no column {name}")
        if not is_kind(head.columns[name]):
            raise off(path, f"column {name}", f"of {head.columns[name]}", words)


def read_table(
    folder: Folder, name: str, *, n_rows: int, bounds: TableBounds = _USUAL
) -> pd.DataFrame:
    """Read a table as pandas reads it.

    Parameters
    ----------
    folder : Folder
        Where it is.
    name : str
        Its file.
    n_rows : int
        How many rows it must have.
    bounds : TableBounds
        What it may take.

    Returns
    -------
    (n_rows, ...) pandas.DataFrame
        Counted from 0.

    Raises
    ------
    AtlasError
        If it cannot be read, has another number of rows, or takes more memory than its rows allow.
    """
    with _opened(folder, name) as file:
        head = _head(file)
        if head.n_rows != n_rows:
            raise ValueError(f"it has {head.n_rows:,} rows; allowed: {n_rows:,}")
        promised = sum(
            file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)
        )
        allowed = min(bounds.base_bytes + bounds.bytes_a_row * n_rows, bounds.max_bytes)
        if not 0 <= promised <= allowed:
            raise ValueError(f"it would take {promised:,} bytes; allowed: {allowed:,}")
    texts = [name for name, kind in head.columns.items() if _is_text(kind)]
    # As codes, texts that repeat themselves are not copied.
    with _opened(folder, name, texts) as file:
        table = _with_texts(file.read(), texts, bounds)
        # Texts that are no UTF-8 would be found only where they are shown.
        table.validate(full=True)
        found: pd.DataFrame = table.to_pandas()
        if list(found) != list(head.columns) or not isinstance(found.index, pd.RangeIndex):
            raise ValueError("its columns are not those that it names")
    return found


@contextmanager
def _opened(
    folder: Folder, name: str, as_codes: list[str] | None = None
) -> Iterator[parquet.ParquetFile]:
    """Open a file; whatever is wrong with it becomes one error."""
    with folder.open(name) as file:
        try:
            yield parquet.ParquetFile(file, read_dictionary=as_codes)
        except _UNREADABLE as err:
            said = (str(err) or type(err).__name__).splitlines()[0][:200]
            raise AtlasError(f"{folder.path / name} cannot be read as a table: {said}") from err


def _head(file: parquet.ParquetFile) -> TableHead:
    schema = file.schema_arrow
    columns = dict(zip(schema.names, schema.types, strict=True))
    if len(columns) != len(schema.names):
        raise ValueError("two of its columns have the same name")
    if len(columns) > MAX_COLUMNS:
        raise ValueError(f"it has {len(columns):,} columns; allowed: {MAX_COLUMNS:,}")
    return TableHead(file.metadata.num_rows, columns)


def _with_texts(table: pa.Table, names: list[str], bounds: TableBounds) -> pa.Table:
    """Turn codes into texts, where all of them together are no more than they may be."""
    allowed = bounds.base_bytes + bounds.text_bytes_a_row * len(table)
    for name in names:
        column = table[name]
        taken = sum(
            pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0
            for chunk in column.chunks
        )
        if taken > allowed:
            raise ValueError(f"the texts of {name!r} take {taken:,} bytes; allowed: {allowed:,}")
        place = table.schema.get_field_index(name)
        kind = table.schema.field(name).type.value_type
        table = table.set_column(place, pa.field(name, kind), column.cast(kind))
    return table
