"""Which tiles there are of images, and how they are numbered."""

from __future__ import annotations

import pandas as pd
import pytest

from hubble_dash.errors import ExportError
from hubble_dash.viewer.deep.levels import Level, deeper_than_previews, make_plan

IMAGES = pd.DataFrame(
    {
        "nx": [500, 130, 301], "ny": [300, 90, 400],
        "preview_width": [100, 130, 151], "preview_height": [60, 90, 200],
    }
)  # fmt: skip


def test_images_are_halved_until_their_previews_have_as_many_pixels() -> None:
    assert deeper_than_previews(IMAGES) == [0, 2]
    plan = make_plan(IMAGES, [0, 2], sides=((64, 4),))
    assert plan.images == {
        0: [
            Level(500, 300, 8, 5, 0), Level(250, 150, 4, 3, 40), Level(125, 75, 2, 2, 52),
        ],
        2: [Level(301, 400, 5, 7, 56)],
    }  # fmt: skip
    assert plan.n_tiles == 40 + 12 + 4 + 35
    assert plan.n_numbers == 92
    assert plan.n_files == 23
    assert plan.n_pixels == 500 * 300 + 250 * 150 + 125 * 75 + 301 * 400
    assert plan.firsts == {0: [0, 40, 52], 2: [56]}


def test_each_level_begins_with_a_new_file() -> None:
    plan = make_plan(IMAGES, [2, 0], sides=((64, 16),))
    assert plan.firsts == {2: [0], 0: [48, 96, 112]}
    assert all(first % 16 == 0 for firsts in plan.firsts.values() for first in firsts)


def test_tiles_are_larger_where_there_would_be_too_many_files() -> None:
    sides = ((32, 4), (64, 4))
    assert make_plan(IMAGES, [0], sides=sides, max_files=53).side == 32
    assert make_plan(IMAGES, [0], sides=sides, max_files=52).side == 64
    with pytest.raises(ExportError, match=r"1 images of 0\.0 gigapixels .* 14 files .* has 13 of"):
        make_plan(IMAGES, [0], sides=sides, max_files=13)


def test_there_may_be_nothing() -> None:
    assert make_plan(IMAGES, []).n_numbers == 0
