"""A file of vectors, one a row: NumPy's formats and Parquet, told apart by content."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import parquet

from hubble_dash.builder.catalogs.columns import Columns, find_columns
from hubble_dash.builder.catalogs.tables import TableFile
from hubble_dash.errors import BuildError

__all__ = ["Vectors", "read_vectors"]

# The column in which pandas keeps an index without a name.
INDEX_COLUMN = "__index_level_0__"
# What the readers raise on files that are damaged or not what they seem.
_DAMAGE = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, pa.ArrowException)


class Vectors(NamedTuple):
    """The content of a file.

    Attributes
    ----------
    values : (m, d) float array
        Memory-mapped, if it is a ``.npy`` file.
    names : list of str or None
        The path or file name of each row's image.
    """

    values: NDArray[np.floating[Any]]
    names: list[str] | None


def read_vectors(path: Path) -> Vectors:
    """Read vectors; nothing in the file is executed.

    Parameters
    ----------
    path : Path
        The file: ``.npy``, ``.npz`` or Parquet.

    Returns
    -------
    Vectors
        With at least one row and column.

    Raises
    ------
    BuildError
        If the file is missing, damaged, of another format, or holds no matrix of floats.
    """
    try:
        with path.open("rb") as file:
            start = file.read(6)
        if start == b"\x93NUMPY":
            values, names = np.load(path, mmap_mode="r", allow_pickle=False), None
        elif start[:4] == b"PK\x03\x04":
            values, names = _read_npz(path)
        elif start[:4] == b"PAR1":
            values, names = _read_parquet(path)
        else:
            raise BuildError(f"{path} is neither .npy nor .npz nor Parquet")
    except FileNotFoundError:
        raise BuildError(f"{path}: there is no such file") from None
    except _DAMAGE as err:
        reason = str(err).strip() or type(err).__name__
        raise BuildError(f"{path} cannot be read: {reason}") from err
    if values.ndim != 2 or values.dtype.kind != "f" or 0 in values.shape:
        raise BuildError(
            f"{path} holds {values.dtype} of shape {values.shape}; it must hold floats, a row for"
            " each cutout: (n, d)"
        )
    return Vectors(values, names)


def _read_npz(path: Path) -> Vectors:
    """Read an archive with one matrix and, if there is one, one array of texts."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    matrices = [name for name, array in arrays.items() if array.ndim == 2]
    texts = [name for name, array in arrays.items() if array.ndim == 1 and array.dtype.kind == "U"]
    if len(matrices) != 1 or len(texts) > 1 or len(arrays) != len(matrices) + len(texts):
        raise BuildError(
            f"{path} holds the arrays {', '.join(arrays)}; it must hold one matrix (n, d) and, if"
            " you like, the names of the images as an array of text (n,)"
        )
    values = arrays[matrices[0]]
    names = arrays[texts[0]].tolist() if texts else None
    if names is not None and len(names) != len(values):
        raise BuildError(f"{path} has {len(names)} names for {len(values)} rows")
    return Vectors(values, names)


def _read_parquet(path: Path) -> Vectors:
    """Read a column of lists, or all columns of numbers; and the names."""
    with parquet.ParquetFile(path) as file:
        schema = {field.name: field.type for field in file.schema_arrow}
        lists = [name for name, kind in schema.items() if _is_list(kind)]
        floats = [name for name, kind in schema.items() if pa.types.is_floating(kind)]
        texts = [name for name, kind in schema.items() if _is_text(kind)]
        named = _name_column(path, file, texts, floats)
        index = [INDEX_COLUMN] if pa.types.is_integer(schema.get(INDEX_COLUMN, pa.null())) else []
        others = sorted(set(schema) - set(lists) - set(floats) - {named} - set(index))
        if len(lists) + bool(floats) != 1 or others:
            raise BuildError(
                f"{path} has the columns {', '.join(schema)}; it must have one of lists, or only"
                " columns of floats, and, if you like, one of text called path, file or name;"
                " leave out the others"
            )
        blocks = [
            _of_lists(batch.column(0)) if lists else np.column_stack([*map(_numbers, batch)])
            for batch in file.iter_batches(columns=lists or floats)
        ]
        names = file.read([named]).column(0).to_pylist() if named is not None else None
    if names is not None and not all(names):
        raise BuildError(f"{path}: column {named!r} has rows without a name")
    if len({block.shape[1] for block in blocks}) > 1:
        raise BuildError(f"{path}: the lists of column {lists[0]!r} are not all of one length")
    return Vectors(np.concatenate(blocks) if blocks else np.empty((0, 0)), names)


def _name_column(
    path: Path, file: parquet.ParquetFile, texts: list[str], floats: list[str]
) -> str | None:
    """Find the names by what the column is called; refuse what is no feature."""
    empty = file.schema_arrow.empty_table().select([*texts, *floats])
    head = TableFile(empty.to_pandas(ignore_metadata=True), {}, {}, [])
    found = find_columns(path, head, Columns())
    if found.ra is not None and found.ra in floats:
        raise BuildError(
            f"{path}: columns {found.ra!r} and {found.dec!r} are places on the sky; leave them out"
        )
    usual = [name for name in texts if name.lower() == "name" or name == INDEX_COLUMN]
    return found.path or next(iter(usual), None)


def _is_list(kind: pa.DataType) -> bool:
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    return bool(is_list or pa.types.is_fixed_size_list(kind))


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _numbers(column: pa.Array) -> NDArray[Any]:
    """Give a column as an array; what is missing becomes NaN."""
    array: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return array


def _of_lists(column: pa.Array) -> NDArray[Any]:
    lengths = pc.unique(pc.list_value_length(column)).to_pylist()
    if len(lengths) != 1 or lengths[0] is None:
        raise ValueError("its lists are not all of one length")
    return _numbers(column.flatten()).reshape(len(column), lengths[0])
