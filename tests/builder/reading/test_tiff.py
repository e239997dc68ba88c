from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile
from helpers.images import color_picture, flux_image
from helpers.reading import read

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.errors import ImageError


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize(
    "dtype", [np.uint8, np.uint16, np.uint32, np.int16, np.float32, np.float64, np.int64]
)
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


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.int16, np.float32])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_white_is_zero_of_any_type(tmp_path: Path, dtype: type, compression: str | None) -> None:
    """Nothing in the file is quite white, so that its brightest pixel says nothing."""
    gray = (color_picture()[..., 0] // 2 + 20).astype(dtype)
    largest = 0 if dtype is np.float32 else -1 if dtype is np.int16 else np.iinfo(dtype).max
    tifffile.imwrite(
        tmp_path / "a.tif",
        (largest - gray.astype(np.int64)).astype(dtype),
        photometric="miniswhite",
        compression=compression,
    )
    got = read(tmp_path / "a.tif")
    assert got.dtype == dtype
    assert np.array_equal(got, gray)


@pytest.mark.parametrize("bits", [2, 4, 6, 10, 12, 14])
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_bits_that_fill_no_byte(tmp_path: Path, bits: int, photometric: str) -> None:
    values = np.arange(48).reshape(6, 8) * (2**bits - 1) // 47
    stored = values if photometric == "minisblack" else 2**bits - 1 - values
    tifffile.imwrite(
        tmp_path / "a.tif",
        stored.astype(np.uint8 if bits < 8 else np.uint16),
        bitspersample=bits,
        photometric=photometric,
    )
    shown = values * 255 // (2**bits - 1) if bits < 8 else values
    assert np.array_equal(read(tmp_path / "a.tif"), shown)


@pytest.mark.parametrize(
    ("dtype", "text", "is_value"),
    [
        (np.float32, "-9999", True),
        (np.float32, "-3.4028234663852886e+38", True),
        (np.float32, "nan", False),
        (np.float64, "1e-30 ", True),
        (np.int16, "-32768", True),
        (np.uint8, "0", True),
        (np.uint8, "-9999", False),
        (np.uint16, "0.5", False),
        (np.uint16, "none", False),
        (np.float32, "-9999,5", True),
    ],
)
def test_no_data_of_gdal(tmp_path: Path, dtype: type, text: str, is_value: bool) -> None:
    pixels = (flux_image() + 5).astype(dtype)
    if is_value:
        pixels[:, -10:] = float(text.replace(",", "."))
    tifffile.imwrite(tmp_path / "a.tif", pixels, extratags=[(42113, "s", 0, text, True)])
    with open_image(tmp_path / "a.tif") as image:
        valid = image.valid(Box(60, 80, 0, 60))
        assert np.array_equal(image.read(), pixels)
    expected = np.ones((60, 20), bool)
    expected[:, 10:] = False
    assert np.array_equal(valid, expected) if is_value else valid is None


def test_colours_are_no_data_where_all_channels_are(tmp_path: Path) -> None:
    pixels = color_picture()
    pixels[:5] = 0
    pixels[5:9, :, 1] = 0
    tifffile.imwrite(
        tmp_path / "a.tif", pixels, photometric="rgb", extratags=[(42113, "s", 0, "0", True)]
    )
    with open_image(tmp_path / "a.tif") as image:
        assert np.array_equal(image.valid(), pixels.any(axis=2))


def test_small_copies_and_masks_are_not_the_image(tmp_path: Path) -> None:
    pixels = color_picture()
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(pixels[::2, ::2], photometric="rgb", subfiletype=1)
        writer.write(pixels[..., 0] > 60, photometric="minisblack", subfiletype=4)
        writer.write(pixels, photometric="rgb")
    with open_image(tmp_path / "a.tif") as image:
        assert np.array_equal(image.read(), pixels)
        assert image.notes == []
    with pytest.raises(ImageError, match="no plane 1; allowed: 0 to 0"):
        open_image(tmp_path / "a.tif", plane=1)


def test_images_below_a_small_copy(tmp_path: Path) -> None:
    """As cameras and scanners write them."""
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(color_picture()[::2, ::2], photometric="rgb", subfiletype=1, subifds=1)
        writer.write(color_picture(), photometric="rgb")
    assert np.array_equal(read(tmp_path / "a.tif"), color_picture())


def test_images_of_several_sizes_are_told(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(color_picture(), photometric="rgb")
        writer.write(color_picture()[:9], photometric="rgb")
    with open_image(tmp_path / "a.tif") as image:
        assert image.notes == ["2 images in one file, of which the first is shown; name another"]
    assert read(tmp_path / "a.tif", plane=1).shape == (9, 40, 3)


def test_palette_of_16_bits(tmp_path: Path) -> None:
    palette = np.random.default_rng(0).integers(0, 65536, (3, 65536), dtype=np.uint16)
    indices = np.arange(48, dtype=np.uint16).reshape(6, 8) * 1000
    tifffile.imwrite(tmp_path / "a.tif", indices, photometric="palette", colormap=palette)
    assert np.array_equal(read(tmp_path / "a.tif"), (palette >> 8).T[indices])


def test_colours_stored_times_alpha(tmp_path: Path) -> None:
    alpha = np.linspace(0, 255, 1200).astype(np.uint8).reshape(30, 40, 1)
    stored = color_picture().astype(int) * alpha // 255
    tifffile.imwrite(
        tmp_path / "a.tif",
        np.concatenate([stored.astype(np.uint8), alpha], axis=2),
        photometric="rgb",
        extrasamples=["assocalpha"],
    )
    with open_image(tmp_path / "a.tif") as image:
        got = image.read().astype(int)
        assert np.array_equal(image.valid(), alpha[..., 0] > 0)
    opaque = alpha[..., 0] > 100
    assert abs(got - color_picture())[opaque].max() <= 3


@pytest.mark.parametrize(
    ("pixels", "photometric", "reason"),
    [
        (np.zeros((9, 9), np.uint16), "cfa", "raw data of a camera; develop"),
        (np.zeros((9, 9), np.complex64), "minisblack", "complex numbers"),
        (np.zeros((9, 9, 3), np.uint8), "icclab", "ICCLab colours, which are not read; convert"),
        (np.zeros((9, 9), np.uint8), "mask", "a mask and no image"),
    ],
)
def test_what_is_no_image_is_told(
    tmp_path: Path,
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.generic]],
    photometric: str,
    reason: str,
) -> None:
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric=photometric)
    with pytest.raises(ImageError, match=reason):
        open_image(tmp_path / "a.tif")


def test_a_file_without_pages_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"II+\0\x08\0\0\0" + (2**60).to_bytes(8, "little"))
    with pytest.raises(ImageError, match="holds no image: it has no pages"):
        open_image(tmp_path / "a.tif")


def test_a_hundred_million_tiles_are_refused(tmp_path: Path) -> None:
    """A header of 134 bytes, whose tiles of one pixel would take an hour."""
    tags = [(256, 9000), (257, 9000), (258, 8), (259, 1), (262, 1), (277, 1), (322, 1), (323, 1)]
    tags += [(324, 100), (325, 1)]
    entries = b"".join(struct.pack("<HHII", code, 4, 1, value) for code, value in tags)
    (tmp_path / "a.tif").write_bytes(
        b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)
    )
    with pytest.raises(ImageError, match="81,000,000 tiles, allowed are 1,000,000"):
        open_image(tmp_path / "a.tif")


def test_pages_that_go_round_in_a_circle_end(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", color_picture(), photometric="rgb")
    data = bytearray((tmp_path / "a.tif").read_bytes())
    (start,) = struct.unpack_from("<I", data, 4)
    (n_tags,) = struct.unpack_from("<H", data, start)
    struct.pack_into("<I", data, start + 2 + 12 * n_tags, start)
    (tmp_path / "a.tif").write_bytes(data)
    assert np.array_equal(read(tmp_path / "a.tif"), color_picture())


@pytest.mark.parametrize("tag", ["RowsPerStrip", "TileWidth"])
def test_strips_and_tiles_without_a_side_are_refused(tmp_path: Path, tag: str) -> None:
    path = tmp_path / "a.tif"
    tile = (16, 16) if tag == "TileWidth" else None
    tifffile.imwrite(path, np.zeros((8, 8), np.uint8), tile=tile)
    with tifffile.TiffFile(path, mode="r+") as file:
        file.pages.first.tags[tag].overwrite(0)
    with pytest.raises(ImageError, match="a tile or strip has sides of 0 x 8 pixels"):
        open_image(path)


def test_several_numbers_where_one_belongs_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.zeros((8, 8), np.uint8))
    with tifffile.TiffFile(path, mode="r+") as file:
        file.pages.first.tags["ImageWidth"].overwrite((8, 8, 8))
    with pytest.raises(ImageError, match=r"its width is \(8, 8, 8\), not one number"):
        open_image(path)
