from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import tifffile
from astropy.visualization import AsinhStretch, PercentileInterval, ZScaleInterval
from helpers.images import flux_image, make_fits

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.cutouts.display import Display, find_limits
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.config import Stretch

LINEAR = Stretch(limits="minmax", curve="linear")


def display(pixels: np.ndarray, settings: Stretch = LINEAR, **options: object) -> Display:
    return Display(Image.from_array(pixels, **options), settings)


def by_hand(flux: np.ndarray, low: float, high: float, curve: str) -> np.ndarray:
    """The curves as astropy documents them, in float64."""
    unit = np.clip((flux.astype(float) - low) / (high - low), 0, 1)
    shown = {
        "linear": unit,
        "sqrt": np.sqrt(unit),
        "asinh": np.arcsinh(unit / 0.1) / np.arcsinh(10),
        "log": np.log(1000 * unit + 1) / np.log(1001),
    }[curve]
    return shown * 255


@pytest.mark.parametrize("curve", ["linear", "asinh", "sqrt", "log"])
@pytest.mark.parametrize("limits", ["zscale", "percentile", "minmax"])
def test_levels(limits: str, curve: str) -> None:
    flux = flux_image()
    low, high = {
        "minmax": (flux.min(), flux.max()),
        "percentile": np.percentile(flux, [5, 95]),
        "zscale": ZScaleInterval().get_limits(flux),
    }[limits]
    shown, valid = display(flux, Stretch(limits=limits, percentile=90, curve=curve)).read()
    assert shown.dtype == np.uint8
    assert valid.all()
    assert abs(shown - by_hand(flux, low, high, curve)).max() < 0.51


def test_as_astropy_shows_it(tmp_path: Path) -> None:
    flux = flux_image()
    expected = (AsinhStretch() + PercentileInterval(99.5))(flux)
    with open_image(make_fits(tmp_path / "a.fits", flux)) as image:
        shown, _ = Display(image, Stretch()).read()
    assert abs(shown - 255 * expected[::-1]).max() < 0.51


def test_fits_is_shown_from_the_top() -> None:
    flux = np.arange(12.0).reshape(3, 4)
    shown, valid = display(flux, origin="lower").read(Box(1, 3, 0, 2))
    assert np.array_equal(shown, np.rint(flux[0:2, 1:3][::-1] / 11 * 255))
    assert valid.shape == (2, 2)
    picture, _ = display(flux, origin="upper").read(Box(1, 3, 0, 2))
    assert np.array_equal(picture, shown[::-1])


def test_pictures_stay() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (8, 9, 3), dtype=np.uint8)
    opaque = rgb[..., 0] > 50
    shown, valid = display(rgb, Stretch(), valid=opaque).read()
    assert np.array_equal(valid, opaque)
    assert np.array_equal(shown[opaque], rgb[opaque])
    assert not shown[~opaque].any()


@pytest.mark.parametrize("limits", ["zscale", "percentile", "minmax"])
def test_blank_and_saturated(limits: str) -> None:
    flux = flux_image().astype(float)
    flux[:10] = np.nan
    flux[20, 20], flux[20, 21] = np.inf, -np.inf
    flux[30, 30] = 1e300
    settings = Stretch(limits=limits)
    shown, valid = display(flux, settings).read()
    assert np.array_equal(valid, np.isfinite(flux))
    assert not shown[~valid].any()
    assert shown[30, 30] == 255
    flux[30, 30] = 1e30
    assert display(flux.astype(">f4"), settings).read()[0][30, 30] == 255


def test_hole_values_are_black() -> None:
    flux = flux_image()
    flux[0] = np.finfo(np.float32).min
    flux[1, :5] = np.finfo(np.float32).max
    shown, valid = display(flux, Stretch(percentile=90)).read()
    assert valid.all()
    assert not shown[0].any()
    assert (shown[1, :5] == 255).all()


@pytest.mark.parametrize("limits", ["zscale", "percentile", "minmax"])
def test_constant_is_gray(limits: str) -> None:
    flux = np.full((30, 40), 7.25, np.float32)
    flux[3, 4] = np.nan
    shown, valid = display(flux, Stretch(limits=limits)).read()
    assert shown[3, 4] == 0
    assert (shown[valid] == 128).all()


@pytest.mark.parametrize("limits", ["zscale", "percentile", "minmax"])
def test_nothing_valid(limits: str) -> None:
    shown, valid = display(np.full((5, 6), np.nan), Stretch(limits=limits)).read()
    assert not shown.any()
    assert not valid.any()


def test_few_sources_on_nothing() -> None:
    flux = np.zeros((100, 100))
    flux[50, 50:52] = 1, 2
    shown, _ = display(flux, Stretch(curve="linear")).read()
    assert shown[50, 50:53].tolist() == [128, 255, 0]


def test_colors_share_limits(tmp_path: Path) -> None:
    rgb = np.zeros((10, 12, 3), np.uint16)
    rgb[..., 0] = np.linspace(0, 60_000, 12)
    rgb[..., 1] = np.linspace(0, 30_000, 12)
    tifffile.imwrite(tmp_path / "a.tif", rgb, photometric="rgb")
    with open_image(tmp_path / "a.tif") as image:
        shown, _ = Display(image, LINEAR).read()
    assert shown[0, -1].tolist() == [255, 128, 0]


def test_per_cutout() -> None:
    flux = np.arange(100.0).reshape(10, 10)
    box = Box(0, 10, 0, 2)
    whole = display(flux).read(box)[0]
    single = display(flux, Stretch(limits="minmax", curve="linear", per="cutout")).read(box)[0]
    assert whole.max() == round(19 / 99 * 255)
    assert single.max() == 255


@pytest.mark.parametrize("origin", ["lower", "upper"])
@pytest.mark.parametrize("color", [False, True])
def test_shrinking_averages_blocks(origin: str, color: bool) -> None:
    rng = np.random.default_rng(0)
    shape = (23, 31, 3) if color else (23, 31)
    pixels = rng.integers(1, 256, shape, dtype=np.uint8)
    valid = rng.random((23, 31)) > 0.3
    valid[8:12, 4:8] = False
    image = Image.from_array(pixels, valid=valid, origin=origin)
    shown, good = Display(image, LINEAR, band_pixels=100).read(max_side=8)
    assert shown.shape[:2] == (6, 8)
    shown, good = (shown[::-1], good[::-1]) if origin == "lower" else (shown, good)
    for y in range(6):
        for x in range(8):
            block = np.s_[4 * y : 4 * y + 4, 4 * x : 4 * x + 4]
            inside = pixels[block][valid[block]]
            assert good[y, x] == bool(inside.size)
            expected = inside.mean(axis=0) if inside.size else 0 * pixels[0, 0]
            assert np.all(abs(shown[y, x] - expected) <= 0.5)


def test_small_images_are_not_shrunk() -> None:
    pixels = flux_image()
    assert np.array_equal(display(pixels).read(max_side=80)[0], display(pixels).read()[0])
    with pytest.raises(ValueError, match="max_side is 0"):
        display(pixels).read(max_side=0)


def test_limits_of_large_images_are_sampled() -> None:
    flux = flux_image((400, 500))
    full = display(flux, Stretch()).read()[0]
    sizes = {"band_pixels": 10_000, "max_sampled_pixels": 10_000}
    sampled = Display(Image.from_array(flux), Stretch(), **sizes).read()[0]
    assert abs(full.astype(int) - sampled).mean() < 8
    # Extremes are not left to a sample.
    flux[1, 1] = 1e6
    extremes = Display(Image.from_array(flux), LINEAR, **sizes)
    assert extremes.read(Box(0, 9, 0, 9))[0].sum() == 255


@pytest.mark.parametrize("dtype", [">f4", ">f8"])
def test_flux(dtype: str) -> None:
    flux = flux_image().astype(dtype)
    flux[3, 4], flux[5, 6] = np.nan, np.inf
    got = display(flux, origin="lower").flux(Box(2, 20, 1, 15))
    assert got.dtype == np.dtype(dtype).newbyteorder("=")
    expected = flux[1:15, 2:20].astype(got.dtype)
    expected[~np.isfinite(expected)] = np.nan
    assert np.array_equal(got, expected, equal_nan=True)


def test_flux_of_colors_is_luminance() -> None:
    rgb = np.array([[[200, 0, 0], [0, 200, 0], [0, 0, 200], [9, 9, 9]]], np.uint8)
    got = display(rgb, valid=np.array([[True, True, True, False]])).flux()
    assert got[0, :3] == pytest.approx([42.5, 143.08, 14.42], rel=1e-5)
    assert np.isnan(got[0, 3])


def test_find_limits() -> None:
    values = np.arange(101.0)
    assert find_limits(values, Stretch(percentile=80)) == pytest.approx((10, 90))
    assert find_limits(np.empty(0), Stretch()) == (0.0, 0.0)


@pytest.mark.parametrize("max_side", [None, 1000])
def test_no_more_is_held_than_the_result_and_a_band(max_side: int | None) -> None:
    image = Image.from_array(flux_image((1500, 2000)).astype(">f8"), origin="lower")
    shown = Display(image, Stretch(), band_pixels=20_000, max_sampled_pixels=20_000)
    tracemalloc.start()
    try:
        pixels, valid = shown.read(max_side=max_side)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    band = 20_000 * 8
    assert peak < pixels.nbytes + valid.nbytes + 12 * band
    # What it was before: all of the flux in one piece, several times over.
    assert peak < 1500 * 2000 * 8


@pytest.mark.parametrize("origin", ["lower", "upper"])
@pytest.mark.parametrize("per", ["image", "cutout"])
@pytest.mark.parametrize("max_side", [None, 12])
def test_boxes_that_are_read_together_are_as_read_one_by_one(
    origin: str, per: str, max_side: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    flux = flux_image((40, 60))
    flux[3:9, 5:20] = np.nan
    shown = display(flux, Stretch(per=per), origin=origin)  # type: ignore[arg-type]
    apart = [Box(0, 9, 0, 9), Box(50, 60, 30, 40)]
    overlapping = [Box(x, x + 16, y, y + 14) for y in (1, 5) for x in range(0, 40, 4)]
    n_read: list[Box] = []
    real = Image.read

    def read(self: Image, box: Box, **options: int) -> np.ndarray:
        n_read.append(box)
        return real(self, box, **options)

    for boxes in (apart, overlapping, overlapping[:1]):
        expected = [shown.read(box, max_side=max_side) for box in boxes]
        with monkeypatch.context() as patch:
            patch.setattr(Image, "read", read)
            n_read.clear()
            found = shown.read_each(boxes, max_side=max_side)
        is_together = boxes is overlapping and per == "image" and max_side is None
        assert (len(n_read) == 1) == (is_together or (len(boxes) == 1 and per == "image"))
        for (pixels, valid), (others, as_valid) in zip(found, expected, strict=True):
            np.testing.assert_array_equal(pixels, others)
            np.testing.assert_array_equal(valid, as_valid)
