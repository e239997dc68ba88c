from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile
from helpers.images import color_picture, flux_image
from helpers.reading import read

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.reading.image import open_image
from hubble_dash.errors import ImageError


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.int16, np.float32])
def test_tiff(tmp_path: Path, dtype: type, byteorder: str, compression: str | None) -> None:
    path = tmp_path / "a.tif"
    gray = (flux_image() * 0.9).astype(dtype)
    tifffile.imwrite(path, gray, byteorder=byteorder, compression=compression)
    with open_image(path) as image:
        assert (image.shape, image.n_channels, image.origin) == ((60, 80), 1, "upper")
        assert image.is_flux == (dtype is not np.uint8)
        got = image.read(Box(5, 50, 3, 30))
        assert got.dtype == dtype
        assert np.array_equal(got, gray[3:30, 5:50])


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_color_tiff(tmp_path: Path, planar: str, compression: str | None) -> None:
    pixels = color_picture().astype(np.uint16) * 200
    stored = pixels if planar == "contig" else np.moveaxis(pixels, -1, 0)
    tifffile.imwrite(
        tmp_path / "a.tif", stored, photometric="rgb", planarconfig=planar, compression=compression
    )
    with open_image(tmp_path / "a.tif") as image:
        assert (image.shape, image.n_channels, image.is_flux) == ((30, 40), 3, True)
        assert np.array_equal(image.read(), pixels)


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_further_channel_that_is_no_alpha(tmp_path: Path, planar: str) -> None:
    pixels = np.dstack([color_picture(), np.zeros((30, 40), np.uint8)])
    stored = pixels if planar == "contig" else np.moveaxis(pixels, -1, 0)
    tifffile.imwrite(
        tmp_path / "a.tif", stored, photometric="rgb", planarconfig=planar, extrasamples=[0]
    )
    with open_image(tmp_path / "a.tif") as image:
        assert np.array_equal(image.read(), color_picture())
        assert image.valid() is None
        assert "no alpha" in image.notes[0]


def test_tiff_stack(tmp_path: Path) -> None:
    stack = np.arange(3 * 20 * 30, dtype=np.uint16).reshape(3, 20, 30)
    tifffile.imwrite(tmp_path / "a.tif", stack, photometric="minisblack")
    with open_image(tmp_path / "a.tif") as image:
        assert np.array_equal(image.read(), stack[0])
        assert "3 planes" in image.notes[0]
    assert np.array_equal(read(tmp_path / "a.tif", plane=2), stack[2])
    with pytest.raises(ImageError, match="no plane 3"):
        open_image(tmp_path / "a.tif", plane=3)


def test_tiff_by_pillow(tmp_path: Path) -> None:
    indices = np.arange(12, dtype=np.uint8).reshape(3, 4) % 2
    picture = PIL.Image.fromarray(indices, "L").convert("P")
    picture.putpalette([255, 0, 0, 0, 255, 0])
    picture.putdata(indices.ravel().tolist())
    picture.save(tmp_path / "palette.tif")
    PIL.Image.fromarray(indices > 0).save(tmp_path / "bits.tif")
    PIL.Image.new("CMYK", (5, 4), (255, 0, 0, 0)).save(tmp_path / "cmyk.tif")
    colors = np.array([[255, 0, 0], [0, 255, 0]])
    assert np.array_equal(read(tmp_path / "palette.tif"), colors[indices])
    assert np.array_equal(read(tmp_path / "bits.tif"), indices * 255)
    assert read(tmp_path / "cmyk.tif")[2, 2].tolist() == [0, 255, 255]


def test_plane_of_a_palette_stack(tmp_path: Path) -> None:
    pages = [PIL.Image.new("P", (5, 4), index) for index in (0, 1)]
    for page in pages:
        page.putpalette([255, 0, 0, 0, 255, 0])
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    assert read(tmp_path / "a.tif", plane=0)[0, 0].tolist() == [255, 0, 0]
    assert read(tmp_path / "a.tif", plane=1)[0, 0].tolist() == [0, 255, 0]


def test_white_is_zero_tiff(tmp_path: Path) -> None:
    gray = color_picture()[..., 0]
    tifffile.imwrite(tmp_path / "a.tif", 255 - gray, photometric="miniswhite")
    assert np.array_equal(read(tmp_path / "a.tif"), gray)


def test_tiff_of_many_bands(tmp_path: Path) -> None:
    tifffile.imwrite(
        tmp_path / "a.tif",
        np.zeros((9, 8, 6), np.uint16),
        photometric="minisblack",
        planarconfig="contig",
    )
    with pytest.raises(ImageError, match="has 6 channels"):
        open_image(tmp_path / "a.tif")
