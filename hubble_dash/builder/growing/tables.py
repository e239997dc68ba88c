"""Tables of an atlas and of what is added -> joined ones; what one side lacks is missing there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from pyarrow import parquet

from hubble_dash.atlas.schema import (
    COLORS_FILE,
    CUTOUTS_FILE,
    IMAGE_FILES_FILE,
    IMAGES_FILE,
    LONGEST_WHOLE,
    image_files_name,
)
from hubble_dash.atlas.stored import StoredAtlas
from hubble_dash.builder.shards.arrays import save_array
from hubble_dash.builder.shards.part import Part
from hubble_dash.builder.shards.tables import SOURCES
from hubble_dash.disk.calls import remove
from hubble_dash.disk.space import watched

__all__ = ["Added", "join_all", "join_tables"]


@dataclass(frozen=True)
class Added:
    """The column that says when an image came into an atlas.

    Parameters
    ----------
    name : str
        Of the column.
    old, new : str or None
        What it says of images that have nothing in it yet, and of those that are added.
    """

    name: str
    old: str | None
    new: str | None


def join_all(old: StoredAtlas, part: Part, added: Added) -> None:
    """Put the tables and colours of an atlas before those of a part, in the latter's files.

    Parameters
    ----------
    old : StoredAtlas
        The atlas.
    part : Part
        What is added, its tables written.
    added : Added
        A column of the table of images.
    """
    files = old.manifest["files"]
    new = part.atlas
    _rename(new / CUTOUTS_FILE, added.name)
    join_tables(old.path / CUTOUTS_FILE, new / CUTOUTS_FILE)
    join_tables(old.path / IMAGES_FILE, new / IMAGES_FILE, added)
    before = part.folder / "no_files.parquet"
    if (name := image_files_name(files)) is None:
        nothing = [pa.nulls(old.manifest["n_images"], field.type) for field in SOURCES]
        parquet.write_table(pa.table(nothing, SOURCES), before)
    join_tables(before if name is None else old.path / name, new / IMAGE_FILES_FILE)
    if COLORS_FILE in files:
        save_array(new / COLORS_FILE, np.concatenate([old.colors, np.load(new / COLORS_FILE)]))
    else:
        remove(new / COLORS_FILE)


def join_tables(old: Path, new: Path, added: Added | None = None) -> None:
    """Put the rows of a table before those of another, in the latter's file.

    A column keeps its kind where both sides have the same; whole numbers become floats beside
    floats, and all else becomes text.

    Parameters
    ----------
    old, new : Path
        Parquet files.
    added : Added, optional
        A column that is filled in where a table lacks it.
    """
    before, after = parquet.ParquetFile(old), parquet.ParquetFile(new)
    schema = _schema(before, after, added)
    joined = new.with_name(f".{new.name}.joined")
    size = old.stat().st_size + new.stat().st_size
    with watched(joined, size), parquet.ParquetWriter(joined, schema) as writer:
        filled = Added("", None, None) if added is None else added
        for file, value in ((before, filled.old), (after, filled.new)):
            for group in _groups(file):
                writer.write_table(_as(group, schema, filled.name, value))
    before.close()
    after.close()
    joined.replace(new)


def _groups(file: parquet.ParquetFile) -> Iterator[pa.Table]:
    for number in range(file.num_row_groups):
        yield file.read_row_group(number)


def _rename(path: Path, name: str) -> None:
    """Let a column of the catalogue give way, as it does to all names that an atlas uses itself."""
    table = parquet.read_table(path)
    if name not in table.column_names:
        return
    other = name
    while other in table.column_names:
        other += "_catalog"
    frame = table.to_pandas().rename(columns={name: other})
    parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)


def _schema(
    before: parquet.ParquetFile, after: parquet.ParquetFile, added: Added | None
) -> pa.Schema:
    """Give the columns of both, with what tells pandas where whole numbers may be missing."""
    one, other = before.schema_arrow, after.schema_arrow
    kinds: dict[str, pa.DataType] = {}
    for name in dict.fromkeys([*one.names, *other.names]):
        types = [schema.field(name).type for schema in (one, other) if name in schema.names]
        kinds[name] = _common(types, name, before, after)
    if added is not None:
        kinds.setdefault(added.name, pa.string())
    like: Any = pa.schema([*kinds.items()]).empty_table().to_pandas()
    seen = [schema.empty_table().to_pandas() for schema in (one, other)]
    for name in kinds:
        lacks = any(name not in frame for frame in seen)
        is_nullable = any(
            pd.api.types.is_extension_array_dtype(frame[name]) for frame in seen if name in frame
        )
        if kinds[name] in _NULLABLE and (lacks or is_nullable):
            like[name] = pd.Series(dtype=_NULLABLE[kinds[name]])
    told = pa.Schema.from_pandas(like, preserve_index=False).metadata
    return pa.schema([*kinds.items()], told)


_WHOLE = (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32())
_NULLABLE = {
    pa.int8(): "Int8", pa.int16(): "Int16", pa.int32(): "Int32", pa.int64(): "Int64",
    pa.uint8(): "UInt8", pa.uint16(): "UInt16", pa.uint32(): "UInt32", pa.uint64(): "UInt64",
    pa.bool_(): "boolean",
}  # fmt: skip


def _common(
    types: list[pa.DataType], name: str, before: parquet.ParquetFile, after: parquet.ParquetFile
) -> pa.DataType:
    """Give a kind that holds the values of both."""
    known = list(dict.fromkeys(kind for kind in types if not pa.types.is_null(kind)))
    if known and all(pa.types.is_dictionary(kind) for kind in known):
        # Both sides together may have more words than the narrower kinds count.
        return pa.dictionary(pa.int32(), pa.string())
    if len(known) < 2:
        return known[0] if known else pa.null()
    if all(kind in _WHOLE for kind in known):
        return pa.int64()
    if all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in known):
        is_long = any(_is_long(file, name) for file in (before, after))
        return pa.string() if is_long else pa.float64()
    if all(pa.types.is_timestamp(kind) for kind in known) and len({k.tz for k in known}) == 1:
        return pa.timestamp("ns", known[0].tz)
    return pa.string()


def _is_long(file: parquet.ParquetFile, name: str) -> bool:
    """Say whether a column has whole numbers that no float gives back."""
    values = file.read(columns=[name])[name]
    if not pa.types.is_integer(values.type):
        return False
    ends = pc.min_max(values).as_py()
    return any(abs(end) > LONGEST_WHOLE for end in ends.values() if end is not None)


def _as(table: pa.Table, schema: pa.Schema, added: str, value: str | None) -> pa.Table:
    """Bring some rows into the columns of both tables."""
    columns = []
    for field in schema:
        if field.name in table.column_names:
            columns.append(_cast(table[field.name], field.type))
        elif field.name == added:
            columns.append(pa.array([value] * len(table), field.type))
        else:
            columns.append(pa.nulls(len(table), field.type))
    return pa.table(columns, schema)


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type == kind:
        return column
    if pa.types.is_dictionary(kind):
        return column.cast(pa.string()).dictionary_encode().cast(kind)
    if kind == pa.string() and not pa.types.is_large_string(column.type):
        texts = [None if one is None else str(one) for one in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, kind)])
    return column.cast(kind)
