"""The all-sky projection against wcslib's."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.sky import wcslib_mollweide, wcslib_sky

from hubble_dash.viewer.planes.mollweide import mollweide


def test_known_places() -> None:
    x, y = mollweide([0, 0, 0, 90, 270], [0, 90, -90, 0, 0])
    np.testing.assert_allclose(x, np.sqrt(2) * np.array([0, 0, 0, -1, 1]), atol=1e-7)
    np.testing.assert_allclose(y, np.sqrt(2) * np.array([0, 1, -1, 0, 0]), atol=1e-7)


def test_right_ascension_grows_to_the_left() -> None:
    x, _ = mollweide([10, 20, 350], 30)
    assert x[1] < x[0] < 0 < x[2]


def test_the_map_keeps_areas() -> None:
    # Half the sphere lies within 30 degrees of the equator, so half of the map's area does too.
    _, y = mollweide(0, 30)
    theta = np.arcsin(y / np.sqrt(2))
    assert (2 * theta + np.sin(2 * theta)) / np.pi == pytest.approx(0.5, abs=1e-12)


@pytest.fixture
def sky() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Positions spread evenly over the sphere: RA and Dec, (2, n)."""
    random = np.random.default_rng(0)
    return np.array(
        [random.uniform(0, 360, 5000), np.rad2deg(np.arcsin(random.uniform(-1, 1, 5000)))]
    )


def test_places_are_those_of_wcslib(sky: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    found, expected = np.array(mollweide(*sky)), wcslib_mollweide(*sky)
    np.testing.assert_allclose(
        found[:, abs(sky[1]) < 89], expected[:, abs(sky[1]) < 89], atol=1e-11
    )
    # Nearer to the poles wcslib iterates less far, and x feels it.
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_wcslib_finds_the_positions_again(
    sky: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> None:
    ra, dec = wcslib_sky(*mollweide(*sky))
    np.testing.assert_allclose((ra - sky[0] + 180) % 360, 180, atol=1e-6)
    np.testing.assert_allclose(dec, sky[1], atol=1e-6)


def test_the_unknown_has_no_place() -> None:
    for position in ((np.nan, np.nan), (np.nan, 10.0), (10.0, np.nan)):
        x, y = mollweide(*position)
        assert np.isnan(x) or np.isnan(y)
    assert np.isnan(mollweide(np.nan, np.nan)).all()
