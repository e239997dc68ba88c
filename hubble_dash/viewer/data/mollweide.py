"""All-sky projection (Mollweide, RA growing to the left), forward and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["mollweide", "mollweide_back"]

Floats = NDArray[np.float64]


def mollweide(ra_deg: ArrayLike, dec_deg: ArrayLike) -> tuple[Floats, Floats]:
    """Project sky positions to the Mollweide plane, RA 0h in the middle and growing to the left.

    Parameters
    ----------
    ra_deg, dec_deg : float array
        ICRS degrees; NaN where unknown.

    Returns
    -------
    x, y : float64 arrays
        ``|x| <= 2 sqrt(2)``, ``|y| <= sqrt(2)``; NaN where unknown.

    Notes
    -----
    Snyder, *Map Projections: A Working Manual* (1987), equations 31-1 to 31-3: the auxiliary angle
    solves ``2 t + sin 2t = pi sin(dec)`` by Newton's method.
    """
    ra, dec = np.broadcast_arrays(np.asarray(ra_deg, float), np.asarray(dec_deg, float))
    longitude = np.deg2rad((ra + 180.0) % 360.0 - 180.0)
    target = np.pi * np.sin(np.deg2rad(dec))
    # Newton's start from the series at the pole, where the derivative vanishes, and from the
    # latitude elsewhere; both converge to double precision in a few steps.
    polar = np.cbrt(3 * np.pi / 4 * np.deg2rad(90 - np.abs(dec)) ** 2)
    twice = np.where(np.abs(dec) > 60, np.sign(dec) * (np.pi - 2 * polar), 2 * np.deg2rad(dec))
    with np.errstate(invalid="ignore", divide="ignore"):
        for _ in range(12):
            step = (twice + np.sin(twice) - target) / (1 + np.cos(twice))
            twice = np.where(np.isfinite(step) | np.isnan(dec), twice - step, twice)
    theta = twice / 2
    x = -2 * np.sqrt(2) / np.pi * longitude * np.cos(theta)
    return x, np.sqrt(2) * np.sin(theta)


def mollweide_back(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Turn places of the Mollweide plane back into sky positions.

    Parameters
    ----------
    x, y : float array
        As `mollweide` gives them.

    Returns
    -------
    ra_deg, dec_deg : float64 arrays
        ``0 <= ra < 360``; NaN for places outside the ellipse.

    Notes
    -----
    Snyder (1987), equations 31-4 to 31-6. ``templates/browser/views/sky.js`` does the same in the
    browser.
    """
    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    with np.errstate(invalid="ignore", divide="ignore"):
        theta = np.arcsin(y / np.sqrt(2))
        dec = np.arcsin((2 * theta + np.sin(2 * theta)) / np.pi)
        longitude = -np.pi * x / (2 * np.sqrt(2) * np.cos(theta))
    outside = ~(np.abs(longitude) <= np.pi * (1 + 1e-12))
    ra_deg = np.where(outside, np.nan, np.rad2deg(longitude) % 360.0)
    return ra_deg, np.where(outside, np.nan, np.rad2deg(dec))
