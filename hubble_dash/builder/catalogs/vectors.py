"""A file of vectors, one a row: NumPy's formats, Parquet and CSV, told apart by content."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import parquet

from hubble_dash.builder.bounds.failures import words
from hubble_dash.builder.bounds.promise import allowed_bytes
from hubble_dash.builder.catalogs.columns import Columns, find_columns
from hubble_dash.builder.tables.astropy_tables import TableFile
from hubble_dash.builder.tables.parquet import check_metadata, check_size
from hubble_dash.builder.tables.read import read_table
from hubble_dash.errors import BuildError, CatalogError

__all__ = ["VectorColumns", "Vectors", "read_vectors"]

# Columns in which pandas keeps an index without a name: of Parquet, and of CSV as it is read here
# and as pandas reads it.
_INDEX_COLUMNS = ("__index_level_0__", "column 1", "Unnamed: 0")
# What columns that name images are called, beside those of a catalogue's paths; the first wins.
_NAMES = ("name", *_INDEX_COLUMNS, "idstr", "objectid", "objid", "sourceid", "iauname", "id")
# Columns that other tools put beside the features, and that are none.
_NO_FEATURES = ("label", "labels", "class", "target", "targets", "split", "fold", "index")

Kind = Literal["list", "float", "whole", "text", "other"]


class VectorColumns(NamedTuple):
    """What the user says of a file's columns.

    Attributes
    ----------
    name : str or None
        That which names the image of each row.
    leave_out : sequence of str
        Those that are neither that nor features.
    """

    name: str | None = None
    leave_out: Sequence[str] = ()


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


class _Choice(NamedTuple):
    """Which columns hold the features, and which the names; and which are left out."""

    features: list[str]
    name: str | None
    left_out: list[str]

    @property
    def notes(self) -> list[str]:
        listed = ", ".join(self.left_out)
        return [f"Columns of the vectors' file that are no features: {listed}."] if listed else []


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
        kinds = {field.name: _kind(field.type) for field in file.schema_arrow}
        chosen = _choose(path, kinds, columns)
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
    kinds = {name: _kind_of_text(data[name]) for name in data.columns}
    chosen = _choose(path, kinds, columns)
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


def _choose(path: Path, kinds: Mapping[str, Kind], columns: VectorColumns) -> _Choice:
    """Settle which columns are features and names; refuse those of which nobody can know."""
    for name in (*columns.leave_out, *([] if columns.name is None else [columns.name])):
        if name not in kinds:
            raise BuildError(f"{path} has no column {name!r}; there are: {', '.join(kinds)}")
    left_out = [name for name in kinds if name in columns.leave_out]
    rest = {name: kind for name, kind in kinds.items() if name not in left_out}
    named = columns.name or _usual_name(path, rest)
    lists, floats = (
        [n for n, k in rest.items() if k == kind and n != named] for kind in ("list", "float")
    )
    floats += [n for n, k in rest.items() if k == "whole" and n != named and _is_of(n, floats)]
    others = [name for name in rest if name not in (*lists, *floats, named)]
    known = [name for name in others if _plain(name) in _NO_FEATURES or name in _INDEX_COLUMNS]
    if len(lists) + bool(floats) != 1 or len(others) > len(known):
        raise BuildError(
            f"{path} has the columns {', '.join(rest)}; it must have one of lists, or only"
            " columns of floats, and, if you like, one that names the images: path, file, name,"
            " id_str or object_id, or say --name-column; leave out the others with"
            " --leave-out-column"
        )
    in_order = [name for name in rest if name in floats]
    return _Choice(lists or in_order, named, left_out + known)


def _usual_name(path: Path, kinds: Mapping[str, Kind]) -> str | None:
    """Find the names by what the column is called; refuse what is no feature."""
    texts = [name for name, kind in kinds.items() if kind == "text"]
    floats = [name for name, kind in kinds.items() if kind == "float"]
    empty = pd.DataFrame(
        {name: pd.Series(dtype=str if name in texts else float) for name in [*texts, *floats]}
    )
    found = find_columns(path, TableFile(empty, {}, {}, []), Columns())
    if found.ra is not None and found.ra in floats and "list" not in kinds.values():
        raise BuildError(
            f"{path}: columns {found.ra!r} and {found.dec!r} are places on the sky; leave them out:"
            f" --leave-out-column {found.ra} --leave-out-column {found.dec}"
        )
    if found.path is not None:
        return found.path
    # Whole numbers name images as identifiers do, but not as an index that pandas kept.
    able = [
        *texts,
        *(name for name, kind in kinds.items() if kind == "whole" and name not in _INDEX_COLUMNS),
    ]
    usual = {_plain(name): name for name in reversed(able)}
    return next((usual[_plain(name)] for name in _NAMES if _plain(name) in usual), None)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _is_of(name: str, floats: Sequence[str]) -> bool:
    """Say whether a column is one of a numbered family of floats, which happens to be whole."""
    family = re.sub(r"\d+$", "", name)
    return family != name and any(re.sub(r"\d+$", "", other) == family for other in floats)


def _kind(kind: pa.DataType) -> Kind:
    if _is_list(kind):
        return "list"
    if pa.types.is_floating(kind):
        return "float"
    if pa.types.is_integer(kind):
        return "whole"
    return "text" if _is_text(kind) else "other"


def _kind_of_text(column: pd.Series) -> Kind:
    if pd.api.types.is_bool_dtype(column):
        return "other"
    if pd.api.types.is_float_dtype(column):
        return "float"
    return "whole" if pd.api.types.is_integer_dtype(column) else "text"


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


def _floats(column: pa.Array) -> NDArray[Any]:
    array = _numbers(column)
    return array if array.dtype.kind == "f" else array.astype(float)


def _of_lists(column: pa.Array) -> NDArray[Any]:
    lengths = pc.unique(pc.list_value_length(column)).to_pylist()
    if len(lengths) != 1 or lengths[0] is None:
        raise ValueError("its lists are not all of one length")
    return _numbers(column.flatten()).reshape(len(column), lengths[0])
