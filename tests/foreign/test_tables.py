"""Parquet files as pandas reads them, and those that are larger than they seem."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from pyarrow import parquet

from hubble_dash.errors import AtlasError
from hubble_dash.foreign.folder import Folder
from hubble_dash.foreign.tables import TEXT, TableBounds, check_columns, read_head, read_table


def written(folder: Path, table: pa.Table | pd.DataFrame) -> Folder:
    if isinstance(table, pd.DataFrame):
        table = pa.Table.from_pandas(table)
    parquet.write_table(table, folder / "t.parquet")
    return Folder(folder)


def test_a_table_is_read_as_pandas_reads_it(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "text": ["a", "b", None],
            "whole": pd.array([2**63 - 1, None, 1], dtype="Int64"),
            "float": [1.5, np.nan, np.inf],
            "class": pd.Categorical(["x", "y", "x"]),
            "time": pd.to_datetime(["2026-01-01", None, "2027-01-01"]),
            "several": [[1], [2, 3], []],
        }
    )
    found = read_table(written(tmp_path, table), "t.parquet", n_rows=3)
    pd.testing.assert_frame_equal(found, pd.read_parquet(tmp_path / "t.parquet"))
    assert found["whole"].iloc[0] == 2**63 - 1


def test_what_it_says_of_itself(tmp_path: Path) -> None:
    head = read_head(written(tmp_path, pd.DataFrame({"a": ["x"], "b": [1]})), "t.parquet")
    assert (head.n_rows, list(head.columns)) == (1, ["a", "b"])
    check_columns(tmp_path, head, {"a": TEXT})
    with pytest.raises(AtlasError, match="column b is of int64; allowed: text"):
        check_columns(tmp_path, head, {"b": TEXT})
    with pytest.raises(AtlasError, match="has no column c"):
        check_columns(tmp_path, head, {"c": TEXT})


def test_texts_that_repeat_themselves_do_not_fill_the_memory(tmp_path: Path) -> None:
    bounds = TableBounds(base_bytes=99_999, text_bytes_a_row=0)
    folder = written(tmp_path, pd.DataFrame({"a": ["x" * 1000] * 100}))
    assert (tmp_path / "t.parquet").stat().st_size < 10_000
    with pytest.raises(AtlasError, match="texts of 'a' take 100,000 bytes; allowed: 99,999"):
        read_table(folder, "t.parquet", n_rows=100, bounds=bounds)
    bounds = bounds._replace(base_bytes=100_000)
    assert len(read_table(folder, "t.parquet", n_rows=100, bounds=bounds)) == 100


def test_a_table_that_promises_too_much_is_not_read(tmp_path: Path) -> None:
    folder = written(tmp_path, pd.DataFrame({"a": np.arange(50_000.0)}))
    with pytest.raises(AtlasError, match=r"it would take .* bytes; allowed: 100,000"):
        read_table(folder, "t.parquet", n_rows=50_000, bounds=TableBounds(max_bytes=100_000))


def test_what_is_no_such_table_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path, pa.table([[1], [2]], names=["a", "a"]))
    with pytest.raises(AtlasError, match="two of its columns have the same name"):
        read_head(folder, "t.parquet")
    bad = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff"], pa.binary()).buffers())
    with pytest.raises(AtlasError, match=r"(?i)utf-?8"):
        read_table(written(tmp_path, pa.table([bad], names=["a"])), "t.parquet", n_rows=1)
    with pytest.raises(AtlasError, match="it has 1 rows; allowed: 2"):
        read_table(written(tmp_path, pa.table([[1]], names=["a"])), "t.parquet", n_rows=2)
    indexed = pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="b"))
    with pytest.raises(AtlasError, match="its columns are not those that it names"):
        read_table(written(tmp_path, indexed), "t.parquet", n_rows=1)
    (tmp_path / "t.parquet").write_bytes(b"PAR1" * 9)
    with pytest.raises(AtlasError, match=r"t\.parquet cannot be read as a table"):
        read_head(folder, "t.parquet")
