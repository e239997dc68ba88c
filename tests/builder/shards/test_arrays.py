"""Arrays of the atlas on the disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from hubble_dash.builder.shards.arrays import map_new, save_array
from hubble_dash.disk.space import NoSpaceError


def test_a_mapped_array_has_its_room_and_is_what_numpy_would_write(tmp_path: Path) -> None:
    path, shape = tmp_path / "neighbors.npy", (3000, 70)
    array = map_new(path, shape)
    # Else a full disk would end the process where the array is written to.
    assert path.stat().st_blocks * 512 >= array.nbytes
    array[:] = np.arange(210_000, dtype=np.int32).reshape(shape)
    array.flush()
    np.save(tmp_path / "plain.npy", np.asarray(array))
    assert path.read_bytes() == (tmp_path / "plain.npy").read_bytes()
    assert map_new(path, (0, 70)).shape == (0, 70)
    assert np.load(path).shape == (0, 70)


def test_a_disk_without_room_keeps_no_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(NoSpaceError, match=r"is full, .*; similarities.npy takes 0\.8 MB"):
        map_new(tmp_path / "similarities.npy", (3000, 70))
    assert list(tmp_path.iterdir()) == []


def test_a_small_array_is_what_numpy_would_write(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.float32).reshape(3, 2)
    save_array(tmp_path / "positions.npy", array)
    np.save(tmp_path / "plain.npy", array)
    assert (tmp_path / "positions.npy").read_bytes() == (tmp_path / "plain.npy").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"positions.npy", "plain.npy"}
