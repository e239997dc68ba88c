"""How files of vectors are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers.precomputed import as_columns, as_index, as_lists, as_npz, save, vectors

from hubble_dash.builder.catalogs.vectors import read_vectors


@pytest.mark.parametrize("names", [None, ["b.png", "a.png", "c.png"]], ids=["order", "names"])
@pytest.mark.parametrize("write", [as_lists, as_columns, as_index, as_npz])
def test_files_are_told_apart_by_content(
    tmp_path: Path, write: Callable[..., None], names: list[str] | None
) -> None:
    values = vectors(3, 12)
    write(tmp_path / "v.data", values, names)
    found = read_vectors(tmp_path / "v.data")
    np.testing.assert_array_equal(found.values, values)
    assert found.names == names


def test_npy_is_mapped(tmp_path: Path) -> None:
    found = read_vectors(save(tmp_path / "v.npy", vectors(5).astype(">f8")))
    assert isinstance(found.values, np.memmap)
