from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.wcs import WCS
from skimage.data import hubble_deep_field

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.catalogs.catalog import Catalog, read_catalog
from hubble_dash.builder.cutouts import detection
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.cutouts.find import Cutouts, find_cutouts, keep
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.reading.sky import Sky
from hubble_dash.config import (
    CatalogPositions,
    DetectedSources,
    SlidingWindow,
    Stretch,
    WholeImage,
)


def display_of(pixels: np.ndarray, *, path: str = "field.fits", sky: Sky | None = None) -> Display:
    origin = "upper" if pixels.dtype == np.uint8 else "lower"
    return Display(Image.from_array(pixels, path=path, origin=origin, sky=sky), Stretch())


def blank(ny: int, nx: int) -> Display:
    return display_of(np.zeros((ny, nx), np.uint8))


def sources(
    shape: tuple[int, int], places: np.ndarray, *, peak: float = 40.0, sigma: float = 3.0
) -> np.ndarray:
    """Round sources at ``(x, y)`` on a sky of 10 with noise 1."""
    flux = np.random.default_rng(0).normal(10, 1, shape)
    rows, columns = np.indices(shape)
    for x, y in places:
        flux += peak * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * sigma**2))
    return flux.astype(np.float32)


def scattered(n_side: int, spacing: int) -> np.ndarray:
    """Places on a shaken grid, so that no two sources touch."""
    grid = np.stack(np.meshgrid(*[np.arange(n_side)] * 2), axis=-1).reshape(-1, 2)
    shake = np.random.default_rng(1).uniform(-0.2, 0.2, grid.shape)
    return (grid + 0.5 + shake) * spacing


def is_inside(box: Box, shape: tuple[int, int]) -> bool:
    return 0 <= box.ixmin < box.ixmax <= shape[1] and 0 <= box.iymin < box.iymax <= shape[0]


# Whole images and windows


def test_whole_image() -> None:
    found = find_cutouts(blank(30, 50), WholeImage())
    assert found.boxes == [Box(0, 50, 0, 30)]
    assert found.catalog_rows.tolist() == [-1]
    assert found.n_left_out == 0


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


# Sources


def test_sources_are_found_at_their_places() -> None:
    places = scattered(5, 80)
    found = find_cutouts(display_of(sources((400, 400), places)), DetectedSources())
    assert len(found) == len(places)
    centers = np.array([box.center for box in found.boxes])
    for place in places:
        assert np.abs(centers - place).max(axis=1).min() <= 1.5
    for box in found.boxes:
        assert box.width == box.height
        assert 24 <= box.width <= 60
        assert is_inside(box, (400, 400))


def test_noise_alone_has_no_sources() -> None:
    flat = np.random.default_rng(3).normal(10, 1, (300, 300)).astype(np.float32)
    assert len(find_cutouts(display_of(flat), DetectedSources())) == 0


@pytest.mark.parametrize("value", [0, 7])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_constant_image_has_no_sources(value: int, dtype: type) -> None:
    flat = np.full((100, 120), value, dtype)
    assert len(find_cutouts(display_of(flat), DetectedSources())) == 0


def test_an_image_without_valid_pixels_has_no_sources() -> None:
    nothing = np.full((100, 120), np.nan, np.float32)
    assert len(find_cutouts(display_of(nothing), DetectedSources())) == 0


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


def test_deblending_separates_neighbours() -> None:
    touching = display_of(sources((200, 200), np.array([[95.0, 100.0], [107.0, 100.0]])))
    assert len(find_cutouts(touching, DetectedSources(deblend=False))) == 1
    assert len(find_cutouts(touching, DetectedSources())) == 2


def test_padding_and_max_size() -> None:
    display = display_of(sources((300, 300), np.array([[80.0, 80.0]]), sigma=8.0))
    tight = find_cutouts(display, DetectedSources(padding=0.0)).boxes[0]
    padded = find_cutouts(display, DetectedSources(padding=0.5)).boxes[0]
    assert padded.width == 2 * tight.width
    left = find_cutouts(display, DetectedSources(padding=0.5, max_size=tight.width + 1))
    assert len(left) == 0
    assert left.n_left_out == 1
    assert "max_size" in next(iter(left.left_out))


def test_blank_areas_are_not_sources_and_do_not_hide_any() -> None:
    places = scattered(4, 80)
    flux = sources((320, 320), places)
    rows, columns = np.indices(flux.shape)
    outside = rows + columns < 200
    inside = [(x, y) for x, y in places if x + y > 260]
    for fill in (np.nan, 0.0):
        with_blank = np.where(outside, np.float32(fill), flux)
        found = find_cutouts(display_of(with_blank), DetectedSources()).boxes
        centers = np.array([box.center for box in found])
        assert (centers.sum(axis=1) > 180).all()
        for place in inside:
            assert np.abs(centers - place).max(axis=1).min() <= 2


def test_tiles_find_what_the_whole_image_has(monkeypatch: pytest.MonkeyPatch) -> None:
    flux = sources((700, 600), scattered(9, 65))
    whole = find_cutouts(display_of(flux), DetectedSources()).boxes
    monkeypatch.setattr(detection, "WHOLE_SIDE", 256)
    monkeypatch.setattr(detection, "CORE_SIDE", 192)
    monkeypatch.setattr(detection, "MARGIN", 128)
    tiled = find_cutouts(display_of(flux), DetectedSources()).boxes
    assert len(tiled) == len(whole) == 81
    for one, other in zip(sorted(whole), sorted(tiled), strict=True):
        assert np.abs(np.subtract(one, other)).max() <= 2


def test_tiles_read_only_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    display = display_of(sources((700, 600), scattered(3, 190)))
    monkeypatch.setattr(detection, "WHOLE_SIDE", 256)
    monkeypatch.setattr(detection, "CORE_SIDE", 192)
    monkeypatch.setattr(detection, "MARGIN", 64)
    read, areas = display.flux, []

    def flux(box: Box | None = None) -> np.ndarray:
        assert box is not None
        areas.append(box.width * box.height)
        return read(box)

    monkeypatch.setattr(display, "flux", flux)
    assert len(find_cutouts(display, DetectedSources())) == 9
    assert max(areas) == 320 * 320
    assert len(areas) == 16


def test_hubble_deep_field_has_several_hundred_galaxies() -> None:
    found = find_cutouts(display_of(hubble_deep_field()), DetectedSources())
    assert 500 < len(found) < 900
    centers = np.array([box.center for box in found.boxes])
    # The face-on spiral, the red elliptical and the bright star, read off the picture.
    for place in [(124, 400), (729, 475), (754, 578)]:
        assert np.abs(centers - place).max(axis=1).min() < 6


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
    assert found.n_left_out == 3


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
    assert keep(pixels, valid, settings) == "too few valid pixels"
    valid[:5] = True
    assert keep(pixels, valid, settings) is None
    valid[4, 0] = False
    assert keep(pixels, valid, settings) == "too few valid pixels"


def test_blank_cutouts_are_left_out() -> None:
    settings = WholeImage()
    everything = np.ones((10, 10), bool)
    for value in (0, 255, [9, 20, 30]):
        pixels = np.full((10, 10, 3), value, np.uint8)
        assert keep(pixels, everything, settings) == "blank"
        pixels[3, 3, 1] = 100
        assert keep(pixels, everything, settings) is None
        hidden = everything.copy()
        hidden[3, 3] = False
        assert keep(pixels, hidden, settings) == "blank"


def test_without_any_valid_pixel_nothing_is_kept() -> None:
    nothing = np.zeros((4, 4), bool)
    assert keep(np.zeros((4, 4), np.uint8), nothing, WholeImage(min_valid=0.0)) is not None


def test_counts_add_up() -> None:
    found = Cutouts([Box(0, 1, 0, 1)], np.array([-1]), {"blank": 2, "position off the image": 3})
    assert len(found) == 1
    assert found.n_left_out == 5
