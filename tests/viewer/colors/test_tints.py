"""Mean colours of thumbnails against Pillow, and tints against the standard library's HSV."""

from __future__ import annotations

import colorsys
from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import make_atlas
from PIL import Image as PillowImage

from hubble_dash.viewer.colors.tints import mean_colors, tints


def test_mean_colours_are_those_of_the_thumbnails(tmp_path: Path) -> None:
    """Plain colours, one a cutout, more than a sheet of them."""
    shade = np.random.default_rng(2).integers(0, 256, (20, 14, 3), dtype=np.uint8)
    picture = shade.repeat(24, axis=0).repeat(24, axis=1)
    atlas = make_atlas(tmp_path / "plain.atlas", pictures=[picture], size=24, step=24)
    assert atlas.n_sheets == 2
    found = mean_colors(atlas)
    # As far as WebP keeps colours.
    assert np.abs(found.astype(int) - shade.reshape(-1, 3)).max() <= 12
    layout = atlas.sheet_layout
    with PillowImage.open(atlas.sheet_path(1)) as sheet:
        last = np.asarray(sheet.convert("RGB"))
    row, column = divmod(len(atlas) - 1 - layout.per_sheet, layout.columns)
    top, left = row * layout.size, column * layout.size
    true = last[top : top + layout.size, left : left + layout.size].mean(axis=(0, 1))
    np.testing.assert_allclose(found[-1], true, atol=1)


def test_tints_keep_the_hue_and_rank_the_lightness() -> None:
    rgb = np.random.default_rng(3).integers(0, 256, (2000, 3), dtype=np.uint8)
    hue, saturation, rank = tints(rgb).T
    for color, found_hue, found_saturation in zip(rgb, hue, saturation, strict=True):
        true_hue, chroma_of_most, _ = colorsys.rgb_to_hsv(*(color / 255))
        off = abs(found_hue / 255 - true_hue)
        assert min(off, 1 - off) < 0.0021
        wanted = min(0.85, 0.12 + 1.6 * chroma_of_most)
        assert found_saturation / 255 == pytest.approx(wanted, abs=0.0021)
    light = rgb.astype(int) @ [30, 59, 11]
    assert (np.diff(rank[np.argsort(light, kind="stable")].astype(int)) >= 0).all()
    assert np.bincount(rank, minlength=256).min() >= 3


def test_gray_black_and_single_cutouts_have_tints_too() -> None:
    found = tints(np.array([[0, 0, 0], [90, 90, 90], [255, 255, 255]], np.uint8))
    assert found[:, 0].tolist() == [round(215 / 360 * 255)] * 3
    assert found[:, 1].tolist() == [round(0.12 * 255)] * 3
    assert found[:, 2].tolist() == [0, 128, 255]
    assert tints(np.array([[9, 8, 7]], np.uint8))[0, 2] == 255
    assert tints(np.empty((0, 3), np.uint8)).shape == (0, 3)
