"""Tables are joined column by column, whatever kinds both sides have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hubble_dash.builder.growing.tables import Added, join_tables


def joined(folder: Path, old: Any, new: Any, added: Added | None = None) -> pd.DataFrame:
    for name, columns in (("old", old), ("new", new)):
        pd.DataFrame(columns).to_parquet(folder / f"{name}.parquet")
    join_tables(folder / "old.parquet", folder / "new.parquet", added)
    return pd.read_parquet(folder / "new.parquet")


LONG = 2**60 + 1


@pytest.mark.parametrize(
    ("old", "new", "both", "kind"),
    [
        ([1, 2], [3], [1, 2, 3], "int64"),
        ([1, 2], [0.5], [1, 2, 0.5], "float64"),
        ([LONG], [0.5], [str(LONG), "0.5"], "str"),
        ([1], ["a"], ["1", "a"], "str"),
        ([True], [False], [True, False], "bool"),
        ([True], ["no"], ["True", "no"], "str"),
        ([True], [2], ["True", "2"], "str"),
        (["a", None], ["b"], ["a", None, "b"], "str"),
        (pd.array([1, None], "Int64"), [3], [1, None, 3], "Int64"),
        (
            pd.Categorical(["x", "y"]),
            pd.Categorical([f"w{i}" for i in range(200)]),
            ["x", "y", *(f"w{i}" for i in range(200))],
            "category",
        ),
        (pd.to_datetime(["2026-01-01"]), pd.to_datetime(["2027-01-01"]), None, "datetime64[ns]"),
    ],
)
def test_a_kind_holds_the_values_of_both(
    tmp_path: Path, old: Any, new: Any, both: list[object] | None, kind: str
) -> None:
    column = joined(tmp_path, {"a": old}, {"a": new})["a"]
    if both is not None:
        assert [None if pd.isna(one) else one for one in column] == both
    found = str(column.dtype)
    assert found.startswith("datetime64") if kind.startswith("datetime") else found == kind


def test_what_one_side_lacks_is_missing_there(tmp_path: Path) -> None:
    old = {"n": [1, 2], "flag": [True, False], "text": ["a", "b"]}
    table = joined(tmp_path, old, {"new": [7], "real": [0.5]})
    assert list(table) == ["n", "flag", "text", "new", "real"]
    assert str(table["n"].dtype) == str(table["new"].dtype) == "Int64"
    assert str(table["flag"].dtype) == "boolean"
    assert table.isna().to_numpy().sum() == 3 + 2 * 2


def test_a_column_is_filled_in_once(tmp_path: Path) -> None:
    first = joined(tmp_path, {"a": [1]}, {"a": [2]}, Added("added", "2025", "2026"))
    assert list(first["added"]) == ["2025", "2026"]
    again = joined(tmp_path, first, {"a": [3]}, Added("added", "2025", "2027"))
    assert list(again["added"]) == ["2025", "2026", "2027"]
    unknown = joined(tmp_path, {"a": [1]}, {"a": [2]}, Added("added", None, "2026"))
    assert list(unknown["added"].isna()) == [True, False]
