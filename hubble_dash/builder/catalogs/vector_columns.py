"""Which columns of a file of vectors are features, and which one names the images."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]

from hubble_dash.builder.catalogs.columns import Columns, find_columns
from hubble_dash.builder.tables.astropy_tables import TableFile
from hubble_dash.errors import BuildError

__all__ = ["Chosen", "Kind", "VectorColumns", "choose_columns", "kind_of", "kind_of_text"]

# Columns in which pandas keeps an index without a name: of Parquet, and of CSV as it is read here
# and as pandas reads it.
_INDEX_COLUMNS = ("__index_level_0__", "column 1", "Unnamed: 0")
# What columns that name images are called, beside those of a catalogue's paths; the first wins.
_NAMES = (
    *("name", *_INDEX_COLUMNS, "idstr", "objectid", "objid", "sourceid", "targetid", "sdssid"),
    *("dr7objid", "dr8objid", "iauname", "designation", "assetid", "subjectid", "imageid", "id"),
)
# Columns that other tools put beside the features, and that are none; the last ones say in which
# file of a catalogue in the HATS format a row stands.
_NO_FEATURES = (
    *("label", "labels", "class", "target", "targets", "split", "fold", "index"),
    *("healpix29", "hipscatindex", "norder", "npix", "dir"),
)

Kind: TypeAlias = Literal["list", "float", "whole", "text", "other"]


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


class Chosen(NamedTuple):
    """What the columns of a file are.

    Attributes
    ----------
    features : list of str
        One column of lists, or columns of floats in the order of the file.
    name : str or None
        That which names the image of each row.
    left_out : list of str
        Those that are neither.
    """

    features: list[str]
    name: str | None
    left_out: list[str]

    @property
    def notes(self) -> list[str]:
        """What the user should know."""
        listed = ", ".join(self.left_out)
        return [f"Columns of the vectors' file that are no features: {listed}."] if listed else []


def choose_columns(path: Path, kinds: Mapping[str, Kind], columns: VectorColumns) -> Chosen:
    """Settle which columns are features and names; refuse those of which nobody can know.

    Parameters
    ----------
    path : Path
        The file, for messages.
    kinds : mapping of str
        What each of its columns holds.
    columns : VectorColumns
        What the user says of them.

    Raises
    ------
    BuildError
        If the user names a column that is not there, or it is not clear which are features.
    """
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
    return Chosen(lists or in_order, named, left_out + known)


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


def kind_of(kind: pa.DataType) -> Kind:
    """Say what a column of Parquet holds.

    Parameters
    ----------
    kind : pyarrow.DataType
        Its type.
    """
    if _is_list(kind):
        return "list"
    if pa.types.is_floating(kind):
        return "float"
    if pa.types.is_integer(kind):
        return "whole"
    return "text" if _is_text(kind) else "other"


def kind_of_text(column: pd.Series) -> Kind:
    """Say what a column of a text holds.

    Parameters
    ----------
    column : pandas.Series
        It, as `hubble_dash.builder.tables.read.read_table` gives it.
    """
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
