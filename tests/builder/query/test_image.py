"""A picture from outside gets the fingerprint that it would have in the atlas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import QuickBuild, nebula
from helpers.images import flux_image, make_fits, make_picture
from PIL import Image as Pillow

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.models import weights as weights_module
from hubble_dash.builder.query.image import fingerprint_image
from hubble_dash.builder.reading.image import Image
from hubble_dash.errors import ImageError, WeightsError


def inputs(folder: Path) -> list[Path]:
    colors = nebula(1)[40:140, 60:200]
    return [
        make_fits(folder / "a.fits", flux_image((60, 80), seed=1)),
        make_fits(folder / "b.fits", flux_image((70, 60), seed=2) ** 2),
        make_picture(folder / "c.png", colors),
        make_picture(folder / "d.png", colors[::-1, :70, 0]),
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {
            "stretch": hd.Stretch(limits="minmax", curve="sqrt"),
            "process_images": [hd.Crop(50), hd.Rotate(90.0)],
            "process_cutouts": [hd.Grayscale(), hd.EqualizeAdaptive(0.02)],
            "features": "probabilities",
            "hdu": "SCI",
            "plane": 0,
        },
    ],
    ids=["plain", "processed"],
)
def test_images_of_the_atlas_find_themselves(
    quick_build: QuickBuild, small_weights: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    files = inputs(tmp_path)
    atlas = quick_build(files, tmp_path / "x.atlas", **settings)
    assert atlas.images["name"].tolist() == [path.name for path in files]
    for row, path in enumerate(files):
        vector = fingerprint_image(atlas, path, weights=small_weights, device="cpu")
        assert vector.dtype == np.float32
        expected = np.asarray(atlas.fingerprints[row], np.float32)
        np.testing.assert_allclose(vector, expected, rtol=2e-3, atol=2e-3)
        found = atlas.similar(vector, n=2)
        assert found.rows[0] == row
        assert found.similarities[0] > 0.9999


def test_a_large_jpeg_is_read_as_by_the_build(
    quick_build: QuickBuild,
    small_weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pixels = np.kron(nebula(1)[:175, :175], np.ones((8, 8, 1), np.uint8))
    path = make_picture(tmp_path / "a.jpg", pixels)
    factors, shrunk = [], Image.shrunk
    monkeypatch.setattr(Image, "shrunk", lambda self, by: factors.append(by) or shrunk(self, by))
    atlas = quick_build([path], tmp_path / "x.atlas")
    of_build = factors.copy()
    fingerprint_image(atlas, path, weights=small_weights, device="cpu")
    assert factors == 2 * of_build == 2 * factors[:1]


def test_a_cutout_saved_as_a_picture_finds_itself(
    mosaic: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights_module.hub_constants, "HF_HUB_OFFLINE", True)
    preview = mosaic.path / "previews" / mosaic.images["preview"][0]

    x0, x1, y0, y1 = mosaic.cutouts[["ixmin", "ixmax", "iymin", "iymax"]].iloc[21]
    shown = np.asarray(Pillow.open(preview))[150 - y1 : 150 - y0, x0:x1]
    vector = hd.fingerprint_image(mosaic, make_picture(tmp_path / "a.png", shown), device="cpu")
    assert 21 in mosaic.similar(vector, n=2).rows


def test_other_weights_are_refused(
    quick_build: QuickBuild, small_weights: Path, tmp_path: Path
) -> None:
    (picture,) = inputs(tmp_path)[2:3]
    atlas = quick_build(picture, tmp_path / "x.atlas")
    with pytest.raises(WeightsError, match=r"small.safetensors; name it with --weights"):
        fingerprint_image(atlas, picture)
    other = tmp_path / "other.safetensors"
    other.write_bytes(small_weights.read_bytes()[:-1] + b"!")
    with pytest.raises(WeightsError, match="cannot be compared"):
        fingerprint_image(atlas, picture, weights=other)


def test_a_bad_picture_is_told_before_any_weights_are_looked_for(
    mosaic: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubble_dash.builder.query.recall.find_weights_again", None)
    with pytest.raises(ImageError, match="no such file"):
        fingerprint_image(mosaic, tmp_path / "none.png")
