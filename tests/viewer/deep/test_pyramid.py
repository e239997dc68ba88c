"""Tiles against the image that they were cut from."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from helpers.atlases import nebula
from numpy.typing import NDArray
from PIL import Image as Pillow

from hubble_dash.viewer.deep.levels import OVERLAP, Level, make_plan
from hubble_dash.viewer.deep.pyramid import Band, tiles_of

SIDE = 32
# Levels of 255 that JPEG may be off, on average and at most, in a smooth picture.
MEAN, MOST = 1.5, 24


def levels_of(shape: tuple[int, ...], preview: int) -> list[Level]:
    ny, nx = shape[:2]
    images = pd.DataFrame({"nx": [nx], "ny": [ny], "preview_width": [preview]})
    return make_plan(images, [0], sides=((SIDE, 4),)).images[0]


def in_bands(pixels: NDArray[np.uint8], valid: NDArray[np.bool_], n: int) -> Iterator[Band]:
    for top in range(0, len(pixels), n):
        yield pixels[top : top + n], valid[top : top + n]


def cut(bands: Iterator[Band], levels: list[Level]) -> dict[int, NDArray[np.uint8]]:
    with ThreadPoolExecutor(2) as pool:
        found = [*tiles_of(bands, levels, SIDE, pool)]
    assert len({tile.number for tile in found}) == len(found)
    return {tile.number: np.asarray(Pillow.open(io.BytesIO(tile.data))) for tile in found}


def means(pixels: NDArray[np.uint8], valid: NDArray[np.bool_], factor: int) -> NDArray[np.float64]:
    """Means of the valid pixels of blocks; 0 where there are none."""
    if pixels.ndim == 3:
        return np.stack([means(one, valid, factor) for one in np.moveaxis(pixels, 2, 0)], axis=2)
    weights, sums = (
        np.add.reduceat(
            np.add.reduceat(values.astype(float), range(0, len(values), factor)),
            range(0, values.shape[1], factor), axis=1,
        )
        for values in (valid, np.where(valid, pixels, 0))
    )  # fmt: skip
    found: NDArray[np.float64] = sums / np.maximum(weights, 1)
    return found


@pytest.mark.parametrize("n_rows", [7, 32, 1000])
@pytest.mark.parametrize("is_gray", [False, True])
def test_tiles_are_the_image_at_every_size(n_rows: int, is_gray: bool) -> None:
    pixels = nebula(1, (111, 161))
    pixels = pixels[..., 0] if is_gray else pixels
    valid = np.ones(pixels.shape[:2], np.bool_)
    levels = levels_of(pixels.shape, 30)
    assert [level.width for level in levels] == [161, 81, 41]
    tiles = cut(in_bands(pixels, valid, n_rows), levels)
    for number, level in enumerate(levels):
        expected = means(pixels, valid, 2**number)
        for tile in range(level.n):
            row, column = divmod(tile, level.columns)
            y, x = row * SIDE, column * SIDE
            there = np.s_[
                max(0, y - OVERLAP) : y + SIDE + OVERLAP, max(0, x - OVERLAP) : x + SIDE + OVERLAP
            ]
            off = np.abs(tiles.pop(level.first + tile) - expected[there])
            assert off.mean() < 3 * MEAN
    assert not tiles


def test_a_smooth_image_comes_back() -> None:
    y, x = np.mgrid[0:100, 0:100]
    pixels = np.stack([x * 2, y * 2, x + y], axis=2).astype(np.uint8)
    levels = levels_of(pixels.shape, 60)
    tiles = cut(in_bands(pixels, np.ones((100, 100), np.bool_), 9), levels)
    off = np.abs(tiles[5] - pixels[31:65, 31:65].astype(int))
    assert off.mean() < MEAN
    assert off.max() < MOST


def test_unknown_pixels_darken_nothing() -> None:
    pixels = np.full((64, 64), 200, np.uint8)
    valid = np.ones((64, 64), np.bool_)
    valid[10:31, 20:41] = False
    valid[63, 63] = False
    pixels[~valid] = 0
    levels = levels_of(pixels.shape, 20)
    tiles = cut(in_bands(pixels, valid, 10), levels)
    half = tiles[levels[1].first].astype(int)
    expected = means(pixels, valid, 2)
    assert set(np.unique(expected)) == {0, 200}
    assert np.abs(half - expected).mean() < MEAN
    assert half[31, 31] > 190


def test_no_more_is_held_than_rows_that_tiles_wait_for() -> None:
    n_rows, width = 4000, 200

    def bands() -> Iterator[Band]:
        for _ in range(n_rows // 20):
            yield np.zeros((20, width, 3), np.uint8), np.ones((20, width), np.bool_)

    levels = levels_of((n_rows, width), 90)
    tracemalloc.start()
    try:
        with ThreadPoolExecutor(1) as pool:
            n = sum(1 for _ in tiles_of(bands(), levels, SIDE, pool))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert n == sum(level.n for level in levels)
    assert most < n_rows * width * 3 / 4


def test_an_image_that_ends_early_is_refused() -> None:
    levels = levels_of((100, 100), 60)
    short = np.zeros((90, 100), np.uint8), np.ones((90, 100), np.bool_)
    with pytest.raises(ValueError, match="an image of 100 rows gave 90"):
        cut(iter([short]), levels)
