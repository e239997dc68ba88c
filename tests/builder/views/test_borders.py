"""Frames are found, galaxies on black are not, and what is filled is mirrored sky."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from hubble_dash.builder.models.network_input import NetworkInput
from hubble_dash.builder.views.augmentation import Views, see
from hubble_dash.builder.views.borders import fill_blanks, frame_of

SIDE = 100
Y, X = np.mgrid[:SIDE, :SIDE] / SIDE
MASKS = {
    "top": Y < 0.1,
    "right": X >= 0.93,
    "two sides": (Y < 0.08) | (X < 0.12),
    "corner": X / 0.5 + Y / 0.4 < 1,
    "tilted": X + 0.15 * Y < 0.15,
}


def sky(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(40, 90, (SIDE, SIDE, 3), dtype=np.uint8)


def framed(name: str, colour: int = 0) -> NDArray[np.uint8]:
    pixels = sky()
    pixels[MASKS[name]] = colour
    return pixels


@pytest.mark.parametrize("name", MASKS)
@pytest.mark.parametrize("colour", [0, 255])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_frames_are_found(name: str, colour: int, turns: int) -> None:
    found = frame_of(np.rot90(framed(name, colour), turns))
    assert found is not None
    np.testing.assert_array_equal(found, np.rot90(MASKS[name], turns))


def test_gray_and_noisy_frames_are_found() -> None:
    pixels = framed("two sides")[..., 0]
    pixels[MASKS["two sides"]] = np.arange(MASKS["two sides"].sum()) % 4
    found = frame_of(pixels)
    assert found is not None
    np.testing.assert_array_equal(found, MASKS["two sides"])


def test_sky_without_a_frame_is_left_as_it_is() -> None:
    pixels = sky()
    assert frame_of(pixels) is None
    assert fill_blanks(pixels) is pixels


@pytest.mark.parametrize(
    "shape",
    [
        np.hypot(X - 0.5, Y - 0.5) < 0.3,  # a round galaxy
        np.abs(X - Y) < 0.1,  # an edge-on one, from corner to corner
        (np.abs(X - 0.5) < 0.05) | (np.abs(Y - 0.5) < 0.05),  # the spikes of a star
    ],
    ids=["galaxy", "edge-on", "spikes"],
)
def test_what_shines_on_black_sky_is_no_frame(shape: NDArray[np.bool_]) -> None:
    pixels = np.where(shape[..., None], sky(), 0).astype(np.uint8)
    assert frame_of(pixels) is None


def test_a_frame_that_does_not_stand_out_is_left() -> None:
    pixels = np.random.default_rng(0).integers(0, 12, (SIDE, SIDE), dtype=np.uint8)
    pixels[MASKS["top"]] = 0
    assert frame_of(pixels) is None


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (2, 2, 3), (40, 30)])
def test_small_and_blank_cutouts_are_left(shape: tuple[int, ...]) -> None:
    pixels = np.zeros(shape, np.uint8)
    assert fill_blanks(pixels) is pixels


def test_the_filling_is_the_sky_mirrored_at_the_edge() -> None:
    pixels = framed("top")
    filled = fill_blanks(pixels)
    np.testing.assert_array_equal(filled[10:], pixels[10:])
    # The nearest row of sky is the mirror, as numpy's "reflect" has it.
    np.testing.assert_array_equal(filled, np.pad(pixels[10:], ((10, 0), (0, 0), (0, 0)), "reflect"))


def test_a_corner_is_filled_with_sky_alone() -> None:
    filled = fill_blanks(framed("corner"))
    assert filled.min() >= 40


def test_the_real_deep_field_loses_almost_nothing() -> None:
    """Of a thousand real cutouts without a frame, hardly any seems to have one."""
    image = skimage.data.hubble_deep_field()
    n, side = 0, 40
    for y in range(0, image.shape[0] - side, side):
        for x in range(0, image.shape[1] - side, side):
            n += frame_of(image[y : y + side, x : x + side]) is not None
    assert n <= 3


def test_what_the_network_sees_of_a_framed_cutout_is_near_the_whole_one() -> None:
    view = NetworkInput(64, 64, "bicubic", 1.0, "center", (0.5, 0.5, 0.5))

    def seen(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
        return see(view.prepare(pixels), Views(disk=True))[0].astype(float)

    whole, black = seen(sky()), framed("two sides")
    assert np.abs(seen(fill_blanks(black)) - whole).mean() < np.abs(seen(black) - whole).mean() / 3
