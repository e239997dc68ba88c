"""Shards -> the atlas's tables, a shard at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import parquet

from hubble_dash.atlas.boxes import Boxes
from hubble_dash.atlas.schema import (
    COLORS_FILE,
    CUTOUT_COLUMNS,
    CUTOUTS_FILE,
    IMAGE_AND_BOX,
    IMAGE_FILES_FILE,
    IMAGES_FILE,
    LABELS,
    SCORES,
)
from hubble_dash.builder.feeding.image_row import IMAGE_FILE
from hubble_dash.builder.shards.arrays import save_array
from hubble_dash.builder.shards.part import Part
from hubble_dash.builder.tables.kinds import nullable
from hubble_dash.builder.tables.text import unique_names
from hubble_dash.disk.space import watched

__all__ = [
    "SOURCES",
    "column_of",
    "write_colors",
    "write_cutouts",
    "write_image_files",
    "write_images",
    "write_tables",
]

COLORS = ["red", "green", "blue"]
OF_ATLAS = list(CUTOUT_COLUMNS)
INT64 = np.iinfo(np.int64)
# What pandas makes of columns, and of those of which some images have nothing.
_DTYPES = {pa.int64(): "int64", pa.float64(): "float64", pa.bool_(): "bool", pa.string(): "str"}
_NULLABLE = {pa.int64(): "Int64", pa.bool_(): "boolean"}
SOURCES = pa.schema({"bytes": pa.int64(), "sha256": pa.string(), "credit": pa.string()})


def column_of(part: Part, name: str) -> NDArray[np.int64]:
    """Give a column of whole numbers of all shards' tables.

    Parameters
    ----------
    part : Part
        The build.
    name : str
        Of the column.

    Returns
    -------
    (n,) int64 array
    """
    columns = [table[name].to_numpy() for table in _shards(part, [name])]
    return np.concatenate([np.empty(0, np.int64), *columns])


def write_tables(
    part: Part, label_names: Sequence[str] | None, metadata: pd.DataFrame | None
) -> Boxes:
    """Write all tables of the atlas, and the mean colours.

    Parameters
    ----------
    part, label_names, metadata
        As of `write_cutouts`.

    Returns
    -------
    Boxes
        Of the cutouts.
    """
    write_cutouts(part, label_names, metadata)
    write_images(part)
    write_image_files(part)
    write_colors(part)
    return Boxes.of(pd.read_parquet(part.atlas / CUTOUTS_FILE, columns=IMAGE_AND_BOX))


def write_cutouts(
    part: Part, label_names: Sequence[str] | None, metadata: pd.DataFrame | None
) -> None:
    """Write ``cutouts.parquet``.

    Parameters
    ----------
    part : Part
        A build all of whose cutouts are done.
    label_names : sequence of str, optional
        Names of the network's classes.
    metadata : pandas.DataFrame, optional
        The catalogue's further columns, which follow under their own names; a name that the
        atlas uses itself gets ``_catalog`` added, once more where that is taken too, and one of no
        letters is told by its number.
    """
    labels = (
        []
        if label_names is None
        else [_Label(part, *pair, label_names) for pair in zip(LABELS, SCORES, strict=True)]
    )
    further = None if metadata is None else _of_catalog(part, metadata)
    tables = _tables(part, labels, further)
    first = next(tables)
    path, size = part.atlas / CUTOUTS_FILE, _size(map(part.shard, range(part.checkpoint.n_shards)))
    with watched(path, size), parquet.ParquetWriter(path, first.schema) as writer:
        for table in chain([first], tables):
            writer.write_table(table)


def write_colors(part: Part) -> None:
    """Write ``colors.npy``, (n, 3) uint8: the mean colour of each thumbnail.

    Parameters
    ----------
    part : Part
        A build all of whose cutouts are done.
    """
    columns = [[shard[name].to_numpy() for name in COLORS] for shard in _shards(part, COLORS)]
    colors = np.concatenate([np.stack(one, axis=1) for one in columns])
    save_array(part.atlas / COLORS_FILE, colors)


def write_images(part: Part, *, rows_a_group: int = 8192) -> None:
    """Write ``images.parquet``; a header key that is text in one image is text in all.

    Whole numbers and truths stay what they are where other images have none: the file says by what
    kinds pandas reads them so.

    Parameters
    ----------
    part : Part
        A build all of whose cutouts are done.
    rows_a_group : int
        How many are held in memory, and stand in a group of rows of the file.
    """
    kinds, lacking = _kinds(part)
    like = pd.DataFrame(
        {
            name: pd.Series(dtype=(_NULLABLE if name in lacking else {}).get(kind, _DTYPES[kind]))
            for name, kind in kinds.items()
        }
    )
    told = pa.Schema.from_pandas(like, preserve_index=False).metadata
    schema = pa.schema([*kinds.items()], told)
    path = part.atlas / IMAGES_FILE
    size = _size(map(part.shard_images, range(part.checkpoint.n_shards)))
    with watched(path, size), parquet.ParquetWriter(path, schema) as writer:
        images = _images(part)
        while rows := list(islice(images, rows_a_group)):
            columns = {name: [row.get(name) for row in rows] for name in kinds}
            arrays = [
                pa.array(map(_as_text, column) if kind == pa.string() else column, kind)
                for column, kind in zip(columns.values(), kinds.values(), strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def write_image_files(part: Part, *, rows_a_group: int = 65536) -> None:
    """Write ``image_files.parquet``: of each image the file that it was read from.

    Parameters
    ----------
    part : Part
        A build all of whose cutouts are done.
    rows_a_group : int
        As of `write_images`.
    """
    path = part.atlas / IMAGE_FILES_FILE
    size = _size(map(part.shard_images, range(part.checkpoint.n_shards)))
    with watched(path, size), parquet.ParquetWriter(path, SOURCES) as writer:
        rows = (row.get(IMAGE_FILE) or {} for row in _lines(part))
        while some := list(islice(rows, rows_a_group)):
            columns = [[row.get(name) for row in some] for name in SOURCES.names]
            writer.write_table(pa.table(columns, SOURCES))


def _tables(
    part: Part, labels: Sequence[_Label], further: pd.DataFrame | None
) -> Iterator[pa.Table]:
    """Give the atlas's table of each shard's cutouts, all with the same schema."""
    schema: pa.Schema | None = None
    for shard in _shards(part):
        table = shard.select(OF_ATLAS).to_pandas()
        for label in labels:
            table[label.name] = label.of(shard)
            table[label.score] = shard[label.score].to_numpy()
        if schema is None:
            fields = [*pa.Schema.from_pandas(table, preserve_index=False)]
            # The kind of a column is that of all rows, not of a shard's.
            if further is not None:
                fields += pa.Schema.from_pandas(further, preserve_index=False)
            schema = pa.schema(fields)
        if further is not None:
            rows = further.iloc[shard["catalog_row"].to_numpy()].set_axis(table.index)
            table = pd.concat([table, rows], axis=1)
        made = pa.Table.from_pandas(table, schema, preserve_index=False)
        schema = made.schema
        yield made


class _Label:
    """A column of the best labels, the second best, and so on."""

    def __init__(self, part: Part, name: str, score: str, names: Sequence[str]) -> None:
        self.name, self.score = name, score
        words = np.array(names, dtype=object)
        used = {
            code for table in _shards(part, [self.name]) for code in set(_codes(table, self.name))
        }
        # Several classes may have one name.
        self._words: pd.Index[str] = pd.Index(sorted({words[code] for code in used}))
        self._place = self._words.get_indexer(words)

    def of(self, shard: pa.Table) -> pd.Categorical[str]:
        """Give the labels of a shard's cutouts."""
        place = self._place[_codes(shard, self.name)]
        return pd.Categorical.from_codes(place, self._words)


def _codes(table: pa.Table, name: str) -> NDArray[np.int32]:
    codes: NDArray[np.int32] = table[name].to_numpy()
    return codes


def _of_catalog(part: Part, metadata: pd.DataFrame) -> pd.DataFrame:
    """Make the catalogue's columns ready to be taken; row -1 is that of cutouts without one."""
    names = unique_names(metadata.columns)
    renamed: list[str] = []
    for name in names:
        new, taken = name, {*OF_ATLAS, *LABELS, *SCORES, *renamed}
        while new in taken or (new != name and new in names):
            new += "_catalog"
        renamed.append(new)
    table = _writable(metadata.set_axis(renamed, axis=1).reset_index(drop=True))
    if any((shard["catalog_row"].to_numpy() < 0).any() for shard in _shards(part, ["catalog_row"])):
        table = nullable(table).reindex([*range(len(table)), -1])
    return table


def _writable(table: pd.DataFrame) -> pd.DataFrame:
    """Turn values of mixed kinds, and of kinds that Parquet does not know, into text."""
    table = table.copy()
    for name, kind in table.dtypes.items():
        if kind == np.dtype(object):
            inferred = pd.api.types.infer_dtype(table[name], skipna=True)
            if inferred == "boolean":
                table[name] = table[name].astype("boolean")
            else:
                table[name] = table[name].map(str, na_action="ignore")
        elif getattr(kind, "kind", "") == "c":
            table[name] = table[name].map(str)
    return table


def _size(paths: Iterable[Path]) -> int:
    """Bytes that a table takes, near enough for an error: those of its shards."""
    return sum(path.stat().st_size for path in paths)


def _shards(part: Part, columns: list[str] | None = None) -> Iterator[pa.Table]:
    for number in range(part.checkpoint.n_shards):
        yield parquet.read_table(part.shard(number), columns=columns)


def _images(part: Part) -> Iterator[dict[str, Any]]:
    for row in _lines(part):
        row.pop(IMAGE_FILE, None)
        yield row


def _lines(part: Part) -> Iterator[dict[str, Any]]:
    for number in range(part.checkpoint.n_shards):
        with part.shard_images(number).open(encoding="utf-8") as file:
            yield from map(json.loads, file)


def _kinds(part: Part) -> tuple[dict[str, pa.DataType], set[str]]:
    """Find a kind for each column that holds the values of all images, and which some lack."""
    types: dict[str, set[type]] = {}
    n_with: Counter[str] = Counter()
    n_long: Counter[str] = Counter()
    n = 0
    for row in _images(part):
        n += 1
        for name, value in row.items():
            # Beyond 64 bits there is only text.
            fits = type(value) is not int or INT64.min <= value <= INT64.max
            types.setdefault(name, set()).add(type(value) if fits else str)
            n_with[name] += 1
            n_long[name] += type(value) is int and float(value) != value
    kinds = {name: _kind(found, is_long=bool(n_long[name])) for name, found in types.items()}
    return kinds, {name for name, n_there in n_with.items() if n_there < n}


def _kind(types: set[type], *, is_long: bool) -> pa.DataType:
    """Give a kind for values of several; numbers that no float gives back stay as they are."""
    if types == {int}:
        return pa.int64()
    if types <= {int, float} and not is_long:
        return pa.float64()
    return pa.bool_() if types == {bool} else pa.string()


def _as_text(value: object) -> str | None:
    return None if value is None else str(value)
