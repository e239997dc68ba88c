"""Which row of the user's own vectors belongs to which cutout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from helpers.precomputed import as_columns, save, save_several, vectors

import hubble_dash as hd
from hubble_dash.builder.catalogs.precomputed import PrecomputedRows, PrecomputedVectors
from hubble_dash.builder.catalogs.vectors import VectorColumns
from hubble_dash.errors import BuildError

WHOLE, WINDOWS = hd.WholeImage(), hd.SlidingWindow(size=20, step=20)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (np.arange(6).reshape(2, 3), r"holds int64 of shape \(2, 3\); it must hold floats"),
        (np.ones(6), r"shape \(6,\)"),
        (np.ones((0, 6)), r"shape \(0, 6\)"),
        (np.array([{}]), "cannot be read: .*Python objects"),
        (np.array([[1.0, 2], [np.nan, 1], [np.inf, 0], [0, 0]]), r"3 rows are .*\(rows 1, 2, 3\)"),
        (pd.DataFrame({"f": [1.0], "g": [2]}), "columns f, g; it must have"),
        (pd.DataFrame({"f": [1.0], "note": ["x"]}), "columns f, note"),
        (pd.DataFrame({"f": [1.0], "v": [[1.0, 2]]}), "columns f, v"),
        (pd.DataFrame({"RA": [1.0], "Dec": [2.0], "f": [1.0]}), "'RA' and 'Dec' are places"),
        (pd.DataFrame({"v": [[1.0, 2], [1.0]]}), "not all of one length"),
        (pd.DataFrame({"v": [[1.0, 2], None]}), "not all of one length"),
        (pd.DataFrame({"f": [1.0, None]}), r"1 rows are zero or not finite \(rows 1\)"),
        (pd.DataFrame({"f": [1.0, 2], "name": ["a", None]}), "rows without a name"),
        ({"a": np.ones((2, 2)), "b": np.ones((2, 2))}, "arrays a, b; it must hold one matrix"),
        ({"a": np.ones((2, 2)), "b": np.array(["x"])}, "1 names for 2 rows"),
        (b"", "neither .npy nor .npz nor Parquet"),
        (b"PAR1 but no more", "cannot be read"),
        (b"\x93NUMPY", "cannot be read"),
        (b"PK\x03\x04 no", "cannot be read"),
        (None, "there is no such file"),
    ],
)
def test_files_that_are_of_no_use(tmp_path: Path, content: Any, text: str) -> None:
    path = tmp_path / "v"
    match content:
        case np.ndarray():
            save(path, content)
        case pd.DataFrame():
            content.to_parquet(path)
        case dict():
            save_several(path, **content)
        case bytes():
            path.write_bytes(content)
    with pytest.raises(BuildError, match=text):
        PrecomputedVectors(path, "fingerprints")


def test_a_map_has_two_columns_and_may_touch_the_origin(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="has 7 columns; positions have x and y"):
        PrecomputedVectors(save(tmp_path / "v.npy", vectors(3)), "positions")
    assert len(PrecomputedVectors(save(tmp_path / "p.npy", np.zeros((3, 2))), "positions")) == 3


@pytest.mark.parametrize("rows_a_block", [1, 3, 100])
def test_rows_are_looked_at_block_by_block(tmp_path: Path, rows_a_block: int) -> None:
    own = vectors(8)
    path = save(tmp_path / "v.npy", own)
    found = PrecomputedVectors(path, "fingerprints", rows_a_block=rows_a_block)
    assert found.largest == abs(own).max()
    own[[2, 6]] = 0
    with pytest.raises(BuildError, match=r"2 rows are zero or not finite \(rows 2, 6\)"):
        PrecomputedVectors(save(path, own), "fingerprints", rows_a_block=rows_a_block)


def rows_of(n: int, folder: Path, settings: Any, files: list[Path]) -> PrecomputedRows:
    path = save(folder / "v.npy", vectors(n))
    return PrecomputedRows(PrecomputedVectors(path, "fingerprints"), settings, files, None)


NONE = np.full(2, -1)


def test_windows_take_rows_in_order(tmp_path: Path) -> None:
    files = [tmp_path / "a.png", tmp_path / "b.png"]
    rows = rows_of(5, tmp_path, WINDOWS, files)
    assert rows.matched == "order"
    assert rows.rows_of(files[0], 0, NONE) == [0, 1]
    assert rows.n_cut == 2
    assert rows.rows_of(files[1], 1, NONE) == [2, 3]
    with pytest.raises(BuildError, match="has 5 rows, and there are 4 cutouts"):
        rows.finish()


def test_whole_images_keep_the_rows_of_files_that_cannot_be_read(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.png" for name in "abc"]
    rows = rows_of(3, tmp_path, WHOLE, files)
    assert [rows.rows_of(files[i], i, NONE[:1]) for i in (0, 2)] == [[0], [2]]
    assert rows.finish() == []
    with pytest.raises(BuildError, match="has 4 rows, and there are 3 images"):
        rows_of(4, tmp_path, WHOLE, files)


def test_what_was_taken_is_taken_again(tmp_path: Path) -> None:
    """After an interruption, as before it."""
    as_columns(tmp_path / "v", vectors(4), ["a.png", "a.png", "b.png", "b.png"])
    files = [tmp_path / "a.png", tmp_path / "b.png"]
    found = PrecomputedVectors(tmp_path / "v", "fingerprints")
    rows = PrecomputedRows(found, WINDOWS, files, None)
    for row in rows.rows_of(files[0], 0, NONE):
        rows.take(row)
    again = PrecomputedRows(found, WINDOWS, files, None)
    again.restore(np.array([0, 1]), 2)
    for one in (rows, again):
        assert (one.matched, one.n_cut) == ("name", 2)
        with pytest.raises(BuildError, match=r"row 1 of .* fits several cutouts"):
            one.take(1)
        assert one.rows_of(files[1], 1, NONE) == [2, 3]


def test_rows_that_name_none_of_the_images_are_refused(tmp_path: Path) -> None:
    as_columns(tmp_path / "v", vectors(3), ["7", "8", "9"])
    found = PrecomputedVectors(tmp_path / "v", "fingerprints")
    files = [tmp_path / f"gal_{i}.png" for i in range(3)]
    told = r"no row means any of the 3 images: its rows name '7', '8', '9', .*--leave-out-column"
    with pytest.raises(BuildError, match=told):
        PrecomputedRows(found, WHOLE, files, None)
    columns = VectorColumns(None, ["path"])
    in_order = PrecomputedVectors(tmp_path / "v", "fingerprints", columns=columns)
    assert PrecomputedRows(in_order, WHOLE, files, None).matched == "order"
