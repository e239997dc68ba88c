from __future__ import annotations

import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import PIL.Image
import pytest
from helpers.images import color_picture, make_picture
from helpers.reading import read

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.codecs.jpeg import decode_jpeg
from hubble_dash.builder.codecs.jpeg_xl import header_of_jpeg_xl
from hubble_dash.builder.reading.opening import open_image
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
        assert (decode_jpeg(path.read_bytes(), (75, 101)) is None) == bool(tail)
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


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 2}])
@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("factor", [2, 4, 8])
def test_jpegs_are_decoded_at_a_fraction_of_their_size(
    tmp_path: Path, options: dict[str, int], orientation: int, factor: int
) -> None:
    """What is left are the means of blocks, but for what is finer than these."""
    y, x = np.mgrid[:83, :117]
    smooth = np.stack([x * 2, y * 3, x + y], axis=2).astype(np.uint8)
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    path = make_picture(tmp_path / "a.jpg", smooth, quality=95, exif=exif, **options)
    with open_image(path) as image:
        shrunk = image.shrunk(factor)
        whole = image.read()
        assert image.shrunk(factor) is None
    height, width = (-(-side // factor) for side in whole.shape[:2])
    assert shrunk is not None
    assert shrunk.shape == (height, width, 3)
    rows, columns = whole.shape[0] // factor, whole.shape[1] // factor
    blocks = whole[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor, 3)
    # Turned, blocks are counted from the other edge, and the first may be smaller.
    found = shrunk[:rows, -columns:] if orientation == 6 else shrunk[:rows, :columns]
    assert np.abs(found - blocks.mean(axis=(1, 3))).mean() < 2 * factor


def test_what_cannot_be_decoded_at_a_fraction_is_decoded_whole(tmp_path: Path) -> None:
    make_picture(tmp_path / "a.png", color_picture())
    PIL.Image.new("CMYK", (40, 40), (255, 0, 0, 0)).save(tmp_path / "cmyk.jpg")
    cut_short = make_picture(tmp_path / "cut.jpg", color_picture((300, 300)))
    cut_short.write_bytes(cut_short.read_bytes()[:-2000])
    for name in ("a.png", "cmyk.jpg", "cut.jpg"):
        with open_image(tmp_path / name) as image:
            assert image.shrunk(2) is None
            if name == "cut.jpg":
                with pytest.raises(ImageError, match="is damaged"):
                    image.read()
            else:
                assert image.read().shape[:2] == image.shape


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


@pytest.mark.parametrize("name", ["a.gif", "a.bmp", "a.jp2", "a.avif", "a.jxl"])
@pytest.mark.parametrize("gray", [False, True])
def test_further_formats(tmp_path: Path, name: str, gray: bool) -> None:
    pixels = color_picture()[..., 0] if gray else color_picture()
    if name == "a.jxl":
        (tmp_path / name).write_bytes(imagecodecs.jpegxl_encode(pixels, lossless=True))
    else:
        PIL.Image.fromarray(pixels).save(
            tmp_path / name, **({"quality": 100} if "avif" in name else {})
        )
    with open_image(tmp_path / name) as image:
        got = image.read()
        assert (image.origin, image.is_flux) == ("upper", False)
        # GIF and AVIF have no gray.
        if got.ndim > pixels.ndim:
            pixels = np.repeat(pixels[..., None], 3, axis=2)
        most = {"a.gif": 60, "a.avif": 8}.get(name, 0) * (name != "a.gif" or not gray)
        assert abs(got.astype(int) - pixels).max() <= most


@pytest.mark.parametrize("name", ["a.jp2", "a.jxl"])
@pytest.mark.parametrize("n_bands", [1, 3])
def test_further_formats_of_16_bits(tmp_path: Path, name: str, n_bands: int) -> None:
    deep = np.random.default_rng(0).integers(0, 65536, (40, 30, n_bands), dtype=np.uint16)
    deep = deep.squeeze()
    data = (
        imagecodecs.jpegxl_encode(deep, lossless=True)
        if name == "a.jxl"
        else imagecodecs.jpeg2k_encode(deep, reversible=True, level=0)
    )
    (tmp_path / name).write_bytes(data)
    with open_image(tmp_path / name) as image:
        assert image.is_flux
        assert np.array_equal(image.read(), deep)


@pytest.mark.parametrize("shape", [(8, 8), (40, 56), (100, 75), (9, 16), (1000, 3), (300, 300)])
def test_sizes_of_jpeg_xl(shape: tuple[int, int]) -> None:
    data = imagecodecs.jpegxl_encode(np.zeros(shape, np.uint8))
    assert header_of_jpeg_xl(data)[:2] == shape[::-1]
    box = (len(data) + 8).to_bytes(4, "big") + b"jxlc" + data
    assert header_of_jpeg_xl(b"\0\0\0\x0cJXL \r\n\x87\n" + box)[:2] == shape[::-1]


def test_moving_pictures_say_so(tmp_path: Path) -> None:
    frames = [PIL.Image.fromarray(color_picture() // n) for n in (1, 2)]
    for name in ("a.gif", "a.png", "a.webp"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
        with open_image(tmp_path / name) as image:
            assert image.notes == ["a moving picture, of which the first frame is shown"]


def png(
    rows: bytes, shape: tuple[int, int], *more: tuple[bytes, bytes], last: bool = False
) -> bytes:
    """A gray PNG of 8 bits, with further chunks before or after its pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", shape[1], shape[0], 8, 0, 0, 0, 0))
    parts = [b"".join(chunk(*one) for one in more), chunk(b"IDAT", zlib.compress(rows))]
    return (
        b"\x89PNG\r\n\x1a\n" + header + b"".join(parts[:: -1 if last else 1]) + chunk(b"IEND", b"")
    )


def test_a_png_whose_pixels_end_early_is_damaged(tmp_path: Path) -> None:
    """Pillow fills it up with black, and says nothing."""
    (tmp_path / "a.png").write_bytes(png(bytes(11) * 5, (10, 10)))
    with PIL.Image.open(tmp_path / "a.png") as picture:
        picture.load()
    with pytest.raises(ImageError, match="is damaged: PngError: Not enough image data"):
        read(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(png(bytes(100), (100_000_000, 1)))
    with pytest.raises(ImageError, match="a side of more than 1,000,000 pixels"):
        read(tmp_path / "b.png")


def test_nothing_but_pixels_of_a_png_is_looked_at(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """libpng would remark on a colour profile that is none."""
    bad = (b"iCCP", b"icc\0\0" + zlib.compress(b"no profile" * 30))
    (tmp_path / "a.png").write_bytes(png(bytes(11) * 10, (10, 10), bad))
    assert read(tmp_path / "a.png").shape == (10, 10)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("last", [False, True])
def test_orientation_of_a_png_wherever_it_stands(tmp_path: Path, last: bool) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    chunk = (b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
    rows = b"".join(b"\0" + bytes([i] * 7) for i in range(4))
    (tmp_path / "a.png").write_bytes(png(rows, (4, 7), chunk, last=last))
    assert read(tmp_path / "a.png").tolist() == [[3, 2, 1, 0]] * 7


def test_a_deep_png_is_turned(tmp_path: Path) -> None:
    deep = np.arange(28, dtype=np.uint16).reshape(4, 7) * 1000
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.fromarray(deep).save(tmp_path / "a.png", exif=exif)
    with open_image(tmp_path / "a.png") as image:
        assert image.shape == (7, 4)
        assert np.array_equal(image.read(), np.rot90(deep, -1))


def test_a_jpeg_of_very_many_scans_is_refused(tmp_path: Path) -> None:
    path = make_picture(tmp_path / "a.jpg", color_picture(), progressive=True)
    assert read(path).shape == (30, 40, 3)
    path.write_bytes(path.read_bytes() + b"\xff\xda" * 101)
    with pytest.raises(ImageError, match="scans, allowed are 100"):
        open_image(path)


def test_a_bmp_that_promises_more_than_its_runs_can_be_is_refused(tmp_path: Path) -> None:
    PIL.Image.fromarray(color_picture()[..., 0]).save(tmp_path / "a.bmp")
    data = bytearray((tmp_path / "a.bmp").read_bytes())
    # Rows of 8,000 pixels, in runs.
    struct.pack_into("<ii", data, 18, 8000, 8000)
    struct.pack_into("<I", data, 30, 1)
    (tmp_path / "a.bmp").write_bytes(data)
    with pytest.raises(ImageError, match="is cut short: a BMP of 8000 x 8000 pixels"):
        open_image(tmp_path / "a.bmp")
