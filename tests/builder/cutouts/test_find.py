from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.wcs import WCS
from helpers.skies import display_of, sources

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.catalogs.catalog import Catalog, read_catalog
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.cutouts.find import Cutouts, find_cutouts, reason_to_leave_out
from hubble_dash.builder.sky.sky import Sky
from hubble_dash.config import (
    CatalogPositions,
    DetectedSources,
    SlidingWindow,
    WholeImage,
)


def blank(ny: int, nx: int) -> Display:
    return display_of(np.zeros((ny, nx), np.uint8))


def is_inside(box: Box, shape: tuple[int, int]) -> bool:
    return 0 <= box.ixmin < box.ixmax <= shape[1] and 0 <= box.iymin < box.iymax <= shape[0]


# Whole images and windows


def test_whole_image() -> None:
    found = find_cutouts(blank(30, 50), WholeImage())
    assert found.boxes == [Box(0, 50, 0, 30)]
    assert found.catalog_rows.tolist() == [-1]
    assert found.left_out == {}


@pytest.mark.parametrize("shape", [(100, 130), (64, 64), (65, 200), (30, 40), (30, 200), (1, 1)])
@pytest.mark.parametrize(("size", "step"), [(64, 32), (64, 64), (50, 7), (20, 33)])
def test_windows_equal_brute_force(shape: tuple[int, int], size: int, step: int) -> None:
    covered = find_cutouts(blank(*shape), SlidingWindow(size=size, step=step)).boxes
    regular = find_cutouts(
        blank(*shape), SlidingWindow(size=size, step=step, cover_edges=False)
    ).boxes
    ny, nx = shape
    height, width = min(size, ny), min(size, nx)
    expected = [
        Box(x, x + width, y, y + height)
        for y in range(ny)
        for x in range(nx)
        if x % step == 0 and y % step == 0 and x + width <= nx and y + height <= ny
    ]
    assert regular == expected
    assert set(regular) <= set(covered)
    assert len(set(covered)) == len(covered)
    assert all(is_inside(box, shape) for box in covered)
    if step <= size:
        times = np.zeros(shape, int)
        for box in covered:
            times[box.slices] += 1
        assert times.min() >= 1


def test_an_image_smaller_than_the_window_is_one_cutout() -> None:
    assert find_cutouts(blank(30, 40), SlidingWindow(size=64)).boxes == [Box(0, 40, 0, 30)]


def test_windows_run_along_the_rows() -> None:
    boxes = find_cutouts(blank(40, 60), SlidingWindow(size=20, step=20)).boxes
    assert [(box.iymin, box.ixmin) for box in boxes] == sorted(
        (box.iymin, box.ixmin) for box in boxes
    )


# Around sources


def test_boxes_at_the_edge_are_shifted_inside_and_stay_square() -> None:
    places = np.array([[2.0, 2.0], [197.0, 100.0], [100.0, 199.0]])
    found = find_cutouts(
        display_of(sources((200, 200), places)), DetectedSources(min_size=40, padding=0.2)
    )
    expected = [Box(0, 40, 0, 40), Box(160, 200, 80, 120), Box(80, 120, 160, 200)]
    assert [(box.width, box.height) for box in found.boxes] == [(40, 40)] * 3
    assert np.abs(np.subtract(found.boxes, expected)).max() <= 1
    assert (found.boxes[0], found.boxes[1].ixmax, found.boxes[2].iymax) == (expected[0], 200, 200)


def test_boxes_shrink_only_where_the_image_is_shorter() -> None:
    places = np.array([[150.0, 15.0]])
    found = find_cutouts(display_of(sources((30, 300), places)), DetectedSources(min_size=50))
    assert [(box.width, box.height) for box in found.boxes] == [(50, 30)]


def test_padding_and_max_size() -> None:
    display = display_of(sources((300, 300), np.array([[80.0, 80.0]]), sigma=8.0))
    tight = find_cutouts(display, DetectedSources(padding=0.0)).boxes[0]
    padded = find_cutouts(display, DetectedSources(padding=0.5)).boxes[0]
    assert padded.width == 2 * tight.width
    left = find_cutouts(display, DetectedSources(padding=0.5, max_size=tight.width + 1))
    assert len(left) == 0
    assert sum(left.left_out.values()) == 1
    assert "max_size" in next(iter(left.left_out))


# Positions of a catalogue


def wcs() -> WCS:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [150.0, 2.0]
    wcs.wcs.crpix = [50.0, 40.0]
    wcs.wcs.cdelt = [-0.5 / 3600, 0.5 / 3600]
    return wcs


def catalog_of(folder: Path, header: str, *rows: str) -> Catalog:
    path = folder / "catalog.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return read_catalog(path)


FIELD = np.zeros((80, 100), np.uint8)


def test_pixel_positions(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path, "x,y,name", "50,40,a", "1,1,b", "99.4,79.4,c", "99.6,40,d", "-0.6,3,e", ",,f"
    )
    found = find_cutouts(display_of(FIELD), CatalogPositions(size=21), catalog=catalog)
    assert found.boxes == [Box(40, 61, 30, 51), Box(0, 21, 0, 21), Box(79, 100, 59, 80)]
    assert found.catalog_rows.tolist() == [0, 1, 2]
    assert found.left_out == {"position off the image": 2, "no usable position": 1}
    assert sum(found.left_out.values()) == 3


def test_sky_positions_and_a_size_in_arcsec(tmp_path: Path) -> None:
    x, y = np.array([30.0, 70.0, 400.0]), np.array([20.0, 60.0, 20.0])
    ra, dec = wcs().all_pix2world(x, y, 0)
    rows = [f"{r:.9f},{d:.9f}" for r, d in zip(ra, dec, strict=True)]
    catalog = catalog_of(tmp_path, "ra,dec", *rows)
    display = display_of(FIELD, sky=Sky(wcs()))
    found = find_cutouts(display, CatalogPositions(size=15, unit="arcsec"), catalog=catalog)
    assert [(box.width, box.height) for box in found.boxes] == [(30, 30), (30, 30)]
    for box, x_true, y_true in zip(found.boxes, x, y, strict=False):
        assert np.abs(np.subtract(box.center, (x_true, y_true))).max() <= 0.5
    assert found.catalog_rows.tolist() == [0, 1]
    assert found.left_out == {"position off the image": 1}


def test_positions_without_a_sky_are_left_out_with_the_reason(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "ra,dec", "150,2", "151,2")
    found = find_cutouts(display_of(FIELD), CatalogPositions(), catalog=catalog)
    assert found.left_out == {"image has no sky positions": 2}
    catalog = catalog_of(tmp_path, "x,y", "50,40")
    in_arcsec = CatalogPositions(size=5, unit="arcsec")
    found = find_cutouts(display_of(FIELD), in_arcsec, catalog=catalog)
    assert found.left_out == {"image has no pixel scale in arcsec": 1}


def test_only_rows_of_this_image_count(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path, "path,x,y", "other.fits,50,40", "field.fits,20,20", "field.fits,60,60"
    )
    found = find_cutouts(
        display_of(FIELD, path=str(tmp_path / "field.fits")),
        CatalogPositions(size=10),
        catalog=catalog,
    )
    assert found.catalog_rows.tolist() == [1, 2]


def test_a_row_for_the_image_belongs_to_all_its_cutouts(tmp_path: Path) -> None:
    display = display_of(FIELD, path=str(tmp_path / "field.fits"))
    settings = SlidingWindow(size=40, step=40)
    one = catalog_of(tmp_path, "path,kind", "other.fits,star", "field.fits,galaxy")
    assert set(find_cutouts(display, settings, catalog=one).catalog_rows.tolist()) == {1}
    two = catalog_of(tmp_path, "path,kind", "field.fits,star", "field.fits,galaxy")
    assert set(find_cutouts(display, settings, catalog=two).catalog_rows.tolist()) == {-1}


def test_positions_that_are_missing_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="--catalog FILE"):
        find_cutouts(display_of(FIELD), CatalogPositions())
    catalog = catalog_of(tmp_path, "path,kind", "field.fits,star")
    with pytest.raises(ValueError, match="RA and Dec, or x and y"):
        find_cutouts(display_of(FIELD), CatalogPositions(), catalog=catalog)


# What is kept


def test_cutouts_with_too_few_valid_pixels_are_left_out() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (10, 10)).astype(np.uint8)
    valid = np.zeros((10, 10), bool)
    settings = SlidingWindow(size=10, min_valid=0.5)
    assert reason_to_leave_out(pixels, valid, settings) == "too few valid pixels"
    valid[:5] = True
    assert reason_to_leave_out(pixels, valid, settings) is None
    valid[4, 0] = False
    assert reason_to_leave_out(pixels, valid, settings) == "too few valid pixels"


def test_blank_cutouts_are_left_out() -> None:
    settings = WholeImage()
    everything = np.ones((10, 10), bool)
    for value in (0, 255, [9, 20, 30]):
        pixels = np.full((10, 10, 3), value, np.uint8)
        assert reason_to_leave_out(pixels, everything, settings) == "blank"
        pixels[3, 3, 1] = 100
        assert reason_to_leave_out(pixels, everything, settings) is None
        hidden = everything.copy()
        hidden[3, 3] = False
        assert reason_to_leave_out(pixels, hidden, settings) == "blank"


def test_without_any_valid_pixel_nothing_is_kept() -> None:
    nothing = np.zeros((4, 4), bool)
    assert (
        reason_to_leave_out(np.zeros((4, 4), np.uint8), nothing, WholeImage(min_valid=0.0))
        is not None
    )


def test_counts_add_up() -> None:
    found = Cutouts([Box(0, 1, 0, 1)], np.array([-1]), {"blank": 2, "position off the image": 3})
    assert len(found) == 1
    assert sum(found.left_out.values()) == 5
