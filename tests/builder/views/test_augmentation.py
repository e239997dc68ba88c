from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import rotate

from hubble_dash.builder.views.augmentation import QUALITIES, Views, join, see

SIDE = 96
ALL = [Views(), Views(turns=4), Views(turns=4, mirrored=True, disk=True), *QUALITIES.values()]


def picture(seed: int = 0) -> NDArray[np.uint8]:
    """Smooth, so that turning it by bicubic interpolation costs next to nothing."""
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def brightness(views: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A fingerprint that knows up from down: mean brightness in 6 x 6 fields."""
    fields = views.astype(np.float32).reshape(len(views), 6, SIDE // 6, 6, SIDE // 6, 3)
    return fields.mean(axis=(2, 4)).reshape(len(views), -1)


@pytest.mark.parametrize("views", ALL)
def test_as_many_views_as_said(views: Views) -> None:
    seen = see(picture(), views)
    assert seen.shape == (views.n, SIDE, SIDE, 3)
    assert seen.dtype == np.uint8


def test_one_view_is_the_picture() -> None:
    assert (see(picture(), Views())[0] == picture()).all()


def test_quarter_turns_and_mirrors_are_exact() -> None:
    seen = see(picture(), Views(turns=4, mirrored=True))
    for number in range(4):
        assert (seen[number] == np.rot90(picture(), number)).all()
        assert (seen[4 + number] == np.rot90(picture(), number)[:, ::-1]).all()


def test_only_the_first_turns_are_taken_where_that_is_said() -> None:
    all_turns = see(picture(), Views(turns=4, mirrored=True, disk=True))
    views = Views(turns=4, first=2, mirrored=True, disk=True)
    assert views.n == 4
    np.testing.assert_array_equal(see(picture(), views), all_turns[[0, 1, 4, 5]])


def test_other_turns_agree_with_scipy() -> None:
    seen = see(picture(), Views(turns=8, disk=True))
    expected = rotate(seen[0].astype(float), 45, reshape=False, order=3, mode="nearest")
    inside = np.hypot(*(np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2)) < SIDE / 2 - 4
    assert np.abs(seen[1].astype(float) - expected)[inside].mean() < 1


def test_corners_do_not_matter_to_the_disk() -> None:
    changed = picture().copy()
    changed[:8, :8], changed[-8:, -8:] = 0, 255
    assert (see(picture(), QUALITIES["best"]) == see(changed, QUALITIES["best"])).all()
    assert (see(picture(), Views(turns=4)) != see(changed, Views(turns=4))).any()


def test_the_disk_has_no_edge_where_the_sky_is_even() -> None:
    even = np.full((SIDE, SIDE, 3), (20, 30, 40), np.uint8)
    assert (see(even, QUALITIES["best"]) == even).all()


@pytest.mark.parametrize("side", [SIDE, 97])
def test_the_disk_is_faded_as_pillow_does_it(side: int) -> None:
    shown = np.random.default_rng(3).integers(0, 256, (side, side, 3)).astype(np.uint8)
    radius = np.hypot(*(np.mgrid[:side, :side].astype(np.float32) - (side - 1) / 2)) / (side / 2)
    inside = np.clip((1 - radius) / 0.06, 0, 1)
    mask = Image.fromarray(np.rint(255 * (1 - inside**2 * (3 - 2 * inside))).astype(np.uint8))
    rim = np.median(shown[(radius > 0.88) & (radius <= 1)], axis=0).astype(int)
    expected = Image.composite(
        Image.new("RGB", (side, side), tuple(rim)), Image.fromarray(shown), mask
    )
    off = see(shown, Views(disk=True))[0].astype(int) - np.asarray(expected)
    # The mask's own rounding, of 32-bit numbers.
    assert np.abs(off).max() <= 1
    assert (off != 0).mean() < 1e-3


@pytest.mark.parametrize("quality", ["balanced", "best"])
def test_joined_views_do_not_depend_on_quarter_turns(quality: str) -> None:
    views = QUALITIES[quality]  # type: ignore[index]
    whole = [join(brightness(see(np.rot90(picture(), n), views)), views) for n in range(4)]
    for other in whole[1:]:
        assert np.allclose(whole[0], other, atol=0.5)
    single = [brightness(see(np.rot90(picture(), n), Views(disk=True))) for n in range(2)]
    assert np.abs(single[0] - single[1]).max() > 5


def test_views_of_several_cutouts_are_joined_each_for_itself() -> None:
    views = Views(turns=2)
    features = np.array([[1, 2], [3, 4], [10, 20], [30, 40]], np.float32)
    assert join(features, views).tolist() == [[2, 3], [20, 30]]


def test_wrong_views_are_told() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Views(turns=0)
    with pytest.raises(ValueError, match="need disk=True"):
        Views(turns=8)
    with pytest.raises(ValueError, match="at most turns, 4"):
        Views(turns=4, first=5)
    with pytest.raises(ValueError, match="must be"):
        see(np.zeros((4, 5, 3), np.uint8), Views())
