"""What share of a cutout's most similar ones the map keeps near it."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.atlases import kept_near
from helpers.vectors import clustered

from hubble_dash.builder.neighbors.search import find_neighbors
from hubble_dash.builder.projection.trust import trust_of


def test_it_is_the_share_among_the_nearest_on_the_map() -> None:
    fingerprints = clustered(300)
    neighbors = find_neighbors(fingerprints, k=20)
    random = np.random.default_rng(0)
    positions = (random.normal(size=(300, 2)) + 2 * fingerprints[:, :2]).astype(np.float32)
    trust = trust_of(neighbors, positions)
    assert trust is not None
    expected = kept_near(neighbors.rows, positions)
    assert 0.1 < expected.mean() < 0.9
    np.testing.assert_allclose(trust, expected, atol=1e-6)
    # On any map that is larger or elsewhere it is the same.
    np.testing.assert_allclose(trust_of(neighbors, 40 * positions + 7), expected, atol=1e-6)  # type: ignore[arg-type]


@pytest.mark.parametrize(("n", "k"), [(1, 0), (9, 0), (10, 1), (81, 8), (82, 9)])
def test_of_few_cutouts_fewer_are_looked_for(n: int, k: int) -> None:
    fingerprints = clustered(n)
    neighbors = find_neighbors(fingerprints, k=min(20, n - 1))
    positions = np.random.default_rng(1).normal(size=(n, 2)).astype(np.float32)
    trust = trust_of(neighbors, positions)
    if not k:
        assert trust is None
    else:
        assert trust is not None
        expected = kept_near(neighbors.rows, positions, k, 3 * k)
        np.testing.assert_allclose(trust, expected, atol=1e-6)


def test_copies_are_near_each_other_however_many_there_are() -> None:
    fingerprints = clustered(200)
    fingerprints[:120] = fingerprints[0]
    neighbors = find_neighbors(fingerprints, k=20)
    random = np.random.default_rng(2)
    positions = random.uniform(-1, 1, (200, 2))
    # As on the spiral of `offsets_in_groups`, whose radius is 0.02 at most.
    angle, radius = random.uniform(0, 2 * np.pi, 120), 0.02 * np.sqrt(random.uniform(size=120))
    positions[:120] = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    placed = positions.astype(np.float32)
    assert kept_near(neighbors.rows, placed)[:120].mean() < 0.5
    trust = trust_of(neighbors, placed)
    assert trust is not None
    assert (trust[:120] == 1).all()
    assert trust[120:].mean() < 0.5
