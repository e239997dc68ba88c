"""Tags by row -> an atlas that has them as a column; all else stays as it is, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import parquet

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.atlas.manifest import UnsealedManifest
from hubble_dash.atlas.schema import CUTOUT_COLUMNS, CUTOUTS_FILE, LABELS, SCORES
from hubble_dash.atlas.seal import check_replaceable, seal
from hubble_dash.disk.files import take_over
from hubble_dash.disk.names import folder_beside, resolved
from hubble_dash.disk.space import watched
from hubble_dash.errors import AtlasError

__all__ = ["with_tags"]

# What `seal` says itself.
_SEALED = ("format", "format_version", "files")


def with_tags(
    atlas: Atlas, tags: NDArray[np.int8], *, column: str = "tag", out: Path | None = None,
    replace: bool = False,
) -> Atlas:  # fmt: skip
    """Make tags a column of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    tags : (n,) int8 array
        The tag of each row; 0 for none, which becomes a missing value.
    column : str
        The column's name. One of that name goes if it holds tags, too.
    out : Path, optional
        Where the new atlas stands; if not given, it takes the place of the old one, which goes
        when the new one is whole.
    replace : bool
        Whether an atlas that stands at `out` may be replaced.

    Returns
    -------
    Atlas
        The new one. Its files but the table of cutouts have the checksums that the old one says.

    Raises
    ------
    AtlasError
        If the atlas has such a column of its own or is damaged, or if `out` may not be written.
    OSError
        If the disk does not do it; the old atlas is as it was.
    """
    _check_column(atlas, column)
    final = resolved(atlas.path if out is None else out)
    in_place = final.resolve() == atlas.path.resolve()
    check_replaceable(final, replace=replace or in_place)
    told = {key: value for key, value in atlas.manifest.items() if key not in _SEALED}
    manifest: UnsealedManifest = told  # type: ignore[assignment]
    files = atlas.manifest["files"]
    with folder_beside(final) as folder:
        for name in files:
            if name != CUTOUTS_FILE:
                take_over(atlas.path / name, folder.path / name, linked=in_place)
        _write_table(atlas.path / CUTOUTS_FILE, folder.path / CUTOUTS_FILE, column, tags)
        return seal(
            folder.path, final, manifest, files=files, replace=replace or in_place,
            about_to=lambda: _check_same(atlas, folder.path),
        )  # fmt: skip


def _check_column(atlas: Atlas, column: str) -> None:
    """Refuse names that mean something else, and columns that hold anything but tags."""
    if not column.strip() or column in {*CUTOUT_COLUMNS, *LABELS, *SCORES}:
        raise AtlasError(f"{column!r} cannot be the name of a column of tags; try --column tag")
    if column not in atlas.cutouts:
        return
    values = atlas.cutouts[column].dropna()
    if not pd.api.types.is_integer_dtype(values) or not values.between(1, 5).all():
        raise AtlasError(
            f"{atlas.path} has a column {column} that does not come from tags; give another name"
            " with --column"
        )


def _write_table(old: Path, new: Path, column: str, tags: NDArray[np.int8]) -> None:
    """Copy a table with one column more, a group of rows at a time."""
    file = parquet.ParquetFile(old)
    schema = _schema(file.schema_arrow, column)
    first = 0
    with watched(new, old.stat().st_size), parquet.ParquetWriter(new, schema) as writer:
        for number in range(file.num_row_groups):
            table = file.read_row_group(number)
            if column in table.column_names:
                table = table.drop_columns([column])
            here = tags[first : first + len(table)]
            first += len(table)
            table = table.append_column(column, pa.array(here, pa.int8(), mask=here == 0))
            writer.write_table(table.cast(schema))


def _schema(old: pa.Schema, column: str) -> pa.Schema:
    """Add a column to a schema; it tells pandas that whole numbers may be missing there."""
    if column in old.names:
        old = old.remove(old.names.index(column))
    like: Any = old.empty_table().to_pandas()
    like[column] = pd.Series(dtype="Int8")
    told = pa.Schema.from_pandas(like, preserve_index=False).metadata
    return pa.schema([*old, pa.field(column, pa.int8())], told)


def _check_same(atlas: Atlas, folder: Path) -> None:
    """Check that what was taken over is what the atlas says it is."""
    new = open_atlas(folder).manifest["files"]
    for name, entry in atlas.manifest["files"].items():
        if name != CUTOUTS_FILE and new[name] != entry:
            raise AtlasError(
                f"{atlas.path / name} is not the file that was sealed; see what"
                f" hubble-dash info --check {atlas.path} says"
            )
