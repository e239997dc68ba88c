"""How many cutouts overlap the one that has the most of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from helpers.atlases import grid

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.cutouts.overlaps import most_overlapping

BOX = ["ixmin", "ixmax", "iymin", "iymax"]


def counted(table: pd.DataFrame) -> int:
    """Each with each, pixel column by pixel column."""
    most = 0
    boxes = table[["image", *BOX]].to_numpy()
    for i, (image, x0, x1, y0, y1) in enumerate(boxes):
        n = 0
        for j, (other, a0, a1, b0, b1) in enumerate(boxes):
            across = set(range(x0, x1)) & set(range(a0, a1))
            n += bool(
                i != j and image == other and across and set(range(y0, y1)) & set(range(b0, b1))
            )
        most = max(most, n)
    return most


@pytest.mark.parametrize("seed", range(5))
def test_equals_counting_each_with_each(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = 60
    corner = random.integers(0, 60, (n, 2))
    size = random.choice([1, 2, 8, 30], (n, 2))
    low = random.integers(0, 3, n)
    table = pd.DataFrame(
        {
            "image": low, "ixmin": corner[:, 0], "ixmax": corner[:, 0] + size[:, 0],
            "iymin": corner[:, 1], "iymax": corner[:, 1] + size[:, 1],
        }
    )  # fmt: skip
    assert most_overlapping(table) == counted(table) > 0


@pytest.mark.parametrize(("step", "expected"), [(40, 0), (20, 8), (10, 48)])
def test_sliding_windows(step: int, expected: int) -> None:
    table = pd.DataFrame(grid((400, 400), 40, step), columns=BOX).assign(image=0)
    assert most_overlapping(table) == expected


def test_same_place_in_another_image_is_no_overlap() -> None:
    table = pd.DataFrame([[0, 9, 0, 9]] * 4, columns=BOX).assign(image=range(4))
    assert most_overlapping(table) == 0
    assert most_overlapping(table.assign(image=1)) == 3
    assert most_overlapping(table[:1]) == 0


def test_it_is_the_most_that_an_atlas_leaves_out(atlas: Atlas) -> None:
    expected = max(len(atlas.overlapping(row)) for row in range(len(atlas)))
    assert most_overlapping(atlas.cutouts) == expected
