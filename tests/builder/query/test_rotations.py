from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import QuickBuild, nebula
from PIL import Image as Pillow
from scipy.ndimage import map_coordinates

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.query.rotations import measure_rotations, turn
from hubble_dash.builder.reading.image import Image
from hubble_dash.config import SlidingWindow, Stretch
from hubble_dash.errors import AtlasError

INSIDE = Box(100, 148, 90, 138)


def display(origin: str = "upper") -> Display:
    picture = np.asarray(Pillow.fromarray(nebula(1)).resize((320, 240)))
    return Display(Image.from_array(picture, origin=origin), Stretch())  # type: ignore[arg-type]


@pytest.mark.parametrize("origin", ["upper", "lower"])
def test_quarter_turns_of_a_square_are_exact(origin: str) -> None:
    shown = display(origin).read(INSIDE)[0]
    for number in range(4):
        turned = turn(display(origin), INSIDE, angle_deg=90 * number)
        assert turned.real
        assert (turned.pixels == np.rot90(shown, number)).all()
        mirrored = turn(display(origin), INSIDE, angle_deg=90 * number, mirror=True)
        assert (mirrored.pixels == np.rot90(shown, number)[:, ::-1]).all()


@pytest.mark.parametrize("origin", ["upper", "lower"])
@pytest.mark.parametrize("angle_deg", [17.0, 45.0, 250.0])
def test_corners_are_the_sky_beyond_the_box(origin: str, angle_deg: float) -> None:
    whole = display(origin).read()[0].astype(float)
    box = INSIDE
    top = box.iymin if origin == "upper" else whole.shape[0] - box.iymax
    cos, sin = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    y, x = np.mgrid[: box.height, : box.width] - (box.height - 1) / 2
    # Counter-clockwise as shown, where y grows downwards.
    old_x = box.ixmin + (box.width - 1) / 2 + cos * x - sin * y
    old_y = top + (box.height - 1) / 2 + sin * x + cos * y
    expected = [map_coordinates(whole[..., c], [old_y, old_x], order=1) for c in range(3)]
    turned = turn(display(origin), box, angle_deg=angle_deg)
    assert turned.real
    difference = np.abs(turned.pixels - np.stack(expected, axis=2))
    assert np.median(difference) <= 1
    assert np.abs(difference[:6, :6]).mean() < 12  # a corner: stars are blurred differently


def test_what_the_image_does_not_have_is_reflected_and_said() -> None:
    corner = Box(0, 48, 0, 48)
    turned = turn(display(), corner, angle_deg=45)
    assert not turned.real
    assert turned.pixels.shape == (48, 48, 3)
    assert (turned.pixels.sum(axis=2) > 0).mean() > 0.9
    whole = Box(0, 320, 0, 240)
    assert turn(display(), whole, angle_deg=30).pixels.shape == (240, 320, 3)


def test_large_boxes_are_averaged_down() -> None:
    turned = turn(display(), Box(60, 260, 20, 220), angle_deg=33, max_side=50)
    assert turned.pixels.shape == (50, 50, 3)


@pytest.mark.slow
def test_an_atlas_is_asked(quick_build: QuickBuild, small_weights: Path, tmp_path: Path) -> None:
    path = tmp_path / "nebula.png"
    Pillow.fromarray(nebula(2)).save(path)
    window = SlidingWindow(size=64, step=48)
    atlas = quick_build([path], tmp_path / "n.atlas", cutouts=window)

    def ask(n: int = 1000) -> object:
        return measure_rotations(atlas, weights=small_weights, max_queries=n, progress=False)

    found = measure_rotations(atlas, weights=small_weights, progress=False)
    assert found.n == len(atlas)
    assert 0 <= found.recall_1 <= found.recall_9 <= 1
    assert 0 < found.n_reflected < found.n
    assert ask() == found
    assert ask(10).n == 10  # type: ignore[attr-defined]
    Pillow.fromarray(nebula(2, (100, 100))).save(path)
    with pytest.raises(AtlasError, match="another image"):
        ask()
    path.unlink()
    with pytest.raises(AtlasError, match="bring it back"):
        ask()
