"""Places on the sky against astropy's."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.coordinates import SkyCoord, angular_separation

from hubble_dash.query.sky import parse_place, separation_deg

FORMS = [
    "03:32:38.4 -27:47:24", "03 32 38.4 -27 47 24", "03h32m38.4s -27d47m24s",
    "03h32m38.4s-27d47m24s", "3:32:38.4, -27:47:24", "53.16 -27.79", "53.16,-27.79",
    "53.16d -27.79d", "+53.16-27.79",
    "03h32m38.4s −27°47′24″", " 03h 32m 38.4s  –27d 47m 24s ", "03:32:38.4 -27.79",
    "53.16° −27.79°",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_forms_of_a_place(text: str) -> None:
    assert parse_place(text) == pytest.approx((53.16, -27.79), abs=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        "", "53.16", "NGC 1300", "M 51", "24:00:00 0", "3:60:00 0", "3:00:60 0", "53 91", "400 0",
        "1 2 3 4 5", "1 2 3 4 5 6 7", "a b", "53.16 -27.79 2", "1e5 2", "nan nan", "3:32 -91:00",
        "53,16 -27,79", "--5 3",
    ],
)  # fmt: skip
def test_what_is_no_place(text: str) -> None:
    assert parse_place(text) is None


def test_places_are_those_of_astropy() -> None:
    chance = np.random.default_rng(1)
    for ra, dec in zip(chance.uniform(0, 360, 50), chance.uniform(-90, 90, 50), strict=True):
        coordinate = SkyCoord(ra, dec, unit="deg")
        for text in (
            coordinate.to_string("hmsdms", precision=6),
            coordinate.to_string("hmsdms", sep=":", precision=6),
            coordinate.to_string("decimal", precision=9),
        ):
            assert parse_place(text) == pytest.approx((ra, dec), abs=1e-8)


def test_separations_are_those_of_astropy() -> None:
    chance = np.random.default_rng(2)
    ra, dec = chance.uniform(0, 360, 1000), chance.uniform(-90, 90, 1000)
    ra[:10], dec[:10] = 10 + 1e-6 * np.arange(10), 20
    for place in ((10.0, 20.0), (0.0, 90.0), (359.9, -89.9)):
        expected = angular_separation(*np.deg2rad([ra, dec]), *np.deg2rad(place))
        np.testing.assert_allclose(
            separation_deg(ra, dec, place), np.rad2deg(expected), rtol=1e-7, atol=1e-9
        )
