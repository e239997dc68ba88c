"""A table's columns -> what a query compares: numbers, dates, texts or truths; found by name."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.query.dates import milliseconds
from hubble_dash.query.errors import QueryError
from hubble_dash.query.lexer import written
from hubble_dash.query.tree import Name

__all__ = [
    "Column",
    "ColumnKind",
    "Columns",
    "Role",
    "column_of",
    "find_name",
    "folded",
]

ColumnKind = Literal["number", "date", "text", "flag"]
# The user's own, what an atlas has besides, and labels, which stand for their scores.
Role = Literal["own", "built-in", "label"]
# Names that are suggested, and columns that are listed.
SUGGESTED, LISTED = 3, 8


@dataclass(frozen=True)
class Column:
    """A column of n values.

    Parameters
    ----------
    kind : {"number", "date", "text", "flag"}
        What `values` are.
    values : (n,) array
        Numbers of any kind; milliseconds since 1970, UTC, as float64; codes into `texts`; 0 or 1.
        Where a value is missing it means nothing.
    missing : (n,) bool array
        Where nothing is known.
    texts : tuple of str
        Of texts; not necessarily distinct.
    """

    kind: ColumnKind
    values: NDArray[Any]
    missing: NDArray[np.bool_]
    texts: tuple[str, ...] = ()

    def where(self, test: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Ask each text once.

        Parameters
        ----------
        test : callable
            Says of a text yes or no.

        Returns
        -------
        (n,) bool array
            False where the text is missing.
        """
        # What is missing takes the last place.
        hits = np.array([*map(test, self.texts), False])
        return np.asarray(hits[self.values] & ~self.missing)


class Columns(Protocol):
    """What a query is asked of: the atlas has one."""

    @property
    def names(self) -> Mapping[str, Role]:
        """All columns by name, with their roles."""

    def __len__(self) -> int:
        """Give the number of rows."""

    def get(self, name: str) -> Column:
        """Give one of them.

        Parameters
        ----------
        name : str
            One of those that there are.
        """


def column_of(values: pd.Series[Any]) -> Column:
    """Take a column as what it is.

    Parameters
    ----------
    values : (n,) pandas.Series
        Texts that are all dates to the day, or finer, are dates; what is neither number, date nor
        truth is a text; an empty text is missing.

    Returns
    -------
    Column
        Its numbers are of the kind that they were, but for half precision, which becomes single.
    """
    missing = values.isna().to_numpy(dtype=bool)
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind == "boolean":
        return Column("flag", values.where(~missing, False).to_numpy(dtype=np.int8), missing)
    if pd.api.types.is_datetime64_any_dtype(values):
        nanoseconds = pd.DatetimeIndex(values).as_unit("ns").asi8
        return Column("date", nanoseconds / 1e6, missing)
    if pd.api.types.is_numeric_dtype(values):
        return Column("number", _numbers(values), missing)
    codes, texts = pd.factorize(values.astype(object).map(str, na_action="ignore"))
    return _texts(codes, [str(text) for text in texts])


def _texts(codes: NDArray[Any], texts: list[str]) -> Column:
    """Make a column of texts, or of dates where all of them are such."""
    # What is missing takes the last place.
    blank = np.array([not text.strip() for text in texts] + [True])
    missing = blank[codes]
    days = milliseconds(text for text in texts if text.strip())
    if days is None:
        return Column("text", codes, missing, tuple(texts))
    begins = np.full(len(blank), np.nan)
    begins[~blank] = days
    return Column("date", begins[codes], missing)


def folded(text: str) -> str:
    """Give a text without what is upper case in it, accents in one form.

    Parameters
    ----------
    text : str
        The text.
    """
    return unicodedata.normalize("NFC", text).lower()


def find_name(name: Name, names: Mapping[str, Role], text: str) -> str:
    """Find a column: exactly, else in any case where only one is called so.

    Parameters
    ----------
    name : Name
        As the query has it.
    names : mapping of str to Role
        All columns.
    text : str
        The query.

    Returns
    -------
    str
        The column's own name.

    Raises
    ------
    QueryError
        If there is none, with the nearest ones; or several.
    """
    if name.name in names:
        return name.name
    wanted = folded(name.name)
    alike = [other for other in names if folded(other) == wanted]
    if len(alike) == 1:
        return alike[0]
    if alike:
        message = f"{_joined(alike)} differ only in case; write one of them as it is"
    else:
        message = _unknown(name.name, names)
    raise QueryError(message, text, name.at, name.length)


def _numbers(values: pd.Series[Any]) -> NDArray[Any]:
    """Give numbers in their own kind, also where that knows missing ones."""
    kind = values.to_numpy().dtype if isinstance(values.dtype, np.dtype) else _plain_kind(values)
    if kind.kind == "f":
        kind = np.dtype(np.float32) if kind.itemsize < 4 else kind
        return values.to_numpy(dtype=kind, na_value=np.nan)
    return values.to_numpy(dtype=kind, na_value=0)


def _plain_kind(values: pd.Series[Any]) -> np.dtype[Any]:
    """Give NumPy's kind of a column of pandas' own kinds."""
    return np.dtype(getattr(values.dtype, "numpy_dtype", np.float64))


def _unknown(name: str, names: Mapping[str, Role]) -> str:
    said = f"there is no column {written(name)}"
    if near := _nearest(folded(name), names):
        return f"{said}; did you mean {_joined(near)}?"
    columns = [other for other, role in names.items() if role != "label"]
    more = ", ..." if len(columns) > LISTED else ""
    return f"{said} (a text stands in quotes); there are {_listed(columns[:LISTED])}{more}"


def _nearest(wanted: str, names: Mapping[str, Role]) -> list[str]:
    """Give the names that a few letters turn into this one, or that it is a part of."""
    most = max(1, len(wanted) // 3)
    found: list[tuple[int, str]] = []
    for name in names:
        other = folded(name)
        if len(wanted) > 2 and wanted in other:
            found.append((most, name))
        elif abs(len(other) - len(wanted)) <= most and (n := _edits(wanted, other)) <= most:
            found.append((n, name))
    return [name for _, name in sorted(found)[:SUGGESTED]]


def _edits(one: str, other: str) -> int:
    """Count the letters to put in, take out or change (Levenshtein's distance)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, sign in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != sign))
    return row[-1]


def _listed(names: list[str]) -> str:
    return ", ".join(map(written, names))


def _joined(names: list[str]) -> str:
    *most, last = map(written, names)
    return f"{', '.join(most)} or {last}" if most else last
