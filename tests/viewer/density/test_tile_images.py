"""Tiles as small PNG files."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image as PillowImage

from hubble_dash.viewer.density.pyramid import TILE
from hubble_dash.viewer.density.tile_images import encode_tile


def test_tiles_with_many_colours_are_near_enough() -> None:
    random = np.random.default_rng(3)
    pixels = np.full((TILE, TILE, 4), 255, np.uint8)
    pixels[..., :3] = random.integers(80, 130, (TILE, TILE, 3))
    pixels[:9] = 0
    png = encode_tile(pixels.view(np.uint32)[..., 0])
    with PillowImage.open(io.BytesIO(png)) as picture:
        seen = np.asarray(picture.convert("RGBA"))
    assert (seen[:9, :, 3] == 0).all()
    assert (seen[9:, :, 3] == 255).all()
    assert np.abs(seen[9:].astype(int) - pixels[9:]).mean() < 8
