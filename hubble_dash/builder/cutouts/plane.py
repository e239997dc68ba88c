"""How an image lies on the sky as a whole: the plane that touches it at the image's middle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.schema import CORNERS, PLANE
from hubble_dash.builder.sky.sky import Sky

__all__ = ["plane_of"]

# Places along each side that are looked at.
GRID = 5
# How far the plane may be off, as a part of the longer side: then it turns by a degree or two.
MAX_BEND = 0.01
# Pixels by which it is off where the corners are told as well.
MAX_STRAIGHT = 0.5


def plane_of(sky: Sky, shape: tuple[int, int]) -> dict[str, float]:
    """Find how an image lies on the sky, distortions and all.

    Parameters
    ----------
    sky : Sky
        Where its pixels lie.
    shape : (int, int)
        Rows and columns.

    Returns
    -------
    dict of str to float
        The columns `PLANE` of the table of images, and `CORNERS` where the plane is off; empty
        where no plane comes near, as on an image of half the sky.
    """
    ny, nx = shape
    sides = (np.linspace(-side / 2, side / 2, GRID) for side in (nx, ny))
    x, y = np.meshgrid(*sides)
    ra, dec = sky.at((nx - 1) / 2 + x, (ny - 1) / 2 + y)
    middle = ra[GRID // 2, GRID // 2], dec[GRID // 2, GRID // 2]
    xi, eta = _on_plane(ra, dec, *middle)
    if not (np.isfinite(xi) & np.isfinite(eta)).all():
        return {}
    # The grid is even, so that the best slopes along x and along y do not depend on each other.
    slopes = [(at * side).sum() / (side**2).sum() for at in (xi, eta) for side in (x, y)]
    xi_x, xi_y, eta_x, eta_y = slopes
    pixel = np.sqrt(abs(xi_x * eta_y - xi_y * eta_x))
    off = np.hypot(xi - xi_x * x - xi_y * y, eta - eta_x * x - eta_y * y).max()
    if not off <= MAX_BEND * max(shape) * pixel:
        return {}
    values = dict(zip(PLANE, [*middle, *slopes, off / pixel], strict=True))
    if off / pixel > MAX_STRAIGHT:
        # The grid reaches from edge to edge.
        corners = [at[i] for i in ((0, 0), (0, -1), (-1, -1), (-1, 0)) for at in (xi, eta)]
        values |= dict(zip(CORNERS, corners, strict=True))
    return {name: float(value) for name, value in values.items()}


def _on_plane(
    ra_deg: NDArray[np.float64], dec_deg: NDArray[np.float64], ra0_deg: float, dec0_deg: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give degrees to the east and to the north on the plane; NaN of what it does not see."""
    turn, dec, dec0 = np.radians(ra_deg - ra0_deg), np.radians(dec_deg), np.radians(dec0_deg)
    along = np.sin(dec0) * np.sin(dec) + np.cos(dec0) * np.cos(dec) * np.cos(turn)
    along = np.where(along > 0, along, np.nan)
    east = np.cos(dec) * np.sin(turn)
    north = np.cos(dec0) * np.sin(dec) - np.sin(dec0) * np.cos(dec) * np.cos(turn)
    return np.degrees(east / along), np.degrees(north / along)
