"""Sky positions of cutouts, and how far they can be trusted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS
from helpers.images import avm_packet, flux_image, make_fits, make_picture, sky_header

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.catalogs.catalog import Catalog
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.cutouts.find import Cutouts
from hubble_dash.builder.cutouts.sky_positions import SkyPositions, sky_positions_of
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.config import (
    CatalogPositions,
    CutoutSettings,
    DetectedSources,
    SlidingWindow,
    Stretch,
    WholeImage,
)

BOXES = [Box(0, 20, 0, 20), Box(5, 30, 11, 36), Box(60, 80, 40, 60), Box(3, 4, 7, 9)]


def catalog(ra_deg: list[float], dec_deg: list[float]) -> Catalog:
    return Catalog(
        path=Path("c.csv"), paths=None, ra_deg=np.array(ra_deg), dec_deg=np.array(dec_deg),
        x=None, y=None, metadata=pd.DataFrame(index=range(len(ra_deg))),
    )  # fmt: skip


def found(*rows: int) -> Cutouts:
    return Cutouts(BOXES[: len(rows)], np.array(rows, dtype=np.int64))


def positions(
    path: Path, cutouts: Cutouts, given: Catalog | None, settings: CutoutSettings
) -> SkyPositions:
    with open_image(path) as image:
        return sky_positions_of(Display(image, Stretch()), cutouts, given, settings)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return make_picture(tmp_path / "a.png", np.zeros((60, 80), np.uint8))


@pytest.mark.parametrize("sip", [False, True])
def test_the_images_own_sky_comes_first(tmp_path: Path, sip: bool) -> None:
    header = sky_header(sip=sip)
    path = make_fits(tmp_path / "a.fits", flux_image(), header=header)
    cutouts = found(0, -1, 1, 0)
    ours = positions(path, cutouts, catalog([1, 2], [3, 4]), SlidingWindow(size=20))
    middle = np.array([(b.ixmin + b.ixmax - 1, b.iymin + b.iymax - 1) for b in BOXES]).T / 2
    expected = WCS(header).pixel_to_world(*middle)
    apart = SkyCoord(ours.ra_deg, ours.dec_deg, unit="deg").separation(expected)
    assert apart.arcsec.max() < 1e-6
    np.testing.assert_allclose(ours.scale_arcsec, 0.05, rtol=5e-3 if sip else 1e-8)
    assert (ours.quality, ours.notes) == ("exact", [])
    assert ours.row(2) == {
        "ra_deg": ours.ra_deg[2],
        "dec_deg": ours.dec_deg[2],
        "pixel_scale_arcsec": ours.scale_arcsec[2],
    }


def test_the_quality_is_that_of_the_images_sky(tmp_path: Path) -> None:
    xmp = avm_packet(size=(160, 120), pixel=(80.5, 60.5))
    path = make_picture(tmp_path / "a.jpg", np.zeros((60, 80), np.uint8), xmp=xmp)
    with open_image(path) as image:
        assert image.sky is not None
        quality = image.sky.quality
    assert positions(path, found(-1), None, WholeImage()).quality == quality


@pytest.mark.parametrize("settings", [WholeImage(), CatalogPositions()])
def test_a_catalogues_position_is_exact_for_what_it_is_given_for(
    plain: Path, settings: CutoutSettings
) -> None:
    ours = positions(plain, found(2, 0), catalog([10, 20, 30], [-1, -2, -3]), settings)
    assert (ours.ra_deg.tolist(), ours.dec_deg.tolist()) == ([30, 10], [-3, -1])
    assert np.isnan(ours.scale_arcsec).all()
    assert (ours.quality, ours.notes) == ("exact", [])


@pytest.mark.parametrize("settings", [SlidingWindow(), DetectedSources()])
def test_it_is_approximate_for_parts_of_the_image(plain: Path, settings: CutoutSettings) -> None:
    ours = positions(plain, found(1, 1, 1), catalog([10, 20], [-1, -2]), settings)
    assert ours.ra_deg.tolist() == [20] * 3
    assert ours.quality == "approximate"
    assert ours.notes == ["the catalogue's position of the image stands for all its cutouts"]


@pytest.mark.parametrize(
    "given", [None, catalog([np.nan, 5], [np.nan, 5]), catalog([10, 5], [np.nan, 5])]
)
@pytest.mark.parametrize("settings", [WholeImage(), SlidingWindow()])
def test_nothing_is_said_where_nothing_is_known(
    plain: Path, given: Catalog | None, settings: CutoutSettings
) -> None:
    ours = positions(plain, found(0, -1), given, settings)
    assert np.isnan(ours.ra_deg).all()
    assert np.isnan(ours.dec_deg).all()
    assert (ours.quality, ours.notes) == ("", [])


def test_an_image_without_cutouts(plain: Path, tmp_path: Path) -> None:
    for path in (plain, make_fits(tmp_path / "a.fits")):
        ours = positions(path, found(), catalog([1], [2]), DetectedSources())
        assert len(ours.ra_deg) == len(ours.dec_deg) == len(ours.scale_arcsec) == 0
