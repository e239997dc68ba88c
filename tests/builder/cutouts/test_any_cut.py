"""Images and cutouts of any size: where they are cut, and which pixel of the parent is which."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from astropy.wcs import WCS
from helpers.images import sky_header
from hypothesis import given
from hypothesis import strategies as st

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.catalogs.catalog import Catalog
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.cutouts.find import find_cutouts
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.sky.header import sky_from_header
from hubble_dash.config import CatalogPositions, SlidingWindow, Stretch

sides = st.integers(1, 40)
PLAIN = WCS(sky_header(sip=False))
SKY, _ = sky_from_header(sky_header(sip=False))


def numbered(ny: int, nx: int, *, origin: str = "upper") -> Display:
    """A picture in which each pixel tells where it is: x, y, and which quarter."""
    y, x = np.indices((ny, nx))
    pixels = np.stack([x, y, x // 20 + 10 * (y // 20)], axis=-1).astype(np.uint8)
    return Display(Image.from_array(pixels, origin=origin), Stretch())  # type: ignore[arg-type]


@given(ny=sides, nx=sides, size=st.integers(2, 24), step=st.integers(1, 24), cover=st.booleans())
def test_windows_lie_in_the_image_and_cover_it(
    ny: int, nx: int, size: int, step: int, cover: bool
) -> None:
    settings = SlidingWindow(size=size, step=step, cover_edges=cover)
    boxes = find_cutouts(numbered(ny, nx), settings).boxes
    covered = np.zeros((ny, nx), int)
    for box in boxes:
        assert 0 <= box.ixmin < box.ixmax <= nx
        assert 0 <= box.iymin < box.iymax <= ny
        assert (box.width, box.height) == (min(size, nx), min(size, ny))
        on_grid = box.ixmin % step == 0 and box.iymin % step == 0
        at_edge = box.ixmax == nx or box.iymax == ny
        assert on_grid or (cover and at_edge)
        covered[box.slices] += 1
    assert len(set(boxes)) == len(boxes)
    assert boxes == sorted(boxes, key=lambda box: (box.iymin, box.ixmin))
    assert covered[0, 0] > 0
    if cover:
        assert covered[-1, -1] > 0
        assert step > size or covered.all()


@st.composite
def images_and_boxes(draw: st.DrawFn) -> tuple[int, int, Box]:
    """Rows and columns of an image, and a box in it."""
    ny, nx = draw(sides), draw(sides)
    x, y = draw(st.integers(0, nx - 1)), draw(st.integers(0, ny - 1))
    return ny, nx, Box(x, draw(st.integers(x + 1, nx)), y, draw(st.integers(y + 1, ny)))


@given(images_and_boxes(), st.sampled_from(["upper", "lower"]))
def test_a_cutout_has_the_pixels_of_its_box(where: tuple[int, int, Box], origin: str) -> None:
    ny, nx, box = where
    shown, valid = numbered(ny, nx, origin=origin).read(box)
    assert valid.all()
    x, y = shown[..., 0].astype(int), shown[..., 1].astype(int)
    np.testing.assert_array_equal(x[0], np.arange(box.ixmin, box.ixmax))
    rows = np.arange(box.iymin, box.iymax)
    np.testing.assert_array_equal(y[:, 0], rows if origin == "upper" else rows[::-1])


places = st.floats(-3, 43, allow_nan=False)


@given(ny=sides, nx=sides, x=places, y=places, size=st.integers(1, 50))
def test_a_box_at_a_position_holds_it(ny: int, nx: int, x: float, y: float, size: int) -> None:
    at = Catalog(Path("c"), None, None, None, np.array([x]), np.array([y]), pd.DataFrame(index=[0]))
    found = find_cutouts(numbered(ny, nx), CatalogPositions(size=size), catalog=at)
    if not (-0.5 <= x < nx - 0.5 and -0.5 <= y < ny - 0.5):
        assert found.left_out == {"position off the image": 1}
        return
    (box,) = found.boxes
    assert (box.width, box.height) == (min(size, nx), min(size, ny))
    for low, high, n, place in ((box.ixmin, box.ixmax, nx, x), (box.iymin, box.iymax, ny, y)):
        assert 0 <= low < high <= n
        # Pixels reach half a pixel beyond their centres.
        assert low - 0.5 <= place <= high - 0.5
        # It lies in the middle, unless the edge is in the way.
        is_free = low > 0 and high < n
        assert not is_free or abs((low + high - 1) / 2 - place) <= 0.5


@given(x=st.floats(-200, 300), y=st.floats(-200, 300))
def test_pixels_count_from_0_and_those_of_fits_from_1(x: float, y: float) -> None:
    assert SKY is not None
    ra, dec = SKY.at(x, y)
    np.testing.assert_allclose((ra, dec), PLAIN.all_pix2world(x + 1, y + 1, 1), atol=1e-9)
    np.testing.assert_allclose(SKY.pixel_of(ra, dec), (x, y), atol=1e-5)
