"""Neighbours that several workers find."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.clusters import Here

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.cluster.neighbors import search_on_cluster
from hubble_dash.builder.neighbors.search import search_neighbors


@pytest.mark.parametrize("least_rows", [0, 10**6])
def test_they_are_those_that_one_machine_finds(tmp_path: Path, least_rows: int) -> None:
    rows = np.random.default_rng(0).normal(size=(300, 8)).astype(np.float16)
    rows[7] = rows[200]
    np.save(tmp_path / "f.npy", rows)
    out = Neighbors(np.empty((300, 9), np.int32), np.empty((300, 9), np.float32))
    cluster, told = Here(), list[tuple[int, int]]()
    report = search_on_cluster(
        cluster, "cpu", tmp_path / "f.npy", rows, k=9, device="cpu", out=out,
        least_rows=least_rows, rows_a_share=64,
        progress=lambda done, n: told.append((done, n)),
    ).report  # fmt: skip
    wanted = search_neighbors(rows, k=9)
    np.testing.assert_array_equal(out.rows, wanted.neighbors.rows)
    np.testing.assert_array_equal(out.similarities, wanted.neighbors.similarities)
    assert report == wanted.report
    assert told[-1] == (300, 300)
    assert len(cluster.asked) == (0 if least_rows else 5)
