"""NumPy files that are what was promised, and those that lie."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hubble_dash.errors import AtlasError
from hubble_dash.foreign.arrays import check_array, read_array
from hubble_dash.foreign.folder import Folder

FLOAT = np.dtype(np.float32)


def saved(folder: Path, array: Any, **options: Any) -> Folder:
    np.save(folder / "a.npy", array, **options)
    return Folder(folder)


@pytest.mark.parametrize("shape", [(3, 2), (2000, 2), (1, 0)])
def test_an_array_is_read_or_mapped(tmp_path: Path, shape: tuple[int, int]) -> None:
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    for written in (array, array.astype(">f4")):
        folder = saved(tmp_path, written)
        found = read_array(folder, "a.npy", dtype=FLOAT, shape=shape)
        np.testing.assert_array_equal(found, array)
        assert isinstance(found, np.memmap) == (found.nbytes > 4096)
        assert not found.flags.writeable


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((3, 2), np.float64), "holds float64; allowed: float32"),
        (np.zeros((2, 3), np.float32), r"has shape \(2, 3\); allowed: \(3, 2\)"),
        (np.zeros((2, 3), np.float32).T, "Fortran order"),
        (np.zeros(3, [("a", "f4"), ("b", "f4")]), "holds"),
    ],
)
def test_another_array_is_refused(tmp_path: Path, array: Any, said: str) -> None:
    with pytest.raises(AtlasError, match=said):
        check_array(saved(tmp_path, array), "a.npy", dtype=FLOAT, shape=(3, 2))


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    folder = saved(tmp_path, np.array([{}] * 3, object), allow_pickle=True)
    with pytest.raises(AtlasError, match="holds object; allowed: float32"):
        read_array(folder, "a.npy", dtype=FLOAT, shape=(3,))


@pytest.mark.parametrize("change", ["cut", "longer", "header", "magic", "empty", "version"])
def test_a_file_that_lies_is_refused(tmp_path: Path, change: str) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros((3000, 2), np.float32))
    data = buffer.getvalue()
    changed = {
        "cut": data[:-1],
        "longer": data + b"1",
        "header": data[:10] + b"{'descr': open('/etc/passwd')}".ljust(118) + data[128:],
        "magic": b"PK" + data[2:],
        "empty": b"",
        "version": data[:6] + b"\x07" + data[7:],
    }[change]
    (tmp_path / "a.npy").write_bytes(changed)
    with pytest.raises(AtlasError, match=r"a\.npy"):
        read_array(Folder(tmp_path), "a.npy", dtype=FLOAT, shape=(3000, 2))
