"""The pyramid of the sky, as a folder and a server have it."""

from __future__ import annotations

import io

import numpy as np
from helpers.sky import wcslib_mollweide
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.data.orders import HilbertOrder, Places
from hubble_dash.viewer.density.pyramid import TILE
from hubble_dash.viewer.density.sky_tiles import SKY_SQUARE, sky_pyramid, tile_number


def test_every_field_is_a_dot_where_it_lies(atlas: Atlas) -> None:
    places = Places(atlas, HilbertOrder())
    tiles = next(iter(sky_pyramid(places).counts(["#000000", "#ffffff"])))
    pixels = np.asarray(PillowImage.open(io.BytesIO(tiles["0/0/0"])).convert("RGBA"))
    x, y = wcslib_mollweide(atlas.cutouts["ra_deg"], atlas.cutouts["dec_deg"])
    left, right, _, top = SKY_SQUARE.extent
    scale = TILE / (right - left)
    expected = np.zeros((TILE, TILE), bool)
    for px, py in {
        (int((a - left) * scale), int((top - b) * scale)) for a, b in zip(x, y, strict=True)
    }:
        rows, columns = np.ogrid[:TILE, :TILE]
        expected |= (rows - py) ** 2 + (columns - px) ** 2 <= 2.5**2
    np.testing.assert_array_equal(pixels[..., 3] > 0, expected)


def test_tiles_are_numbered_level_after_level() -> None:
    names = [f"{z}/{x}/{y}" for z in range(4) for y in range(2**z) for x in range(2**z)]
    assert [tile_number(name) for name in names] == list(range(1 + 4 + 16 + 64))
