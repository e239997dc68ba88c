"""The pyramid of the sky, as a folder and a server have it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from helpers.decoding import decode
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.data.mollweide import mollweide
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.density.pyramid import TILE
from hubble_dash.viewer.density.sky_tiles import SKY_SQUARE, sky_pyramid, tile_number
from hubble_dash.viewer.served import shared
from hubble_dash.viewer.served.shared import Shared


def test_every_field_is_a_dot_where_it_lies(atlas: Atlas) -> None:
    pieces = Pieces(atlas)
    tiles = next(iter(sky_pyramid(pieces).counts(["#000000", "#ffffff"])))
    pixels = np.asarray(PillowImage.open(io.BytesIO(tiles["0/0/0"])).convert("RGBA"))
    x, y = mollweide(atlas.cutouts["ra_deg"], atlas.cutouts["dec_deg"])
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


def test_a_server_has_the_tiles_that_its_index_names(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "sky_tiles" not in Shared(atlas, similar=9, key="0").index
    monkeypatch.setattr(shared, "FEW_POINTS", 10)
    served = Shared(atlas, similar=9, key="0")
    entry = served.index["sky_tiles"]
    assert decode(entry["present"]).tolist() == sorted(map(tile_number, served.sky_tiles))
    assert entry["levels"] == sky_pyramid(served.pieces).levels
