"""The all-sky projection, forward and back."""

from __future__ import annotations

import numpy as np
import pytest

from hubble_dash.viewer.data.mollweide import mollweide, mollweide_back


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


def test_back_undoes_forward() -> None:
    random = np.random.default_rng(0)
    ra = random.uniform(0, 360, 5000)
    dec = np.rad2deg(np.arcsin(random.uniform(-1, 1, 5000)))
    back = mollweide_back(*mollweide(ra, dec))
    np.testing.assert_allclose((back[0] - ra + 180) % 360, 180, atol=1e-6)
    np.testing.assert_allclose(back[1], dec, atol=1e-8)


def test_unknown_and_outside_are_nan() -> None:
    assert np.isnan(mollweide(np.nan, np.nan)).all()
    assert np.isnan(mollweide_back(2.8, 1.2)).all()
    assert np.isnan(mollweide_back(0, 2)).all()
