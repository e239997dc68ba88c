"""Ramps of skewed numbers: the median gets the middle, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

from hubble_dash.viewer.colors.bends import bend_of, shares_of

RANDOM = np.random.default_rng(4)
SKEWED = np.exp(RANDOM.normal(0, 2, 999))


def ends(values: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(values, [0.02, 0.98])
    return float(low), float(high)


@pytest.mark.parametrize("values", [SKEWED, -SKEWED, SKEWED - 5, 1e-9 * SKEWED, 1e12 - SKEWED])
def test_the_median_of_skewed_numbers_gets_the_middle_of_the_ramp(values: np.ndarray) -> None:
    low, high = ends(values)
    bend = bend_of(values, low, high)
    assert bend is not None
    shares = shares_of(values, low, high, bend)
    assert 0.4 < np.median(shares) < 0.6
    order = np.argsort(values)
    assert (np.diff(shares[order]) >= 0).all()
    assert (shares.min(), shares.max()) == (0, 1)
    # linear they would have crowded at an end
    assert abs(np.median(shares_of(values, low, high, None)) - 0.5) > 0.25


def test_the_middle_is_exact_where_the_median_is_not_extreme() -> None:
    values = np.linspace(0, 1, 1001) ** 3
    bend = bend_of(values, 0.0, 1.0)
    assert bend is not None
    assert shares_of(np.array([np.median(values)]), 0.0, 1.0, bend)[0] == pytest.approx(
        0.5, abs=2e-3
    )


@pytest.mark.parametrize(
    "values",
    [
        RANDOM.normal(size=500),
        np.linspace(3, 9, 100),
        np.array([100.0] * 90 + [300.0] * 10),  # two kinds are not skewed
        np.array([0.0] * 90 + [*range(10)]),
        np.array([5.0]),
    ],
)
def test_others_keep_an_even_ramp(values: np.ndarray) -> None:
    low, high = ends(values)
    assert bend_of(values, low, high) is None


def test_equal_numbers_get_the_middle() -> None:
    assert shares_of(np.array([7.0, 7.0]), 7.0, 7.0, None).tolist() == [0.5, 0.5]
