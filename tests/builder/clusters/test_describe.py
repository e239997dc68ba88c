"""What is said of each cluster, and which new cutouts come into it."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.vectors import clustered

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.clusters.carry import carry_over
from hubble_dash.builder.clusters.describe import describe


def test_the_medoid_is_most_like_the_mean() -> None:
    fingerprints = clustered(200, n_clusters=3).astype(np.float16)
    codes = (np.arange(200) % 3).astype(np.int16)
    codes[:20] = -1
    told = describe(codes, fingerprints)
    unit = fingerprints.astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    for code, one in enumerate(told):
        rows = np.flatnonzero(codes == code)
        mean = unit[rows].mean(axis=0)
        cosines = unit[rows] @ mean / np.linalg.norm(mean)
        assert one.size == len(rows)
        assert one.medoid == rows[cosines.argmax()]
        assert one.spread == pytest.approx(1 - cosines.mean(), abs=1e-3)
    assert len(told) == 3


def test_a_cutout_that_is_new_goes_where_most_of_its_nearest_are() -> None:
    codes = np.array([[0, 0]] * 6 + [[0, 1]] * 6 + [[1, 2]] * 6 + [[-1, -1]] * 6, np.int16)
    near = {
        24: [0, 1, 2, 3, 4, 12, 13, 14, 15, 5],  # five of the first nine
        25: [0, 1, 2, 6, 7, 8, 12, 13, 14, 5],  # six of one coarse cluster, three of each fine one
        26: [18, 19, 20, 21, 22, 23, 0, 1, 2, 3],  # of none
        27: [24, 25, 26, 0, 1, 2, 3, 4, 5, 12],  # new ones say nothing
        28: [24, 25, 26, 27, 29, 0, 1, 2, 3, 12],  # too few old ones agree
        29: [0, 12, 1, 13, 2, 14, 3, 15, 16, 4],  # four and five
    }
    rows = np.zeros((30, 10), np.int32)
    for row, some in near.items():
        rows[row] = some
    alike = np.ones(rows.shape, np.float32)
    carried = carry_over(codes, Neighbors(rows, alike))
    assert np.array_equal(carried[:24], codes)
    assert carried[24:].tolist() == [[0, 0], [0, -1], [-1, -1], [0, 0], [-1, -1], [1, 2]]
    few = carry_over(codes, Neighbors(rows[:, :3], alike[:, :3]))
    assert (few[24:] == -1).all()
    # What is farther from them than they are from each other is of another kind.
    alike[:24] = 0.8
    alike[24], alike[29] = 0.81, 0.79
    near = carry_over(codes, Neighbors(rows, alike))[24:]
    assert near.tolist() == [[0, 0], [0, -1], [-1, -1], [0, 0], [-1, -1], [-1, -1]]
