"""Tiles: every point is counted at every level, stands where it belongs, and has its colour."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage

from hubble_dash.viewer.colors.columns import OTHER
from hubble_dash.viewer.colors.palette import PALETTE, hex_to_rgb
from hubble_dash.viewer.colors.points import category_colors, shares
from hubble_dash.viewer.density.pyramid import BLOCK_TILES, TILE, Pyramid, Square
from hubble_dash.viewer.density.tile_images import MIN_ALPHA, SHADES

UNIT = Square(0.0, 1.0, 1.0)
N_POINTS = 8_000


def gathered(blocks: Iterable[dict[str, bytes]]) -> dict[str, np.ndarray[Any, Any]]:
    tiles = {}
    for block in blocks:
        assert not tiles.keys() & block.keys()
        for name, png in block.items():
            with PillowImage.open(io.BytesIO(png)) as picture:
                assert picture.format == "PNG"
                tiles[name] = np.asarray(picture.convert("RGBA"))
    return tiles


def level_picture(tiles: dict[str, np.ndarray[Any, Any]], level: int) -> np.ndarray[Any, Any]:
    """A level put together."""
    picture = np.zeros((TILE * 2**level, TILE * 2**level, 4), np.uint8)
    for name, tile in tiles.items():
        z, x, y = map(int, name.split("/"))
        if z == level:
            picture[y * TILE : (y + 1) * TILE, x * TILE : (x + 1) * TILE] = tile
    return picture


@pytest.fixture(scope="module")
def points() -> np.ndarray[Any, Any]:
    """Dense and sparse clusters, with more than one level's worth of points; (2, n)."""
    random = np.random.default_rng(0)
    centres = random.uniform(0.2, 0.8, (6, 2))
    kind = random.integers(0, 6, N_POINTS)
    width = np.array([0.006, 0.01, 0.02, 0.03, 0.05, 0.06])[kind]
    return np.clip(
        centres[kind] + random.normal(0, 1, (N_POINTS, 2)) * width[:, None], 0.001, 0.999
    ).T


@pytest.fixture(scope="module")
def pyramid(points: np.ndarray[Any, Any]) -> Pyramid:
    return Pyramid(*points, UNIT, max_points=N_POINTS // 2)


def test_every_level_counts_every_point_where_it_lies(
    points: np.ndarray[Any, Any], pyramid: Pyramid
) -> None:
    assert pyramid.levels > 2
    pyramid._reach = [0] * pyramid.levels
    for level in range(min(pyramid.levels, 3)):
        side = TILE * 2**level
        counts = np.zeros((side, side))
        for block in pyramid._blocks(level, {}):
            part = counts[block.top : block.top + block.side, block.left : block.left + block.side]
            rows, columns = np.divmod(block.places, block.side)
            part[rows, columns] += block.sums["count"]
        x, y = np.floor(points[0] * side), np.floor((1 - points[1]) * side)
        expected = np.zeros((side, side))
        np.add.at(expected, (y.astype(int), x.astype(int)), 1)
        np.testing.assert_array_equal(counts, expected)
    pyramid._reach = [pyramid._spread_by(level) for level in range(pyramid.levels)]


def test_dots_across_the_edges_of_blocks_are_whole() -> None:
    """Points at both sides of the edges of blocks, drawn as dots of 3 pixels and more."""
    edge = np.array([0.25, 0.5, 0.75])
    x, y = np.concatenate([edge - 1e-9, edge + 1e-9]), np.concatenate([edge, edge])
    pyramid = Pyramid(x, y, UNIT, max_points=4)
    level = pyramid.levels - 1
    # Of the first level with several blocks, four meet in the middle.
    assert TILE * 2**level == 2 * TILE * BLOCK_TILES
    reach = pyramid._reach[level]
    assert reach >= 1
    alpha = level_picture(gathered(pyramid.counts(["#102030", "#405060"])), level)[..., 3]
    side = TILE * 2**level
    wide = np.zeros((side + 2 * reach, side + 2 * reach), bool)
    around = range(-reach, reach + 1)
    for px, py in set(zip(np.floor(x * side), np.floor((1 - y) * side), strict=True)):
        for i in around:
            for j in around:
                if np.hypot(i, j) <= reach + 0.5:
                    wide[int(py) + reach + i, int(px) + reach + j] = True
    np.testing.assert_array_equal(alpha > 0, wide[reach:-reach, reach:-reach])


def test_a_lone_point_is_seen_in_the_right_pixel_and_empty_tiles_are_left_out() -> None:
    tiles = gathered(Pyramid([0.3], [0.9], UNIT).counts(["#ff0000"]))
    assert list(tiles) == ["0/0/0"]
    picture = tiles["0/0/0"]
    dot = np.argwhere(picture[..., 3])
    # A disc of five pixels across, without its corners.
    assert len(dot) == 21
    assert dot.mean(axis=0).tolist() == [int(0.1 * TILE), int(0.3 * TILE)]
    assert (picture[picture[..., 3] > 0] == [255, 0, 0, 255]).all()


def test_there_are_as_many_levels_as_points_need() -> None:
    random = np.random.default_rng(1)
    x, y = random.uniform(0, 0.999, (2, 5000))
    # 2 x 2 tiles are a quarter of level 2, with 1,250 points, and a sixteenth of the next.
    assert Pyramid(x, y, UNIT, max_points=1000).levels == 4
    assert Pyramid(x[:1000], y[:1000], UNIT, max_points=1000).levels == 1
    same = np.full(1001, 0.4)
    assert Pyramid(same, same, UNIT, max_points=1000).levels == 6
    assert Pyramid(same, same, UNIT).levels == 1


def test_densities_of_a_level_meet_without_a_seam(pyramid: Pyramid) -> None:
    """The same count has the same colour in all tiles of a level."""
    tiles = gathered(pyramid.counts(PALETTE["density"]))
    level = pyramid.levels - 1
    picture = level_picture(tiles, level)
    color_of_count: dict[int, set[int]] = {}
    for block in pyramid._blocks(level, {}):
        rows, columns = np.divmod(block.places, block.side)
        seen = picture[rows + block.top, columns + block.left].copy().view(np.uint32).ravel()
        for count in np.unique(block.sums["count"]):
            found = seen[block.sums["count"] == count].tolist()
            color_of_count.setdefault(int(count), set()).update(found)
    assert len(color_of_count) > 3
    assert all(len(colors) == 1 for colors in color_of_count.values())


def test_one_category_has_its_own_colour_and_two_mix(pyramid: Pyramid) -> None:
    n = len(pyramid._order)
    one = gathered(pyramid.colors(category_colors(np.full(n, 3, np.uint8))))
    wanted = list(bytes.fromhex(PALETTE["categories"][3][1:]))
    for tile in one.values():
        assert (tile[tile[..., 3] > 0][:, :3] == wanted).all()
        assert tile[..., 3].max() <= 255
    pair = Pyramid([0.5, 0.5, 0.5, 0.5], [0.5] * 4, UNIT)
    (mixed,) = gathered(pair.colors(category_colors(np.array([0, 1, 1, OTHER], np.uint8)))).values()
    first, second = hex_to_rgb(PALETTE["categories"][:2]).astype(int)
    expected = np.round((first + 2 * second + hex_to_rgb([PALETTE["none"]])[0]) / 4)
    assert np.unique(mixed[mixed[..., 3] > 0], axis=0).tolist() == [[*expected, 255]]


def test_numbers_go_through_the_ramp_and_unknown_ones_do_not() -> None:
    x = np.array([0.1, 0.1, 0.5, 0.9, 0.7])
    codes = np.array([0, 254, 254, 255, 0], np.uint8)
    pyramid = Pyramid(x, np.full(5, 0.5), UNIT)
    (tile,) = gathered(pyramid.numbers(shares(codes), PALETTE["ramp"], PALETTE["none"])).values()
    middles = [int(at * TILE) for at in np.unique(x)]
    found = {int(at / TILE * 10): tile[TILE // 2, at, :3].tolist() for at in middles}
    ramp = hex_to_rgb(PALETTE["ramp"]).tolist()
    assert found[5] == ramp[-1]
    assert found[6] == ramp[0]
    assert found[8] == hex_to_rgb([PALETTE["none"]])[0].tolist()
    # The mean of the ends is the middle, to one step of the ramp.
    np.testing.assert_allclose(found[0], ramp[4], atol=12)


def test_denser_is_more_opaque(pyramid: Pyramid) -> None:
    alpha = np.concatenate(
        [t[..., 3].ravel() for t in gathered(pyramid.counts(["#888888"])).values()]
    )
    found = set(alpha[alpha > 0].tolist())
    assert min(found) >= MIN_ALPHA
    assert max(found) == 255
    assert 2 < len(found) <= SHADES


def test_points_outside_are_refused() -> None:
    for x in (1.0, -0.1, np.nan):
        with pytest.raises(ValueError, match="do not lie in the square"):
            Pyramid([0.5, x], [0.5, 0.5], UNIT)


def test_the_square_lies_about_the_extent() -> None:
    square = Square.around([0.0, 4.0, 1.0, 3.0], margin=0.5)
    assert square == Square(-1.0, 5.0, 6.0)
    assert Square.around([2.0, 2.0, 5.0, 5.0], margin=0).side == 1
