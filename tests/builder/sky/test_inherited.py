"""What an image takes from the primary header of its file, and what is said where it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.coordinates import FK4, SkyCoord
from astropy.io import fits

from hubble_dash.builder.reading.opening import open_image
from hubble_dash.builder.sky.inherited import pointing

PLACE = {
    "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 150.0, "CRVAL2": 2.0,
    "CRPIX1": 1.0, "CRPIX2": 1.0, "CDELT1": -1e-4, "CDELT2": 1e-4,
}  # fmt: skip


def write(path: Path, primary: dict[str, Any], image: dict[str, Any]) -> Path:
    hdus = fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(np.ones((6, 8), np.float32))])
    hdus[0].header.update(primary)
    hdus[1].header.update(image)
    hdus.writeto(path)
    return path


@pytest.mark.parametrize(
    ("primary", "image", "frame"),
    [
        (PLACE, {}, "icrs"),
        (PLACE | {"EQUINOX": 1950.0}, {}, FK4()),
        ({"EQUINOX": 1950.0}, PLACE, FK4()),
        # What the image says itself goes before.
        (PLACE | {"CRVAL1": 10.0}, PLACE, "icrs"),
        ({"EQUINOX": 1950.0}, PLACE | {"EQUINOX": 2000.0}, "fk5"),
    ],
)
def test_an_image_inherits_where_it_says_so(
    tmp_path: Path, primary: dict[str, Any], image: dict[str, Any], frame: Any
) -> None:
    with open_image(write(tmp_path / "a.fits", primary, image | {"INHERIT": True})) as found:
        assert (found.sky.quality, found.notes) == ("exact", [])
        place = SkyCoord(*found.sky.at(0, 0), unit="deg")
    assert place.separation(SkyCoord(150, 2, unit="deg", frame=frame).icrs).arcsec < 1e-6


@pytest.mark.parametrize(
    ("primary", "image", "note"),
    [
        (PLACE, {}, "there is a WCS in the primary header, which the image does not inherit"),
        ({"TELRA": "10:00:00"}, {}, "TELRA says only where the telescope looked"),
        ({"RA_TARG": 150.0}, {}, "RA_TARG says only where the telescope looked"),
        ({"EQUINOX": 1950.0}, PLACE, "the primary header says EQUINOX 1950.0, which the image"),
        ({"RADECSYS": "FK4"}, PLACE, "the primary header says RADECSYS FK4, which the image"),
        ({"EQUINOX": 2000.0}, PLACE, None),
        ({"EQUINOX": 1950.0}, PLACE | {"RADESYS": "ICRS"}, None),
        ({}, {}, None),
    ],
)
def test_what_is_not_inherited_is_told(
    tmp_path: Path, primary: dict[str, Any], image: dict[str, Any], note: str | None
) -> None:
    with open_image(write(tmp_path / "a.fits", primary, image)) as found:
        assert (found.sky is None) == (image == {})
        assert len(found.notes) == (note is not None)
        if note is not None:
            assert note in found.notes[0]
        if image:
            assert found.sky.quality == ("exact" if note is None else "approximate")


def test_nothing_is_inherited_from_an_image(tmp_path: Path) -> None:
    hdus = fits.HDUList([fits.PrimaryHDU(np.ones((4, 4))), fits.ImageHDU(np.ones((6, 8)))])
    hdus[0].header.update(PLACE)
    hdus[1].header["INHERIT"] = True
    hdus.writeto(tmp_path / "a.fits")
    with open_image(tmp_path / "a.fits", hdu=1) as found:
        assert found.sky is None


@pytest.mark.parametrize(
    ("cards", "found"),
    [
        ({"OBJCTRA": "10 30 00"}, ("OBJCTRA", 157.5)),
        ({"RA": "10:30:36.00"}, ("RA", 157.65)),
        ({"TELRA": "10h30m36s"}, ("TELRA", 157.65)),
        ({"RA_TARG": 157.5}, ("RA_TARG", None)),
        # In words goes before a number, whose unit may be either.
        ({"RA_TARG": 157.5, "RA": "10:30:00"}, ("RA", 157.5)),
        ({}, ("", None)),
    ],
)
def test_where_the_telescope_looked(cards: dict[str, Any], found: tuple[str, float | None]) -> None:
    assert pointing(fits.Header(cards.items())) == pytest.approx(found)
