"""An atlas without some of its images: rows, counts and neighbours of those that stay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.growing import Growing

from hubble_dash.atlas.atlas import Atlas, Neighbors
from hubble_dash.builder.neighbors.search import find_neighbors
from hubble_dash.builder.updating.kept import Kept
from hubble_dash.builder.updating.nearest import nearest_of_kept


@pytest.fixture
def grown(tmp_path: Path) -> Atlas:
    growing = Growing(tmp_path, 14)
    growing.build(6)
    growing.add(6, 10)
    return growing.add(10, 14)


def test_what_came_when_is_counted_anew(grown: Atlas) -> None:
    stays = np.array([i not in (2, 6, 7, 13) for i in range(14)])
    said = Kept(grown, stays).manifest()
    assert (said["n_images"], said["n_cutouts"]) == (10, 10)
    assert [(one["n_images"], one["n_cutouts"]) for one in said["additions"]] == [(2, 2), (3, 3)]


def test_rows_sheets_and_previews_move_up(grown: Atlas, tmp_path: Path) -> None:
    stays = np.array([i not in (9, 11) for i in range(14)])
    folder = tmp_path / "kept"
    folder.mkdir()
    files = Kept(grown, stays).write(folder)
    assert all((folder / name).is_file() for name in files)
    assert np.array_equal(np.load(folder / "fingerprints.npy"), grown.fingerprints[stays])
    # Four thumbnails a sheet: the first two are as they were, and share the disk.
    assert [
        (folder / name).samefile(grown.path / name) for name in sorted(files) if "sheets/" in name
    ] == [True, True, False]
    of_last = grown.path / "previews" / grown.images["preview"].iloc[13]
    last = sorted(name for name in files if "previews/" in name)[11]
    assert (folder / last).samefile(of_last)


@pytest.mark.parametrize("k", [3, 6])
def test_neighbours_of_those_that_stay_are_as_searched(k: int) -> None:
    fingerprints = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float16)
    old, rows = find_neighbors(fingerprints, k=4), np.flatnonzero(np.arange(60) % 7)
    out = Neighbors(np.empty((len(rows), k), np.int32), np.empty((len(rows), k), np.float32))
    done: list[tuple[int, int]] = []
    report = nearest_of_kept(
        fingerprints[rows], old, rows, {"method": "exact"}, out=out,
        progress=lambda *told: done.append(told),
    )  # fmt: skip
    searched = find_neighbors(fingerprints[rows], k=k)
    assert np.array_equal(out.rows, searched.rows)
    assert np.allclose(out.similarities, searched.similarities, atol=2e-6)
    assert (report, done[-1]) == ({"method": "exact"}, (len(rows), len(rows)))
