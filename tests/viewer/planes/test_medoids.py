"""What stands for parts of the map, against brute force."""

from __future__ import annotations

import numpy as np
import pytest

from hubble_dash.viewer.planes.medoids import MAX_LEVELS, medoid_levels, n_levels


def collection(n: int, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Fingerprints, and places in a clump and around it; one of them far out."""
    random = np.random.default_rng(seed)
    places = random.normal(0, [3, 1], (n, 2)) * random.choice([0.2, 1], (n, 1))
    places[0] = 20, -3
    return random.standard_normal((n, 6)).astype(np.float16), places.astype(np.float32)


def squares_of(places: np.ndarray, level: int) -> np.ndarray:
    """Squares by number, of the one that is a little wider than the map, from its upper left."""
    x, y = places.astype(float).T
    longer = max(np.ptp(x), np.ptp(y))
    side, edge = 1.0001 * longer, 0.00005 * longer
    left, top = x.min() - edge, y.max() + edge
    column, row = (np.floor(one / side * 2**level).astype(int) for one in (x - left, top - y))
    return row * 2**level + column


@pytest.mark.parametrize("rows_a_block", [64, 8192])
def test_each_square_has_the_one_nearest_to_its_mean(rows_a_block: int) -> None:
    fingerprints, places = collection(700)
    unit = fingerprints.astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    levels = medoid_levels(fingerprints, places, rows_a_block=rows_a_block)
    assert len(levels) == n_levels(700) == 4
    for z, (rows, counts) in enumerate(levels):
        square_of = squares_of(places, z)
        np.testing.assert_array_equal(counts, np.bincount(square_of, minlength=4**z))
        assert ((rows < 0) == (counts == 0)).all()
        for square in np.unique(square_of):
            inside = np.flatnonzero(square_of == square)
            cosines = unit[inside] @ unit[inside].sum(axis=0)
            assert rows[square] in inside
            assert unit[rows[square]] @ unit[inside].sum(axis=0) >= cosines.max() - 1e-4


def test_levels_end_where_squares_would_hold_few() -> None:
    assert [n_levels(n) for n in (1, 7, 8, 31, 32, 511, 512, 20_000)] == [0, 0, 1, 1, 2, 3, 4, 6]
    assert n_levels(10**9) == MAX_LEVELS
    assert medoid_levels(*collection(5)) == []


def test_places_that_are_all_the_same_and_fingerprints_that_are_nothing_are_borne() -> None:
    fingerprints, places = collection(40)
    fingerprints[3] = 0
    fingerprints[4] = np.nan
    levels = medoid_levels(fingerprints, np.zeros_like(places))
    assert [len(rows[rows >= 0]) for rows, _ in levels] == [1, 1]
    assert not {3, 4} & {int(rows.max()) for rows, _ in levels}
