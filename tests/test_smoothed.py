"""Nearest by smoothed fingerprints, against all pairs in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from hubble_dash.smoothed import SmoothedNeighbors, _largest

N, K = 450, 50


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    wide = vectors.astype(float)
    return wide / np.linalg.norm(wide, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def fingerprints() -> NDArray[np.float16]:
    """Heaps of thirty, and some copies."""
    random = np.random.default_rng(3)
    middles = np.repeat(random.standard_normal((N // 30, 12)), 30, axis=0)
    vectors = (middles + 0.7 * random.standard_normal((N, 12))).astype(np.float16)
    vectors[100:105] = vectors[100]
    return vectors[random.permutation(N)]


def ranked(vectors: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    cosine = np.round(vectors @ vectors.T, 6)
    np.fill_diagonal(cosine, -2)
    rows = np.argsort(-cosine, axis=1, kind="stable")[:, : len(vectors) - 1]
    return rows.astype(np.int32), np.take_along_axis(cosine, rows, axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def smoothed(fingerprints: NDArray[np.float16]) -> NDArray[np.float64]:
    rows, cosines = ranked(unit(fingerprints))
    joined = unit(fingerprints)
    own = joined.copy()
    for i in range(N):
        for j, cosine in zip(rows[i, :9], cosines[i, :9], strict=True):
            joined[i] += max(float(cosine), 0) ** 3 * own[j]
    return unit(joined)


def test_all_are_compared(fingerprints: NDArray[np.float16], smoothed: NDArray[np.float64]) -> None:
    rows, cosines = ranked(unit(fingerprints))
    found = SmoothedNeighbors(fingerprints, rows[:, :K], cosines[:, :K])
    asked = np.random.default_rng(0).permutation(N)[:200]
    near, similar = found.nearest(asked, 20)
    expected, expected_cosines = ranked(smoothed)
    np.testing.assert_allclose(similar, expected_cosines[asked, :20], atol=3e-6)
    # Ties of single precision apart, they are the same rows.
    same = near == expected[asked, :20]
    assert same.mean() > 0.98
    true = np.einsum("ikd,id->ik", smoothed[near], smoothed[asked])
    np.testing.assert_allclose(true, expected_cosines[asked, :20], atol=3e-6)
    assert not (near == asked[:, np.newaxis]).any()
    assert all(len(set(one)) == 20 for one in near.tolist())


def test_candidates_hold_the_nearest(
    fingerprints: NDArray[np.float16], smoothed: NDArray[np.float64]
) -> None:
    rows, cosines = ranked(unit(fingerprints))
    found = SmoothedNeighbors(fingerprints, rows[:, :K], cosines[:, :K], most_exact=100)
    asked = np.flatnonzero(unit(fingerprints)[:, 0] > 0.5)[:40]
    near, similar = found.nearest(asked, K)
    _, expected = ranked(smoothed)
    np.testing.assert_allclose(similar[:, :9], expected[asked, :9], atol=3e-6)
    recall = (similar >= expected[asked, :K] - 3e-6).mean()
    assert recall > 0.95
    assert not (near == asked[:, np.newaxis]).any()


@pytest.mark.parametrize(("n", "k"), [(1, 1), (9, 3), (500, 3), (500, 30), (503, 31), (512, 500)])
def test_the_largest_of_each_row(n: int, k: int) -> None:
    values = np.random.default_rng(n).integers(0, 1000, (20, n)).astype(np.float32)
    values[:5] = 7
    columns = _largest(values, k)
    found = np.sort(np.take_along_axis(values, columns, axis=1), axis=1)
    np.testing.assert_array_equal(found, np.sort(values, axis=1)[:, n - k :])
    assert all(len(set(one)) == k for one in columns.tolist())
