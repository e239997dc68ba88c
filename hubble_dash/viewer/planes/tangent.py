"""The tangent plane: where an image lies on the sky, from the positions of its cutouts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hubble_dash.atlas.schema import BOX, SKY

__all__ = ["TangentPlane", "corners_on", "tangent_plane"]

# How far, in pixels, the plane may be off at any cutout.
MAX_ERROR = 0.5
# Cutouts that are looked at; how many tell a rotation, and how far from one line, in pixels.
MAX_CUTOUTS, MIN_CUTOUTS, MIN_WIDTH = 2_000, 3, 8.0


class TangentPlane(NamedTuple):
    """A linear transformation from pixels to the plane that touches the sky at a pixel.

    Attributes
    ----------
    x, y : float
        That pixel of the array, from 0.
    ra_deg, dec_deg : float
        Its position, ICRS.
    xi_x, xi_y, eta_x, eta_y : float
        Degrees to the east (xi) and to the north (eta) a pixel along x and along y.
    """

    x: float
    y: float
    ra_deg: float
    dec_deg: float
    xi_x: float
    xi_y: float
    eta_x: float
    eta_y: float


def tangent_plane(cutouts: pd.DataFrame) -> TangentPlane | None:
    """Find how an image lies on the sky.

    Parameters
    ----------
    cutouts : (n, ...) pandas.DataFrame
        Those of one image: their boxes, positions and pixel scales.

    Returns
    -------
    TangentPlane or None
        None where fewer than three have positions, they lie in one line, or no such plane agrees
        with all of them to half a pixel (as on an image that is very wide or distorted).
    """
    cutouts = cutouts.iloc[:: 1 + len(cutouts) // MAX_CUTOUTS]
    sky = cutouts[SKY].to_numpy(np.float64)
    known = np.isfinite(sky).all(axis=1) & (sky[:, 2] > 0)
    if known.sum() < MIN_CUTOUTS:
        return None
    ixmin, ixmax, iymin, iymax = cutouts[BOX].to_numpy(np.float64)[known].T
    ra, dec, scale = sky[known].T
    # The cutout nearest to the middle is where the plane touches.
    x, y = (ixmin + ixmax - 1) / 2, (iymin + iymax - 1) / 2
    middle = np.argmin(np.hypot(x - x.mean(), y - y.mean()))
    offsets = np.column_stack([x - x[middle], y - y[middle]])
    if np.linalg.svd(offsets - offsets.mean(axis=0), compute_uv=False)[1] < MIN_WIDTH:
        return None
    places = gnomonic(ra, dec, ra[middle], dec[middle])
    matrix, *_ = np.linalg.lstsq(offsets, places, rcond=None)
    error = np.abs(offsets @ matrix - places).max()
    if not error * 3600 <= MAX_ERROR * float(np.median(scale)):
        return None
    (xi_x, eta_x), (xi_y, eta_y) = matrix.tolist()
    x0, y0, ra0, dec0 = (float(values[middle]) for values in (x, y, ra, dec))
    return TangentPlane(x0, y0, ra0, dec0, xi_x, xi_y, eta_x, eta_y)


def corners_on(plane: TangentPlane, nx: int, ny: int) -> NDArray[np.float64]:
    """Say where the corners of an image lie on a plane.

    Parameters
    ----------
    plane : TangentPlane
        Of the image.
    nx, ny : int
        Its pixels across and down.

    Returns
    -------
    (4, 2) float64 array
        Degrees to the east and to the north, one corner after another from the array's first pixel
        along its first row.
    """
    x = np.array([0, nx, nx, 0]) - 0.5 - plane.x
    y = np.array([0, 0, ny, ny]) - 0.5 - plane.y
    return np.column_stack([plane.xi_x * x + plane.xi_y * y, plane.eta_x * x + plane.eta_y * y])


def gnomonic(
    ra_deg: ArrayLike, dec_deg: ArrayLike, ra0_deg: float, dec0_deg: float
) -> NDArray[np.float64]:
    """Project positions onto the plane that touches the sky at one of them.

    Parameters
    ----------
    ra_deg, dec_deg : (n,) float array
        Positions; NaN comes out of those that the plane does not see.
    ra0_deg, dec0_deg : float
        Where it touches.

    Returns
    -------
    (n, 2) float64 array
        Degrees to the east and to the north.
    """
    ra, dec = np.radians(ra_deg), np.radians(dec_deg)
    ra0, dec0 = np.radians([ra0_deg, dec0_deg])
    along = np.sin(dec0) * np.sin(dec) + np.cos(dec0) * np.cos(dec) * np.cos(ra - ra0)
    along = np.where(along > 0, along, np.nan)
    xi = np.cos(dec) * np.sin(ra - ra0) / along
    eta = (np.cos(dec0) * np.sin(dec) - np.sin(dec0) * np.cos(dec) * np.cos(ra - ra0)) / along
    return np.asarray(np.degrees(np.column_stack([xi, eta])), np.float64)
