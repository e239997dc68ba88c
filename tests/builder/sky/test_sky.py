from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy import log as astropy_log
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS, DistortionLookupTable
from helpers.images import (
    DEC_DEG,
    RA_DEG,
    flux_image,
    make_fits,
    sky_header,
)

from hubble_dash.builder.reading.opening import open_image
from hubble_dash.builder.sky.header import sky_from_header
from hubble_dash.builder.sky.sky import Sky

# Corners and middle of the 60 x 80 image, and half pixels.
X = np.array([0.0, 79.0, 0.0, 79.0, 39.5, 12.25])
Y = np.array([0.0, 0.0, 59.0, 59.0, 29.5, 50.75])


def separation_arcsec(sky: Sky, x: np.ndarray, y: np.ndarray, expected: SkyCoord) -> float:
    found = SkyCoord(*sky.at(x, y), unit="deg")
    return float(np.max(found.separation(expected).arcsec))


@pytest.mark.parametrize("compress", [False, True])
def test_positions_are_astropys(tmp_path: Path, compress: bool) -> None:
    path = make_fits(tmp_path / "a.fits", compress=compress)
    with fits.open(path) as hdus:
        expected = WCS(hdus["SCI"].header, hdus).pixel_to_world(X, Y)
    with open_image(path) as image:
        assert image.sky is not None
        assert (image.sky.quality, image.notes) == ("exact", [])
        assert separation_arcsec(image.sky, X, Y, expected) < 1e-6
        x, y = image.sky.pixel_of(expected.ra.deg, expected.dec.deg)
    np.testing.assert_allclose(x, X, atol=1e-3)
    np.testing.assert_allclose(y, Y, atol=1e-3)


def test_reference_pixel_and_scale() -> None:
    sky, _ = sky_from_header(sky_header(sip=False))
    ra, dec = sky.at(39.5, 29.5)
    assert (float(ra), float(dec)) == pytest.approx((RA_DEG, DEC_DEG), abs=1e-10)
    assert sky.scale_arcsec(X, Y) == pytest.approx(0.05, rel=1e-6)
    assert sky.at(np.zeros((3, 1)), np.zeros(4)).first.shape == (3, 4)


@pytest.mark.parametrize(
    "frame",
    [
        {"RADESYS": "FK5", "EQUINOX": 2000.0},
        {"RADESYS": "FK4", "EQUINOX": 1950.0},
        {"RADESYS": "FK5", "EQUINOX": 1975.0},
        {"CTYPE1": "GLON-TAN", "CTYPE2": "GLAT-TAN"},
    ],
)
def test_other_frames_become_icrs(frame: dict[str, str | float]) -> None:
    header = sky_header(sip=False)
    header.update(frame)
    sky, notes = sky_from_header(header)
    assert notes == []
    expected = WCS(header).pixel_to_world(X, Y).icrs
    assert separation_arcsec(sky, X, Y, expected) < 1e-6
    x, y = sky.pixel_of(expected.ra.deg, expected.dec.deg)
    np.testing.assert_allclose([x, y], [X, Y], atol=1e-4)


def test_declination_first() -> None:
    header = sky_header(sip=False)
    for a, b in (
        ("CTYPE1", "CTYPE2"),
        ("CRVAL1", "CRVAL2"),
        ("CD1_1", "CD2_1"),
        ("CD1_2", "CD2_2"),
    ):
        header[a], header[b] = header[b], header[a]
    straight, _ = sky_from_header(sky_header(sip=False))
    turned, _ = sky_from_header(header)
    np.testing.assert_allclose(turned.at(X, Y), straight.at(X, Y), atol=1e-10)
    np.testing.assert_allclose(turned.pixel_of(*straight.at(X, Y)), [X, Y], atol=1e-5)


def test_lookup_table_distortions(tmp_path: Path) -> None:
    wcs = WCS(sky_header(sip=False))
    bump = np.outer(np.linspace(0, 2, 6), np.linspace(1, 3, 8)).astype(np.float32)
    wcs.cpdis1 = DistortionLookupTable(bump, (1, 1), (1, 1), (11, 11))
    wcs.cpdis2 = DistortionLookupTable(-bump, (1, 1), (1, 1), (11, 11))
    hdus = wcs.to_fits(relax=True)
    hdus[0].data = flux_image()
    hdus.writeto(tmp_path / "a.fits")
    with fits.open(tmp_path / "a.fits") as again:
        expected = WCS(again[0].header, again).pixel_to_world(X, Y)
    plain, _ = sky_from_header(sky_header(sip=False))
    with open_image(tmp_path / "a.fits") as image:
        assert separation_arcsec(image.sky, X, Y, expected) < 1e-6
    assert separation_arcsec(plain, X, Y, expected) > 0.05


def test_plane_of_a_cube(tmp_path: Path) -> None:
    header = sky_header(sip=False)
    header["CTYPE3"], header["CRVAL3"], header["CD3_3"] = "FREQ", 1.4e9, 1e6
    header["NAXIS"], header["NAXIS3"] = 3, 2
    cube = np.stack([flux_image(), flux_image(seed=2)])
    path = make_fits(tmp_path / "a.fits", cube, header=header)
    with open_image(path, plane=1) as image:
        assert separation_arcsec(image.sky, X, Y, WCS(header).celestial.pixel_to_world(X, Y)) < 1e-6
        assert np.array_equal(image.read(), cube[1])


def test_spectral_image_has_no_positions() -> None:
    header = fits.Header(
        {
            "NAXIS": 3,
            "NAXIS1": 8,
            "NAXIS2": 9,
            "NAXIS3": 7,
            "CTYPE1": "FREQ",
            "CTYPE2": "RA---CAR",
            "CTYPE3": "DEC--CAR",
            "CRVAL1": 1.0,
            "CRVAL2": 2.0,
            "CDELT1": 1.0,
        }.items()
    )
    sky, notes = sky_from_header(header)
    assert sky is None
    assert "not the celestial ones" in notes[0]


def test_header_without_wcs() -> None:
    assert sky_from_header(fits.Header({"NAXIS": 2, "NAXIS1": 5, "NAXIS2": 5}.items())) == (
        None,
        [],
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"CTYPE1": "RA---XYZ", "CTYPE2": "DEC--XYZ"}, "cannot be used"),
        ({"CD1_1": 0.0, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 0.0}, "singular"),
        ({"CD1_1": None, "CD1_2": None, "CD2_1": None, "CD2_2": None}, "no pixel scale"),
        ({"CRVAL1": None}, "CRVAL1 or CRVAL2 is missing"),
        ({"CRVAL1": "north"}, "CRVAL1 is 'north', no number"),
        ({"RADESYS": "MARS"}, "cannot be used"),
        ({"A_ORDER": 3, "A_2_0": "x"}, "cannot be used"),
        ({"CTYPE1": "MALN-CAR", "CTYPE2": "MALT-CAR"}, "cannot be used"),
    ],
)
def test_bad_wcs_gives_a_note(
    tmp_path: Path, changes: dict[str, object], reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    header = sky_header()
    for key, value in changes.items():
        if value is None:
            del header[key]
        else:
            header[key] = value
    with open_image(make_fits(tmp_path / "a.fits", header=header)) as image:
        assert image.sky is None
        assert len(image.notes) == 1
        assert reason in image.notes[0]
        assert "\n" not in image.notes[0]
        assert image.read().shape == (60, 80)
    assert capfd.readouterr() == ("", "")


def test_odd_headers_are_quiet(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    header = sky_header()
    # astropy has something to say about each of these.
    header["CTYPE1"], header["CTYPE2"] = "RA---TAN", "DEC--TAN"
    header["DATE-OBS"], header["CUNIT1"] = "12/31/99", "degree"
    level = astropy_log.level
    with open_image(make_fits(tmp_path / "a.fits", header=header)) as image:
        assert image.sky is not None
    assert astropy_log.level == level
    assert capfd.readouterr() == ("", "")


def test_undefined_is_nan() -> None:
    header = sky_header(sip=False)
    sky, _ = sky_from_header(header)
    x, y = sky.pixel_of([RA_DEG, RA_DEG + 180, np.nan], [DEC_DEG, -DEC_DEG, 0.0])
    assert np.isfinite(x).tolist() == [True, False, False]
    assert np.isfinite(y).tolist() == [True, False, False]
    header["CTYPE1"], header["CTYPE2"] = "RA---AIT", "DEC--AIT"
    for key, value in {"CD1_1": -5.0, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 5.0}.items():
        header[key] = value
    header["CRVAL1"], header["CRVAL2"] = 0.0, 0.0
    whole, notes = sky_from_header(header)
    assert notes == []
    ra, dec = whole.at([0, 39.5], [0, 29.5])
    assert np.isnan([ra[0], dec[0]]).all()
    assert np.isnan(whole.scale_arcsec(0, 0))
    # 359.99... and 0.0 are the same right ascension.
    assert float(ra[1]) % 360 == pytest.approx(0, abs=1e-9)


def test_far_positions_of_a_distorted_sky_are_not_inside() -> None:
    sky, _ = sky_from_header(sky_header())
    rng = np.random.default_rng(0)
    x, y = sky.pixel_of(rng.uniform(0, 360, 500), rng.uniform(-90, 90, 500))
    inside = (x > -1) & (x < 80) & (y > -1) & (y < 60)
    assert not inside.any()


def test_through_another_grid() -> None:
    sky, _ = sky_from_header(sky_header())
    # Flipped left-right, and cropped by 5 pixels on each side.
    flipped = sky.through([[-1, 0, 74], [0, 1, 5], [0, 0, 1]])
    np.testing.assert_allclose(flipped.at(10, 20), sky.at(64, 25), atol=1e-12)
    np.testing.assert_allclose(flipped.pixel_of(*sky.at(64, 25)), [10, 20], atol=1e-3)
    # Twice as small, twice.
    half = [[2, 0, 0.5], [0, 2, 0.5], [0, 0, 1]]
    small = sky.through(half).through(half)
    np.testing.assert_allclose(small.at(3, 4), sky.at(13.5, 17.5), atol=1e-12)
    assert small.scale_arcsec(3, 4) == pytest.approx(4 * sky.scale_arcsec(13.5, 17.5), rel=1e-3)
