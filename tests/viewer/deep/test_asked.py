"""Tiles that are asked for one by one, against those that are cut of the whole image."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import make_atlas, nebula
from helpers.originals import Given
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import ImageError
from hubble_dash.viewer.deep.asked import MAX_LEVELS, AskedTiles
from hubble_dash.viewer.deep.levels import make_plan
from hubble_dash.viewer.deep.pyramid import Band, tiles_of

SIDE = 32


class Counted(Given):
    """Some pixels are not known; counts what is read."""

    n = 0

    def part(self, image: int, rows: slice, columns: slice) -> Band:
        self.n += 1
        pixels, valid = super().part(image, rows, columns)
        y, x = np.ogrid[rows, columns]
        return pixels, valid & ((x // 5 + y // 3) % 7 > 0)


@pytest.fixture(scope="module")
def pictures() -> list[NDArray[np.uint8]]:
    return [nebula(seed, shape) for seed, shape in enumerate([(301, 533), (90, 120)])]


@pytest.fixture(scope="module")
def deep_atlas(
    pictures: list[NDArray[np.uint8]], tmp_path_factory: pytest.TempPathFactory
) -> Atlas:
    path = tmp_path_factory.mktemp("asked") / "deep.atlas"
    return make_atlas(path, pictures=pictures, size=80, step=80, shrunk=30)


def test_each_is_as_if_the_whole_image_had_been_cut(
    deep_atlas: Atlas, pictures: list[NDArray[np.uint8]]
) -> None:
    full = Counted(pictures)
    asked = AskedTiles(deep_atlas, full, side=SIDE)
    plan = make_plan(deep_atlas.images, [0, 1], sides=((SIDE, 1),), max_levels=MAX_LEVELS)
    assert asked.firsts == plan.firsts
    assert [len(levels) for levels in plan.images.values()] == [4, 4]
    with ThreadPoolExecutor(2) as pool:
        for image, levels in plan.images.items():
            for tile in tiles_of(full.bands(image), levels, SIDE, pool):
                assert asked.jpeg(tile.number) == tile.data, tile.number
    assert asked.index("x/") == {
        "n": plan.n_tiles, "side": SIDE, "overlap": 1, "url": "x/deep/{piece}.jpg",
    }  # fmt: skip
    for number in (-1, plan.n_tiles):
        with pytest.raises(LookupError, match=f"no tile {number}"):
            asked.jpeg(number)


def test_few_are_kept(deep_atlas: Atlas, pictures: list[NDArray[np.uint8]]) -> None:
    full = Counted(pictures)
    asked = AskedTiles(deep_atlas, full, side=SIDE, max_bytes=2 * 32 * 32)
    first = asked.jpeg(0)
    assert asked.jpeg(0) == first
    assert full.n == 1
    for number in range(1, 9):
        asked.jpeg(number)
    assert sum(map(len, asked._kept.values())) <= 2 * 32 * 32
    assert asked.jpeg(0) == first
    assert full.n == 10


def test_an_image_that_is_gone_is_told_when_it_is_asked_for(
    deep_atlas: Atlas, pictures: list[NDArray[np.uint8]]
) -> None:
    asked = AskedTiles(deep_atlas, Given(pictures, {1: "the file is no longer there"}), side=SIDE)
    assert asked.jpeg(0)
    with pytest.raises(ImageError, match="no longer there"):
        asked.jpeg(asked.firsts[1][0])


def test_previews_may_have_all_there_is(atlas: Atlas) -> None:
    asked = AskedTiles(atlas, Given([]))
    assert asked.index("x/") is None
    assert asked.firsts == {}
    with pytest.raises(LookupError):
        asked.jpeg(0)


def test_a_large_image_has_few_levels(tmp_path: Path) -> None:
    picture = nebula(1, (90, 3000))
    atlas = make_atlas(tmp_path / "x.atlas", pictures=[picture], size=80, step=80, shrunk=90)
    assert len(AskedTiles(atlas, Given([picture]), side=SIDE).firsts[0]) == MAX_LEVELS
    assert len(make_plan(atlas.images, [0]).images[0]) > MAX_LEVELS
