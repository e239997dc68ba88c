"""How pieces lie: rows spread over the map, and neighbours deep enough."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from helpers.decoding import decode

from hubble_dash.atlas.atlas import Atlas, Neighbors
from hubble_dash.viewer.data.index import (
    N_NEAR,
    N_SHORT,
    bounds,
    box_index,
    near_depth,
    neighbor_depth,
    spread_rows,
)


@pytest.mark.parametrize("block", [10, 4096])
def test_neighbours_are_deep_enough_without_overlapping_ones(atlas: Atlas, block: int) -> None:
    apart = [
        ~np.isin(atlas.neighbors.rows[row], atlas.overlapping(row)) for row in range(len(atlas))
    ]
    for similar in (1, 9, 20):
        depth = neighbor_depth(atlas, similar, np.arange(len(atlas)), per_block=block)
        fewest = [np.sum(apart, axis=1, where=np.arange(60) < d).min() for d in (depth - 1, depth)]
        assert fewest == [similar - 1, similar]


def test_no_more_neighbours_are_asked_for_than_are_stored(atlas: Atlas) -> None:
    assert neighbor_depth(atlas, 1000, np.arange(9)) == atlas.neighbors.rows.shape[1]


def test_images_that_are_cutouts_themselves_cannot_overlap(atlas: Atlas) -> None:
    rows = np.array([0, 20, 120])
    few = Atlas(atlas.path, {**atlas.manifest, "n_cutouts": 3})
    few.cutouts = atlas.cutouts.iloc[rows].assign(image=[0, 1, 2])
    few.images = pd.concat([atlas.images, atlas.images[:1]])
    few.neighbors = Neighbors(np.array([[1, 2], [0, 2], [0, 1]], np.int32), np.ones((3, 2), "f4"))
    assert neighbor_depth(few, 1, np.arange(3)) == 1


def test_bounds_are_rounded_outwards() -> None:
    random = np.random.default_rng(0)
    x, y = random.normal(size=(2, 1003))
    found = bounds(x, y, 10)
    assert found.dtype == np.float32
    assert found.shape == (101, 4)
    for number, (left, right, bottom, top) in enumerate(found.astype(float)):
        part = slice(10 * number, 10 * number + 10)
        assert left <= x[part].min() < x[part].max() <= right or number == 100
        assert bottom <= y[part].min() <= y[part].max() <= top
        assert left == pytest.approx(x[part].min(), rel=3e-7)
        assert top == pytest.approx(y[part].max(), rel=3e-7)
    assert bounds(x[:0], y[:0], 10).shape == (0, 4)


def test_boxes_are_summed_up_piece_by_piece() -> None:
    table = pd.DataFrame(
        {"image": [2, 0, 0], "ixmin": [5, 1, 3], "ixmax": [9, 4, 8], "iymin": [0, 2, 1], "iymax": 7}
    )
    found = box_index(table, np.array([1, 2, 0], np.int32), 2)
    assert decode(found["bounds"], 4).tolist() == [[1, 8, 1, 7], [5, 9, 0, 7]]
    assert decode(found["images"], 2).tolist() == [[0, 0], [2, 2]]


def test_rows_to_start_from_are_as_far_apart_as_can_be() -> None:
    """On a grid of 3 x 3, the corners come first, then the middle."""
    positions = np.array([[x, y] for x in range(3) for y in range(3)], np.float32)
    rows = spread_rows(positions, 5)
    assert rows[0] == 0
    assert set(rows[:4]) == {0, 2, 6, 8}
    assert rows[4] == 4
    assert sorted(spread_rows(positions, 20)) == list(range(9))
    assert spread_rows(positions[:0], 5) == []
    # Points that coincide are still different rows.
    assert sorted(spread_rows(np.zeros((4, 2), np.float32), 3)) == sorted({0, 1, 2})


def test_of_many_rows_a_sample_is_spread() -> None:
    positions = np.random.default_rng(1).random((1000, 2)).astype(np.float32)
    rows = spread_rows(positions, 15, max_looked_at=100)
    assert len(set(rows)) == 15
    assert max(rows) > 900
    places = positions[rows]
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    assert apart[np.triu_indices(15, 1)].min() > 0.15


def test_pages_of_many_cutouts_have_fewer_neighbours_of_each(atlas: Atlas) -> None:
    stored = atlas.neighbors.rows.shape[1]
    assert near_depth(atlas) == stored < N_NEAR[0]
    for n, depth in ((N_SHORT, stored), (N_SHORT + 1, N_NEAR[1])):
        many = Atlas(atlas.path, {**atlas.manifest, "n_cutouts": n})
        many.neighbors = atlas.neighbors
        assert near_depth(many) == depth <= stored
