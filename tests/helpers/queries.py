"""Columns by name for queries, out of plain lists; and the table of cases that Node runs, too."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hubble_dash.query.columns import Column, Role, column_of

__all__ = ["COLUMNS", "TABLE", "ListedColumns", "series_of"]

TABLE = json.loads((Path(__file__).parents[1] / "query_cases.json").read_text(encoding="utf-8"))


class ListedColumns:
    """Columns as `evaluate` takes them."""

    def __init__(self, columns: Mapping[str, pd.Series[Any]], roles: Mapping[str, Role]) -> None:
        self.names = dict(roles)
        self._columns = {name: column_of(values) for name, values in columns.items()}

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())).values)

    def get(self, name: str) -> Column:
        """Give a column."""
        return self._columns[name]


def series_of(kind: str, values: Sequence[Any]) -> pd.Series[Any]:
    """Make a column as pandas reads it from a table; None is missing."""
    if kind in ("text", "date"):
        return pd.Series(values, dtype=object)
    if kind == "flag":
        return pd.Series(pd.array(values, "boolean"))
    if kind == "int64":
        return pd.Series(pd.array([None if v is None else int(v) for v in values], "Int64"))
    numbers = [np.nan if value is None else float(value) for value in values]
    return pd.Series(np.array(numbers).astype(kind))


COLUMNS = ListedColumns(
    {one["name"]: series_of(one["kind"], one["values"]) for one in TABLE["columns"]},
    {one["name"]: one["role"] for one in TABLE["columns"]},
)
