"""New cutouts find their places on a map that stays as it is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from hubble_dash.builder.forces.affinities import affinities
from hubble_dash.builder.neighbors.search import find_neighbors
from hubble_dash.builder.projection.layout import lay_out
from hubble_dash.builder.projection.placing import natural_scale, place_new, quality_of_new
from hubble_dash.config import MapSettings

SETTINGS = MapSettings(perplexity=10, n_iter=100)


def clouds(n: int, of: int) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    """Points in clouds, and which."""
    random = np.random.default_rng(1)
    cloud = random.integers(0, of, n)
    points = random.normal(0, 3, (of, 8))[cloud] + random.normal(0, 0.5, (n, 8))
    return points.astype(np.float16), cloud


def test_old_ones_stay_and_new_ones_lie_among_their_like() -> None:
    points, cloud = clouds(300, 5)
    old = lay_out(points[:200], find_neighbors(points[:200], k=30), SETTINGS).positions
    neighbors = find_neighbors(points, k=30)
    placed = place_new(points, neighbors, old, SETTINGS)
    assert np.array_equal(placed[:200], old)
    apart = np.linalg.norm(placed[200:, None] - placed[None, :200], axis=-1)
    nearest = np.argsort(apart, axis=1)[:, :5]
    assert (cloud[:200][nearest] == cloud[200:, None]).mean() > 0.98
    said = quality_of_new(points, neighbors, placed, 200)
    assert said["cutouts"] == 100
    assert said["neighbors_kept_at_10"] > 0.85 * said["neighbors_kept_at_10_of_old"]


def test_a_kind_that_is_new_comes_together() -> None:
    points, cloud = clouds(300, 5)
    points, cloud = points[np.argsort(cloud == 2)], np.sort(cloud == 2)
    m = int((~cloud).sum())
    old = lay_out(points[:m], find_neighbors(points[:m], k=30), SETTINGS).positions
    neighbors = find_neighbors(points, k=30)
    moved, beside = (
        place_new(points, neighbors, old, SETTINGS, is_moved=is_moved) for is_moved in (True, False)
    )
    kept = [
        quality_of_new(points, neighbors, placed, m)["neighbors_kept_at_10"]
        for placed in (moved, beside)
    ]
    assert kept[0] > kept[1]
    apart = np.linalg.norm(moved[m:, None] - moved[None], axis=-1)
    nearest = np.argsort(apart, axis=1)[:, 1:6]
    assert (nearest >= m).mean() > 0.9


def test_what_is_the_same_lies_beside_it() -> None:
    points, _ = clouds(120, 4)
    old = lay_out(points[:100], find_neighbors(points[:100], k=30), SETTINGS).positions
    same = np.concatenate([points[:100], points[[7, 7, 100, 100, 100, 101]]])
    placed = place_new(same, find_neighbors(same, k=30), old, SETTINGS)
    assert (np.linalg.norm(placed[100:102] - old[7], axis=1) < 0.02).all()
    assert (np.linalg.norm(placed[102:105] - placed[102], axis=1) < 0.02).all()
    assert len(np.unique(placed, axis=0)) == len(placed)


@pytest.mark.parametrize("m", [1, 2, 5])
def test_few_old_ones_are_enough(m: int) -> None:
    points, _ = clouds(12, 2)
    old = np.random.default_rng(0).uniform(-1, 1, (m, 2)).astype(np.float32)
    placed = place_new(points, find_neighbors(points, k=11), old, SETTINGS)
    assert np.isfinite(placed).all()
    assert np.array_equal(placed[:m], old)
    assert len(np.unique(placed[m:], axis=0)) == 12 - m


@pytest.mark.parametrize("n", [300, 1100])
def test_the_divergence_is_least_at_the_scale_that_is_found(n: int) -> None:
    points, cloud = clouds(n, 5)
    joint = affinities(find_neighbors(points, k=30), 10)
    random = np.random.default_rng(0)
    layout = random.uniform(-0.8, 0.8, (5, 2))[cloud] + random.normal(0, 0.1, (n, 2))
    weights = joint.toarray()

    def divergence(scale: float) -> float:
        near = 1 / (1 + scale**2 * ((layout[:, None] - layout) ** 2).sum(axis=-1))
        np.fill_diagonal(near, 0)
        share = near / near.sum()
        there = weights > 0
        return float((weights[there] * np.log(weights[there] / share[there])).sum())

    scale = natural_scale(joint, layout)
    assert divergence(scale) < min(divergence(0.8 * scale), divergence(1.25 * scale))
