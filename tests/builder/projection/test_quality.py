from __future__ import annotations

import numpy as np
import pytest
from helpers.vectors import clustered
from sklearn.manifold import trustworthiness

from hubble_dash.builder.neighbors.search import find_neighbors
from hubble_dash.builder.neighbors.unit import unit_rows
from hubble_dash.builder.projection.quality import map_quality


def test_quality_is_that_of_scikit_learn() -> None:
    fingerprints = clustered(400)
    neighbors = find_neighbors(fingerprints, k=20)
    positions = np.random.default_rng(0).normal(size=(400, 2)) + 3 * fingerprints[:, :2]
    quality = map_quality(fingerprints, neighbors, positions)
    unit = unit_rows(fingerprints)
    expected = trustworthiness(unit, positions, n_neighbors=10)
    assert quality["trustworthiness_at_10"] == pytest.approx(expected, abs=1e-4)
    distances = ((positions[:, np.newaxis] - positions) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    near = np.argsort(distances, axis=1)[:, :10]
    kept = np.mean(
        [np.isin(a, b).mean() for a, b in zip(near, neighbors.rows[:, :10], strict=True)]
    )
    assert quality["neighbors_kept_at_10"] == pytest.approx(kept, abs=1e-4)
    part = map_quality(fingerprints, neighbors, positions, n_sample=200)
    assert part["sample"] == 200
    assert part["trustworthiness_at_10"] == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(("n", "names"), [(1, []), (2, []), (3, ["1"]), (9, ["4"])])
def test_quality_of_few(n: int, names: list[str]) -> None:
    fingerprints = clustered(n)
    neighbors = find_neighbors(fingerprints, k=n - 1)
    quality = map_quality(fingerprints, neighbors, fingerprints[:, :2])
    assert [name.rpartition("_")[2] for name in quality if "kept" in name] == names
