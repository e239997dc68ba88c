"""Boxes: which of them overlap, and how many overlap the one that has the most of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from helpers.atlases import grid

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.boxes import Box, Boxes, most_overlapping
from hubble_dash.atlas.schema import BOX


def pixels(box: tuple[int, ...]) -> set[tuple[int, int, int]]:
    """All pixels of a box: image, x, y."""
    image, x0, x1, y0, y1 = box
    return {(image, x, y) for x in range(x0, x1) for y in range(y0, y1)}


def some_boxes(seed: int, n: int = 60) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    corner = random.integers(0, 60, (n, 2))
    size = random.choice([1, 2, 8, 30], (n, 2))
    return pd.DataFrame(
        {
            "image": random.integers(0, 3, n),
            "ixmin": corner[:, 0], "ixmax": corner[:, 0] + size[:, 0],
            "iymin": corner[:, 1], "iymax": corner[:, 1] + size[:, 1],
        }
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_boxes_overlap_if_they_have_a_pixel_in_common(seed: int) -> None:
    table = some_boxes(seed)
    sets = [pixels(row) for row in table.itertuples(index=False)]
    expected = np.array([[bool(one & other) for other in sets] for one in sets])
    boxes = Boxes.of(table)
    np.testing.assert_array_equal(boxes[np.arange(60)[:, None]].overlap(boxes), expected)
    np.testing.assert_array_equal(boxes[7].overlap(boxes), expected[7])
    np.testing.assert_array_equal(boxes[7:9].overlap(boxes[20:22]), expected[[7, 8], [20, 21]])
    most = expected.sum(axis=1).max() - 1
    assert most > 0
    for rows_a_block in (1, 7, 64):
        assert most_overlapping(boxes, rows_a_block=rows_a_block) == most


def test_a_box_has_the_columns_of_the_table() -> None:
    assert list(Box._fields) == BOX
    box = Box(3, 8, 10, 20)
    assert (box.width, box.height) == (5, 10)
    assert np.zeros((30, 30))[box.slices].shape == (10, 5)
    assert box.center == (5.0, 14.5)


@pytest.mark.parametrize(("step", "expected"), [(40, 0), (20, 8), (10, 48)])
def test_sliding_windows(step: int, expected: int) -> None:
    table = pd.DataFrame(grid((400, 400), 40, step), columns=BOX).assign(image=0)
    assert most_overlapping(Boxes.of(table)) == expected


def test_same_place_in_another_image_is_no_overlap() -> None:
    table = pd.DataFrame([[0, 9, 0, 9]] * 4, columns=BOX).assign(image=range(4))
    assert most_overlapping(Boxes.of(table)) == 0
    assert most_overlapping(Boxes.of(table.assign(image=1))) == 3
    assert most_overlapping(Boxes.of(table[:1])) == 0


def test_it_is_the_most_that_an_atlas_leaves_out(atlas: Atlas) -> None:
    expected = max(len(atlas.overlapping(row)) for row in range(len(atlas)))
    assert most_overlapping(Boxes.of(atlas.cutouts)) == expected
