from __future__ import annotations

import numpy as np
import pytest
from helpers.skies import display_of, scattered, sources
from skimage.data import hubble_deep_field

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.cutouts.detection import Tiling, detect_extents
from hubble_dash.builder.cutouts.find import find_cutouts
from hubble_dash.config import DetectedSources


def is_inside(box: Box, shape: tuple[int, int]) -> bool:
    return 0 <= box.ixmin < box.ixmax <= shape[1] and 0 <= box.iymin < box.iymax <= shape[0]


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


@pytest.mark.parametrize("sky", [0.0, 10.0, -500.0])
@pytest.mark.parametrize(
    ("factor", "dtype"),
    [(1e-30, ">f4"), (1e-24, "f4"), (1e22, "f4"), (1e30, "f4"), (1e-200, "f8"), (1e200, ">f8")],
)
def test_sources_do_not_depend_on_the_unit(sky: float, factor: float, dtype: str) -> None:
    flux = sources((120, 120), scattered(2, 60)) + np.float32(sky - 10)
    expected = detect_extents(display_of(flux), DetectedSources())
    assert len(expected) == 4
    flux = (flux.astype(np.float64) * factor).astype(dtype)
    assert detect_extents(display_of(flux), DetectedSources()) == expected


def test_an_image_without_valid_pixels_has_no_sources() -> None:
    nothing = np.full((100, 120), np.nan, np.float32)
    assert len(find_cutouts(display_of(nothing), DetectedSources())) == 0


def test_deblending_separates_neighbours() -> None:
    touching = display_of(sources((200, 200), np.array([[95.0, 100.0], [107.0, 100.0]])))
    assert len(find_cutouts(touching, DetectedSources(deblend=False))) == 1
    assert len(find_cutouts(touching, DetectedSources())) == 2


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


def test_tiles_find_what_the_whole_image_has() -> None:
    flux = sources((460, 400), scattered(6, 65))
    whole = detect_extents(display_of(flux), DetectedSources())
    tiled = detect_extents(display_of(flux), DetectedSources(), tiling=Tiling(256, 192, 128))
    assert len(tiled) == len(whole) == 36
    for one, other in zip(sorted(whole), sorted(tiled), strict=True):
        assert np.abs(np.subtract(one, other)).max() <= 2


def test_tiles_read_only_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    display = display_of(sources((700, 600), scattered(3, 190)))
    read, areas = display.flux, []

    def flux(box: Box | None = None) -> np.ndarray:
        assert box is not None
        areas.append(box.width * box.height)
        return read(box)

    monkeypatch.setattr(display, "flux", flux)
    assert len(detect_extents(display, DetectedSources(), tiling=Tiling(256, 192, 64))) == 9
    assert max(areas) == 320 * 320
    assert len(areas) == 16


@pytest.mark.slow
def test_hubble_deep_field_has_several_hundred_galaxies() -> None:
    found = find_cutouts(display_of(hubble_deep_field()), DetectedSources())
    assert 500 < len(found) < 900
    centers = np.array([box.center for box in found.boxes])
    # The face-on spiral, the red elliptical and the bright star, read off the picture.
    for place in [(124, 400), (729, 475), (754, 578)]:
        assert np.abs(centers - place).max(axis=1).min() < 6
