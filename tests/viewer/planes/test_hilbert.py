"""The Hilbert curve against one drawn by recursion, and by what it is known for."""

from __future__ import annotations

import numpy as np
import pytest

from hubble_dash.viewer.planes.hilbert import hilbert_keys, hilbert_order


def curve(bits: int) -> list[tuple[int, int]]:
    """The cells of the curve in order: four smaller curves, the outer two mirrored."""
    if bits == 0:
        return [(0, 0)]
    part, half = curve(bits - 1), 2 ** (bits - 1)
    return [
        *((y, x) for x, y in part),
        *((x, y + half) for x, y in part),
        *((x + half, y + half) for x, y in part),
        *((2 * half - 1 - y, half - 1 - x) for x, y in part),
    ]


@pytest.mark.parametrize("bits", [1, 2, 3, 6])
def test_keys_are_those_of_the_recursive_curve(bits: int) -> None:
    x, y = np.array(curve(bits)).T
    np.testing.assert_array_equal(hilbert_keys(x, y, bits=bits), np.arange(4**bits))


def test_neighbours_on_the_finest_curve_share_an_edge() -> None:
    """Around a random cell of the full grid, the cells with the keys before and after touch it."""
    x, y = np.random.default_rng(0).integers(1, 2**16 - 1, (2, 500))
    keys = hilbert_keys(x, y).astype(np.int64)
    around = [hilbert_keys(x + dx, y + dy) for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))]
    steps = np.stack(around).astype(np.int64) - keys
    assert ((steps == 1).sum(axis=0) == 1).all()
    assert ((steps == -1).sum(axis=0) == 1).all()


def test_points_near_in_order_are_near_in_the_plane() -> None:
    points = np.random.default_rng(1).random((20_000, 2)) * [3.0, 1.0] - [5.0, 0.0]
    order = hilbert_order(*points.T)
    assert order.dtype == np.int32
    np.testing.assert_array_equal(np.sort(order), np.arange(len(points)))
    steps = np.hypot(*np.diff(points[order], axis=0).T)
    # 20,000 points over 3 units of area lie 0.012 apart.
    assert np.median(steps) < 0.02
    assert np.hypot(*np.diff(points, axis=0).T).mean() > 0.5


def test_moved_and_enlarged_points_keep_their_order() -> None:
    points = np.random.default_rng(2).random((1000, 2))
    np.testing.assert_array_equal(hilbert_order(*points.T), hilbert_order(*(points * 4 + 8).T))


def test_few_or_equal_points_are_ordered_too() -> None:
    assert hilbert_order([], []).tolist() == []
    assert hilbert_order([7.0], [2.0]).tolist() == [0]
    assert hilbert_order([1.0] * 4, [1.0] * 4).tolist() == [0, 1, 2, 3]
    assert sorted(hilbert_order([0, 1, 2], [5, 5, 5]).tolist()) == [0, 1, 2]


def test_unknown_places_are_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        hilbert_order([0.0, np.nan], [0.0, 1.0])
