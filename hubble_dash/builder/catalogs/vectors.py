"""A file of vectors, one a row: NumPy's formats, Parquet and CSV, told apart by content."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import parquet

from hubble_dash.builder.bounds.failures import words
from hubble_dash.builder.bounds.promise import allowed_bytes
from hubble_dash.builder.catalogs.vector_columns import (
    VectorColumns,
    choose_columns,
    kind_of,
    kind_of_text,
)
from hubble_dash.builder.tables.parquet import check_metadata, check_size
from hubble_dash.builder.tables.read import read_table
from hubble_dash.errors import BuildError, CatalogError

__all__ = ["VectorColumns", "Vectors", "read_vectors"]


class Vectors(NamedTuple):
    """The content of a file.

    Attributes
    ----------
    values : (m, d) float array
        Memory-mapped, if it is a ``.npy`` file.
    names : list of str or None
        The path or file name of each row's image.
    notes : list of str
        What the user should know.
    """

    values: NDArray[np.floating[Any]]
    names: list[str] | None
    notes: Sequence[str] = ()


def read_vectors(path: Path, columns: VectorColumns | None = None) -> Vectors:
    """Read vectors; nothing in the file is executed.

    Parameters
    ----------
    path : Path
        The file: ``.npy``, ``.npz``, Parquet, or a text such as CSV.
    columns : VectorColumns, optional
        Of Parquet and texts: what the user says of them.

    Returns
    -------
    Vectors
        With at least one row and column.

    Raises
    ------
    BuildError
        If the file is missing, damaged, of another format, or holds no matrix of floats.
    """
    columns = columns or VectorColumns()
    try:
        with path.open("rb") as file:
            start = file.read(6)
        if start.startswith((b"\x93NUMPY", b"PK\x03\x04")) and any(columns):
            raise BuildError(
                f"{path} has no columns with names; leave out --name-column and the like"
            )
        if start == b"\x93NUMPY":
            found = Vectors(np.load(path, mmap_mode="r", allow_pickle=False), None)
        elif start[:4] == b"PK\x03\x04":
            found = _read_npz(path)
        elif start[:4] == b"PAR1":
            found = _read_parquet(path, columns)
        elif start:
            found = _read_text(path, columns)
        else:
            raise BuildError(f"{path} is neither .npy nor .npz nor Parquet nor CSV: it is empty")
    except FileNotFoundError:
        raise BuildError(f"{path}: there is no such file") from None
    except CatalogError as err:
        raise BuildError(f"{err}; vectors can be .npy, .npz, Parquet or CSV") from None
    except BuildError:
        raise
    except Exception as err:
        raise BuildError(f"{path} cannot be read: {words(err)}") from err
    values = found.values
    if values.ndim != 2 or values.dtype.kind != "f" or 0 in values.shape:
        raise BuildError(
            f"{path} holds {values.dtype} of shape {values.shape}; it must hold floats, a row for"
            " each cutout: (n, d)"
        )
    return found


def _read_npz(path: Path) -> Vectors:
    """Read an archive with one matrix and, if there is one, one array of texts."""
    with zipfile.ZipFile(path) as packed:
        n_bytes, n_file = sum(one.file_size for one in packed.infolist()), path.stat().st_size
    if n_bytes > allowed_bytes(n_file):
        raise BuildError(
            f"{path} promises {n_bytes / 1e6:,.0f} MB in {n_file:,} bytes; save it as .npy, which"
            " is read row by row"
        )
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


def _read_parquet(path: Path, columns: VectorColumns) -> Vectors:
    """Read a column of lists, or all columns of numbers; and the names."""
    check_metadata(str(path), path)
    with parquet.ParquetFile(path) as file:
        check_size(str(path), file.metadata, path.stat().st_size)
        kinds = {field.name: kind_of(field.type) for field in file.schema_arrow}
        chosen = choose_columns(path, kinds, columns)
        are_lists = kinds[chosen.features[0]] == "list"
        blocks = [
            _of_lists(batch.column(0)) if are_lists else np.column_stack([*map(_floats, batch)])
            for batch in file.iter_batches(columns=chosen.features)
        ]
        named = chosen.name
        names = None if named is None else file.read([named]).column(0).to_pylist()
    if len({block.shape[1] for block in blocks}) > 1:
        raise BuildError(
            f"{path}: the lists of column {chosen.features[0]!r} are not all of one length"
        )
    values = np.concatenate(blocks) if blocks else np.empty((0, 0))
    return Vectors(values, _checked(path, named, names), chosen.notes)


def _read_text(path: Path, columns: VectorColumns) -> Vectors:
    as_text = [] if columns.name is None else [columns.name]
    data = read_table(path, as_text=as_text).data
    kinds = {name: kind_of_text(data[name]) for name in data.columns}
    chosen = choose_columns(path, kinds, columns)
    named = chosen.name
    names = None if named is None else data[named].astype(object).where(data[named].notna(), None)
    values = data[chosen.features].to_numpy(float, na_value=np.nan)
    listed = None if names is None else names.tolist()
    return Vectors(values, _checked(path, named, listed), chosen.notes)


def _checked(path: Path, column: str | None, names: list[Any] | None) -> list[str] | None:
    """Give names as texts; refuse rows without one."""
    if names is None:
        return None
    if any(name is None or name == "" for name in names):
        raise BuildError(f"{path}: column {column!r} has rows without a name")
    return [str(name) for name in names]


def _numbers(column: pa.Array) -> NDArray[Any]:
    """Give a column as an array; what is missing becomes NaN."""
    array: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return array


def _floats(column: pa.Array) -> NDArray[Any]:
    array = _numbers(column)
    return array if array.dtype.kind == "f" else array.astype(float)


def _of_lists(column: pa.Array) -> NDArray[Any]:
    lengths = pc.unique(pc.list_value_length(column)).to_pylist()
    if len(lengths) != 1 or lengths[0] is None:
        raise ValueError("its lists are not all of one length")
    return _numbers(column.flatten()).reshape(len(column), lengths[0])
