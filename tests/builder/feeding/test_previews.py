"""Thumbnails of cutouts, and previews of the images they are cut from."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.feeding.previews import fit_thumbnail, make_preview, preview_side
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.config import Stretch
from hubble_dash.errors import ImageError


@pytest.mark.parametrize("shape", [(200, 100), (100, 200, 3), (10, 5), (1, 300)])
def test_fit_thumbnail_keeps_the_aspect_and_centres_on_black(shape: tuple[int, ...]) -> None:
    thumbnail = fit_thumbnail(np.full(shape, 200, np.uint8), 96)
    assert thumbnail.shape == (96, 96, 3)
    assert thumbnail.dtype == np.uint8
    lit = np.argwhere(thumbnail[..., 0] > 100)
    (top, left), (bottom, right) = lit.min(axis=0), lit.max(axis=0)
    height, width = bottom - top + 1, right - left + 1
    assert max(height, width) == 96
    scale = 96 / max(shape[:2])
    assert height == pytest.approx(max(1, shape[0] * scale), abs=1)
    assert width == pytest.approx(max(1, shape[1] * scale), abs=1)
    assert abs(top - (95 - bottom)) <= 1
    assert abs(left - (95 - right)) <= 1


def test_fit_thumbnail_averages_rather_than_picks() -> None:
    checkers = (np.indices((192, 192)).sum(axis=0) % 2 * 255).astype(np.uint8)
    thumbnail = fit_thumbnail(checkers, 96)
    assert np.abs(thumbnail[4:-4, 4:-4].astype(int) - 128).max() <= 3


def as_pixels(data: bytes) -> np.ndarray:
    with Pillow.open(io.BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        return np.asarray(picture.convert("RGB"))


def test_preview_is_the_image_as_shown() -> None:
    pixels = np.zeros((300, 400), np.uint8)
    pixels[:100] = 200  # FITS: the lowest rows
    display = Display(Image.from_array(pixels, origin="lower"), Stretch())
    preview = make_preview(display, max_side=200)
    assert preview[1:] == (200, 150, "")
    shown = as_pixels(preview.data)
    assert shown.shape == (150, 200, 3)
    assert shown[110:].mean() == pytest.approx(200, abs=4)
    assert shown[:90].mean() < 4


def test_a_preview_that_jpeg_cannot_hold_is_refused() -> None:
    display = Display(Image.from_array(np.zeros((3, 3), np.uint8)), Stretch())
    with pytest.raises(ValueError, match="max_side is 70000; JPEG holds 1 to 65535"):
        make_preview(display, max_side=70000)


@pytest.mark.parametrize(
    ("shape", "side", "expected"),
    [
        ((3000, 3000), 3000, 1600),  # whole images
        ((1969, 2651), 224, 2651),  # windows: all pixels of theirs
        ((9000, 6000), 224, 4096),
        ((5000, 4000), 1000, 3840),  # more would not be seen
        ((9000, 6000), 40, 1600),  # sources, whose thumbnails have all pixels
        ((300, 200), 150, 1600),
    ],
)
def test_previews_are_as_large_as_a_close_look_needs(
    shape: tuple[int, int], side: int, expected: int
) -> None:
    box = Box(0, min(side, shape[1]), 0, min(side, shape[0]))
    assert preview_side(shape, [box, box, Box(0, 9, 0, 9), box], 96) == expected
    assert preview_side(shape, [], 96) == 1600


def jpeg(path: Path, **options: object) -> Path:
    y, x = np.mgrid[:90, :120]
    Pillow.fromarray(np.stack([x * 2, y * 2, x + y], axis=2).astype(np.uint8)).save(path, **options)
    return path


def test_a_small_jpeg_stays_as_it_is_but_for_its_metadata(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x010E] = "a secret"
    plain = jpeg(tmp_path / "plain.jpg", quality=80)
    told = jpeg(
        tmp_path / "told.jpg", quality=80, exif=exif, comment="secret too", progressive=True
    )
    for path in (plain, told):
        with open_image(path) as image:
            preview = make_preview(Display(image, Stretch()))
            expected = image.read()
        assert preview[1:] == (120, 90, "")
        assert b"secret" not in preview.data
        np.testing.assert_array_equal(as_pixels(preview.data), expected)
    assert make_preview_of(plain) == plain.read_bytes()
    assert b"secret" in told.read_bytes()


def make_preview_of(path: Path, **options: int) -> bytes:
    with open_image(path) as image:
        return make_preview(Display(image, Stretch()), **options).data


@pytest.mark.parametrize("case", ["turned", "profile", "large", "odd", "fat"])
def test_other_jpegs_are_written_anew(tmp_path: Path, case: str) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    options = {"turned": {"exif": exif}, "profile": {"icc_profile": b"x" * 200}}.get(case, {})
    path = jpeg(tmp_path / "a.jpg", quality=100 if case == "fat" else 80, **options)
    data = path.read_bytes()
    if case == "odd":
        path.write_bytes(data[:2] + b"\xff" + data[2:])  # a fill byte, which T.81 allows
    if case == "fat":
        noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
        Pillow.fromarray(noise).save(path, quality=100, subsampling=0)
    written = make_preview_of(path, max_side=60 if case == "large" else 1600)
    assert written != path.read_bytes()
    assert as_pixels(written).shape[:2] == {"turned": (120, 90), "large": (45, 60)}.get(
        case, (90, 120)
    )


def test_a_damaged_jpeg_has_no_preview(tmp_path: Path) -> None:
    path = jpeg(tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes()[:-900])
    with pytest.raises(ImageError, match="damaged"):
        make_preview_of(path)
