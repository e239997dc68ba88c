from __future__ import annotations

import itertools

import numpy as np
import pytest
from astropy.wcs import WCS
from scipy.ndimage import gaussian_filter

from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.cutouts.processing import process, process_image
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.sky.sky import Sky
from hubble_dash.config import (
    Crop,
    EqualizeAdaptive,
    EqualizeHistogram,
    FlipLeftRight,
    FlipUpDown,
    Grayscale,
    RescaleIntensity,
    Resize,
    Rotate,
    Stretch,
)

STEPS = [
    Grayscale(),
    Crop(40, 30),
    Resize(50, 35),
    Rotate(90),
    Rotate(-30),
    FlipLeftRight(),
    FlipUpDown(),
    RescaleIntensity(),
    EqualizeHistogram(),
    EqualizeAdaptive(),
]


def wcs() -> WCS:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [150.0, 60.0]
    wcs.wcs.crpix = [40.0, 20.0]
    wcs.wcs.cd = np.array([[-1.1, 0.3], [0.3, 1.0]]) / 3600
    return wcs


def with_star(x: float, y: float, *, origin: str, shape: tuple[int, int] = (90, 120)) -> Display:
    """A smooth star at a place known to a fraction of a pixel."""
    rows, columns = np.indices(shape)
    star = 250 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 4.0**2))
    image = Image.from_array(np.rint(star).astype(np.uint8), origin=origin, sky=Sky(wcs()))
    return Display(image, Stretch())


def centroid(pixels: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(pixels.shape)
    flux = pixels.astype(float)
    return float((columns * flux).sum() / flux.sum()), float((rows * flux).sum() / flux.sum())


def test_each_step_equals_its_numpy_equivalent(rgb: np.ndarray) -> None:
    same = np.testing.assert_array_equal
    same(process(rgb, [FlipLeftRight()]), rgb[:, ::-1])
    same(process(rgb, [FlipUpDown()]), rgb[::-1])
    same(process(rgb, [Rotate(90)]), np.rot90(rgb))
    same(process(rgb, [Rotate(-90)]), np.rot90(rgb, -1))
    same(process(rgb, [Rotate(180)]), rgb[::-1, ::-1])
    same(process(rgb, [Crop(40, 30)]), rgb[9:39, 12:52])
    same(process(rgb, [Crop(1000)]), rgb)
    luminance = rgb.astype(float) @ [0.2125, 0.7154, 0.0721]
    assert np.abs(process(rgb, [Grayscale()]) - luminance).max() <= 0.51


def test_steps_are_applied_in_the_order_given(rgb: np.ndarray) -> None:
    np.testing.assert_array_equal(
        process(rgb, [Crop(40, 30), Rotate(90)]), np.rot90(rgb[9:39, 12:52])
    )
    np.testing.assert_array_equal(
        process(rgb, [Rotate(90), Crop(40, 30)]), np.rot90(rgb)[17:47, 4:44]
    )


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(STEPS, 2)))
def test_any_order_works_on_gray_and_colour(first: object, second: object) -> None:
    noise = np.random.default_rng(0).integers(0, 200, (48, 64, 3)).astype(np.uint8)
    for pixels in (noise, noise[..., 0]):
        before = pixels.copy()
        result = process(pixels, [first, second])
        assert result.dtype == np.uint8
        assert result.ndim == (2 if Grayscale() in (first, second) else pixels.ndim)
        np.testing.assert_array_equal(pixels, before)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (20, 20)])
def test_tiny_and_constant_cutouts_pass(step: object, shape: tuple[int, int]) -> None:
    for pixels in (np.full(shape, 90, np.uint8), np.full((*shape, 3), [90, 20, 0], np.uint8)):
        assert process(pixels, [step]).size > 0


def test_resize_averages_when_it_shrinks(rgb: np.ndarray) -> None:
    smooth = gaussian_filter(rgb, (3, 3, 0))
    small = process(smooth, [Resize(16, 12)])
    blocks = smooth.reshape(12, 4, 16, 4, 3).mean(axis=(1, 3))
    assert np.abs(small - blocks).max() < 4


def test_rotation_turns_counter_clockwise_as_shown() -> None:
    pixels = np.zeros((101, 101), np.uint8)
    pixels[49:52, 89:92] = 200  # right of the centre, by 40 pixels
    x, y = centroid(process(pixels, [Rotate(30)]))
    assert x == pytest.approx(50 + 40 * np.cos(np.radians(30)), abs=0.05)
    assert y == pytest.approx(50 - 40 * np.sin(np.radians(30)), abs=0.05)


def test_corners_of_a_rotation_do_not_count_as_dark_sky() -> None:
    pixels = np.random.default_rng(3).integers(100, 200, (80, 80)).astype(np.uint8)
    turned = process(pixels, [Rotate(45)])
    stretched = process(pixels, [Rotate(45), RescaleIntensity(0, 100)])
    inside = turned[20:60, 20:60]
    low, high = turned[turned > 0].min(), turned.max()
    expected = np.clip((inside.astype(float) - low) / (high - low), 0, 1) * 255
    assert np.abs(stretched[20:60, 20:60] - expected).max() <= 0.51
    assert not stretched[:5, :5].any()


@pytest.mark.parametrize("origin", ["lower", "upper"])
@pytest.mark.parametrize(
    "steps",
    [
        [FlipLeftRight()],
        [FlipUpDown()],
        [Rotate(90)],
        [Rotate(-90)],
        [Rotate(180)],
        [Rotate(30)],
        [Crop(81, 64)],
        [Resize(60, 45)],
        [Resize(200, 100)],
        [Rotate(90), Crop(80, 100), FlipLeftRight(), Rotate(-20), Resize(120), FlipUpDown()],
    ],
    ids=str,
)
def test_a_star_keeps_its_sky_position(steps: list[object], origin: str) -> None:
    x, y = 62.3, 41.6
    new = process_image(with_star(x, y, origin=origin), steps)
    assert new.origin == origin
    assert new.sky is not None
    ra, dec = new.sky.at(*centroid(new.image.read()))
    old_x, old_y = wcs().all_world2pix(ra, dec, 0)
    assert old_x == pytest.approx(x, abs=0.02)
    assert old_y == pytest.approx(y, abs=0.02)


def test_whole_images_are_processed_as_shown(rgb: np.ndarray) -> None:
    shown = rgb[::-1]
    display = Display(Image.from_array(rgb, origin="lower"), Stretch())
    new = process_image(display, [Crop(40, 30), Rotate(90)])
    np.testing.assert_array_equal(new.read()[0], np.rot90(shown[9:39, 12:52]))
    np.testing.assert_array_equal(new.image.read(), np.rot90(shown[9:39, 12:52])[::-1])
    assert new.shape == (40, 30)
    assert new.image.path == display.image.path
    assert new.sky is None


def test_invalid_pixels_move_along_and_corners_become_invalid() -> None:
    pixels = np.full((40, 60), 100, np.uint8)
    valid = np.ones((40, 60), bool)
    valid[:10] = False
    display = Display(Image.from_array(pixels, valid=valid), Stretch())
    _, flipped = process_image(display, [FlipUpDown()]).read()
    np.testing.assert_array_equal(flipped, valid[::-1])
    _, halved = process_image(display, [Resize(30, 20)]).read()
    np.testing.assert_array_equal(halved, valid[::2, ::2])
    shown, turned = process_image(display, [Rotate(45)]).read()
    assert not turned[0, 0]
    assert turned[22, 30]
    assert not shown[~turned].any()


def test_flux_is_stretched_first_and_only_once() -> None:
    flux = np.random.default_rng(4).normal(1000, 5, (30, 40)).astype(np.float32)
    flux[3, 7] = np.nan
    display = Display(Image.from_array(flux, origin="lower"), Stretch())
    new = process_image(display, [FlipLeftRight()])
    before, after = display.read(), new.read()
    np.testing.assert_array_equal(after[0], before[0][:, ::-1])
    np.testing.assert_array_equal(after[1], before[1][:, ::-1])
    assert not new.image.is_flux


def test_no_steps_change_nothing(rgb: np.ndarray) -> None:
    display = Display(Image.from_array(rgb), Stretch())
    assert process_image(display, []) is display
    np.testing.assert_array_equal(process(rgb, []), rgb)


def test_wrong_arguments_are_named(rgb: np.ndarray) -> None:
    with pytest.raises(TypeError, match="float64"):
        process(rgb / 255, [])
    with pytest.raises(ValueError, match=r"\(48, 64, 2\)"):
        process(rgb[..., :2], [])
    with pytest.raises(TypeError, match="'grayscale' is not a processing step"):
        process(rgb, ["grayscale"])
