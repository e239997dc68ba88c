"""Ramps for skewed numbers: between its ends, a colour ramp is bent so that most get told apart."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["bend_of", "shares_of"]

# Numbers whose median lies in the outer quarter of their range are skewed.
SKEWED = 0.25
# The median of what is skewed beyond measure is taken to lie here, as a part of the range.
LEAST_MEDIAN = 0.01


def bend_of(values: NDArray[np.float64], low: float, high: float) -> float | None:
    """Find how much a ramp must bend for the median to get its middle.

    Parameters
    ----------
    values : (n,) float64 array
        Finite numbers.
    low, high : float
        The ends of the ramp.

    Returns
    -------
    float or None
        The softening of an inverse hyperbolic sine, in the numbers' own units: positive where it
        runs from the low end upwards, negative where it runs from the high end downwards. None
        where the numbers are not skewed, or most lie at the ends or beyond.

    Notes
    -----
    Linear near its end, logarithmic far from it, and it takes any sign (as the magnitudes of
    Lupton, Gunn and Szalay, 1999). With the range as the unit and the median at m, the bend b
    fulfils asinh(m / b) = asinh(1 / b) / 2, so b = 2 m² / sqrt(1 - 4 m²).
    """
    inside = values[(values > low) & (values < high)]
    if 2 * len(inside) < len(values) or not math.isfinite(high - low):
        return None
    median = (float(np.median(inside)) - low) / (high - low)
    m = max(min(median, 1 - median), LEAST_MEDIAN)
    if m >= SKEWED:
        return None
    bend = (high - low) * 2 * m**2 / math.sqrt(1 - 4 * m**2)
    return bend if median < 0.5 else -bend


def shares_of(
    values: NDArray[np.float64], low: float, high: float, bend: float | None
) -> NDArray[np.float64]:
    """Give the places of numbers along a ramp.

    Parameters
    ----------
    values : (n,) float64 array
        Finite numbers.
    low, high : float
        The ends of the ramp; what lies beyond gets their colour.
    bend : float or None
        As of `bend_of`.

    Returns
    -------
    (n,) float64 array
        From 0 to 1. ``templates/browser/colors/runs.js`` has the inverse.
    """
    if high <= low:
        return np.full(len(values), 0.5)
    part = np.clip(values, low, high)
    if bend is None:
        return (part - low) / (high - low)
    near, far = (low, high) if bend > 0 else (high, low)
    way: NDArray[np.float64] = np.arcsinh((part - near) / bend) / math.asinh((far - near) / bend)
    return way if bend > 0 else 1 - way
