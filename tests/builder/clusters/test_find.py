"""Where cutouts lie together on the map."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from hubble_dash.builder.clusters.find import MIN_CUTOUTS, find_clusters

SIZES = (80, 30, 50, 60)


def heaps(sizes: tuple[int, ...] = SIZES) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Heaps of points on a map, shuffled, and which each belongs to."""
    random = np.random.default_rng(0)
    known = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
    angle = known * 2 * np.pi / len(sizes)
    centres = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return (centres + random.normal(0, 0.05, centres.shape)).astype(np.float32), known


def test_heaps_are_found_and_numbered_by_size() -> None:
    positions, known = heaps()
    found = find_clusters(positions)
    codes = found["cluster"]
    assert adjusted_rand_score(known, codes) > 0.95
    assert (np.diff(np.bincount(codes[codes >= 0])) <= 0).all()
    assert set(known[codes == 0]) == {0}
    # What lies apart from all belongs to none.
    apart = np.concatenate([positions, [[3, 3]]]).astype(np.float32)
    assert find_clusters(apart)["cluster"][-1] == -1
    again = find_clusters(positions)
    assert all(np.array_equal(found[level], again[level]) for level in found)


def test_heaps_of_heaps_are_found_at_several_levels() -> None:
    random = np.random.default_rng(1)
    known = np.arange(960) % 24
    outer, inner = known // 8 * 2 * np.pi / 3, known % 8 * 2 * np.pi / 8
    centres = np.stack([np.cos(outer), np.sin(outer)], axis=1)
    centres += 0.2 * np.stack([np.cos(inner), np.sin(inner)], axis=1)
    positions = (centres + random.normal(0, 0.02, centres.shape)).astype(np.float32)
    found = find_clusters(positions)
    # No finer level: there is nothing finer, and none is the same as another.
    assert list(found) == ["coarse cluster", "cluster"]
    assert adjusted_rand_score(known // 8, found["coarse cluster"]) > 0.95
    assert adjusted_rand_score(known, found["cluster"]) > 0.95


def test_of_many_some_are_clustered_and_the_others_belong_to_the_nearest() -> None:
    positions, known = heaps((800, 300, 500))
    few = find_clusters(positions, max_clustered=200)["cluster"]
    assert adjusted_rand_score(known, few) > 0.95
    other = find_clusters(positions, max_clustered=200, seed=1)["cluster"]
    assert adjusted_rand_score(other, few) > 0.95


@pytest.mark.parametrize("n", [0, 1, MIN_CUTOUTS - 1])
def test_of_few_cutouts_there_are_none(n: int) -> None:
    assert find_clusters(heaps((MIN_CUTOUTS, 20))[0][:n]) == {}


def test_one_heap_and_one_place_are_no_clusters() -> None:
    assert find_clusters(heaps((200,))[0]) == {}
    assert find_clusters(np.zeros((200, 2), np.float32)) == {}
