from __future__ import annotations

from pathlib import Path

import imagecodecs
import numpy as np
import PIL.Image
import pytest
from helpers.images import color_picture, make_picture
from helpers.reading import read

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.reading.image import open_image
from hubble_dash.builder.reading.pictures import _decode_jpeg
from hubble_dash.errors import ImageError


@pytest.mark.parametrize(
    "options",
    [
        {}, {"progressive": True}, {"subsampling": 0}, {"subsampling": 2, "quality": 40},
        {"keep_rgb": True, "subsampling": 0}, {"optimize": True, "restart_marker_rows": 1},
    ],
)  # fmt: skip
@pytest.mark.parametrize("gray", [False, True])
@pytest.mark.parametrize("tail", [b"", b"\x00" * 10])
def test_jpegs_are_those_of_pillow(
    tmp_path: Path, options: dict[str, int], gray: bool, tail: bytes
) -> None:
    """Most are decoded without it; it decodes those that do not end as they should."""
    pixels = color_picture((75, 101))
    path = make_picture(tmp_path / "a.jpg", pixels[..., 0] if gray else pixels, **options)
    path.write_bytes(path.read_bytes() + tail)
    with PIL.Image.open(path) as picture, open_image(path) as image:
        assert (_decode_jpeg(path.read_bytes(), (75, 101)) is None) == bool(tail)
        np.testing.assert_array_equal(image.read(), np.asarray(picture))
        assert image.n_channels == (1 if gray else 3)


def test_truncated_jpeg_stays_an_error_for_others(tmp_path: Path) -> None:
    jpeg = make_picture(tmp_path / "good.jpg", color_picture((300, 300))).read_bytes()
    (tmp_path / "short.jpg").write_bytes(jpeg[: len(jpeg) // 2])
    limit = PIL.Image.MAX_IMAGE_PIXELS
    with pytest.raises(ImageError):
        read(tmp_path / "short.jpg")
    assert limit == PIL.Image.MAX_IMAGE_PIXELS
    with PIL.Image.open(tmp_path / "short.jpg") as picture, pytest.raises(OSError, match="trunc"):
        picture.load()


def test_budget_goes_before_pillows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_picture(tmp_path / "a.png", color_picture())
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 100)
    assert np.array_equal(read(path), color_picture())
    assert PIL.Image.MAX_IMAGE_PIXELS == 100


def test_png_and_lossless_webp(tmp_path: Path) -> None:
    pixels = color_picture()
    for path in (
        make_picture(tmp_path / "a.png", pixels),
        make_picture(tmp_path / "a.webp", pixels, lossless=True),
    ):
        with open_image(path) as image:
            assert (image.shape, image.n_channels) == ((30, 40), 3)
            assert (image.origin, image.is_flux) == ("upper", False)
            assert np.array_equal(image.read(), pixels)
            box = Box(4, 9, 20, 30)
            assert np.array_equal(image.read(box), pixels[box.slices])
            assert image.valid(box) is None


def test_gray_picture(tmp_path: Path) -> None:
    pixels = color_picture()[..., 0]
    assert np.array_equal(read(make_picture(tmp_path / "a.png", pixels)), pixels)
    bits = pixels > 60
    assert np.array_equal(read(make_picture(tmp_path / "b.png", bits)), bits * np.uint8(255))


def test_cmyk_jpeg(tmp_path: Path) -> None:
    # Full cyan ink is a color without red.
    PIL.Image.new("CMYK", (16, 16), (255, 0, 0, 0)).save(tmp_path / "a.jpg")
    pixels = read(tmp_path / "a.jpg")
    assert pixels.shape == (16, 16, 3)
    assert abs(pixels[8, 8].astype(int) - [0, 255, 255]).max() < 6


def test_palette(tmp_path: Path) -> None:
    indices = np.arange(12, dtype=np.uint8).reshape(3, 4) % 3
    picture = PIL.Image.fromarray(indices, "L").convert("P")
    picture.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    picture.putdata(indices.ravel().tolist())
    picture.save(tmp_path / "a.png")
    picture.save(tmp_path / "b.png", transparency=1)
    colors = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255]])
    assert np.array_equal(read(tmp_path / "a.png"), colors[indices])
    with open_image(tmp_path / "b.png") as image:
        assert np.array_equal(image.valid(), indices != 1)


@pytest.mark.parametrize("n_bands", [1, 2, 3, 4])
def test_deep_png(tmp_path: Path, n_bands: int) -> None:
    deep = np.random.default_rng(0).integers(0, 65536, (9, 7, n_bands), dtype=np.uint16)
    deep[0, 0, -1] = 0
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(deep.squeeze()))
    expected = deep[..., :3] if n_bands > 2 else deep[..., 0]
    with open_image(tmp_path / "a.png") as image:
        assert image.is_flux
        got = image.read()
        assert got.dtype == np.uint16
        assert np.array_equal(got, expected)
        assert (image.valid() is None) == (n_bands in (1, 3))
