"""All-sky projection (Mollweide, RA growing to the left), forward and back, and its view."""

from __future__ import annotations

import astropy.units as u
import holoviews as hv
import numpy as np
from astropy.coordinates import SkyCoord
from numpy.typing import ArrayLike, NDArray

from hubble_dash.dashboard.marks import NEUTRAL, bare, marks, named

__all__ = ["mollweide", "mollweide_back", "sky_view"]

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
    Snyder (1987), equations 31-4 to 31-6. ``templates/sky.js`` does the same in the browser.
    """
    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    with np.errstate(invalid="ignore", divide="ignore"):
        theta = np.arcsin(y / np.sqrt(2))
        dec = np.arcsin((2 * theta + np.sin(2 * theta)) / np.pi)
        longitude = -np.pi * x / (2 * np.sqrt(2) * np.cos(theta))
    outside = ~(np.abs(longitude) <= np.pi * (1 + 1e-12))
    ra_deg = np.where(outside, np.nan, np.rad2deg(longitude) % 360.0)
    return ra_deg, np.where(outside, np.nan, np.rad2deg(dec))


def _graticule() -> list[NDArray[np.float64]]:
    """Meridians every 2h and parallels every 30 degrees, as (m, 2) paths."""
    dec = np.linspace(-90, 90, 91)
    ra = np.linspace(-179.999, 180, 181)
    meridians = [np.column_stack(mollweide(h * 15.0, dec)) for h in range(-10, 12, 2)]
    parallels = [np.column_stack(mollweide(ra, d)) for d in (-60, -30, 0, 30, 60)]
    return meridians + parallels


def _outline() -> NDArray[np.float64]:
    angle = np.linspace(0, 2 * np.pi, 181)
    return np.column_stack([2 * np.sqrt(2) * np.cos(angle), np.sqrt(2) * np.sin(angle)])


def _galactic_plane() -> list[NDArray[np.float64]]:
    """Cut the galactic equator where it leaves the map on one side to enter on the other."""
    plane = SkyCoord(l=np.linspace(0, 360, 361) * u.deg, b=np.zeros(361) * u.deg, frame="galactic")
    path = np.column_stack(mollweide(plane.icrs.ra.deg, plane.icrs.dec.deg))
    cuts = np.flatnonzero(np.abs(np.diff(path[:, 0])) > 1) + 1
    return [part for part in np.split(path, cuts) if len(part) > 1]


def sky_view() -> hv.Overlay:
    """Make the all-sky view: graticule, galactic plane, all positions, and the marks.

    Returns
    -------
    holoviews.Overlay
        Its positions are filled in by the browser side, which has them once for all views.
    """
    hours = [18, 6, 0]
    x, y = mollweide([h * 15.0 for h in hours], 0.0)
    hour_names = [f"{h}h" for h in hours]
    degrees = [-60, -30, 30, 60]
    edge_x, edge_y = mollweide(-179.999, degrees)
    degree_names = [f"{d:+d}°".replace("-", "−") for d in degrees]
    text = {"text_color": NEUTRAL, "text_font_size": "10px"}
    line = {"color": NEUTRAL, "line_width": 1}
    overlay = (
        hv.Polygons([_outline()]).opts(
            fill_color=NEUTRAL, fill_alpha=0.07, line_color=NEUTRAL, line_alpha=0.7
        )
        * hv.Path(_graticule()).opts(alpha=0.28, **line)
        * hv.Path(_galactic_plane()).opts(alpha=0.75, line_dash="dotted", **line)
        * hv.Labels((x, y, hour_names)).opts(xoffset=0.04, yoffset=0.07, text_align="left", **text)
        * hv.Labels((edge_x, edge_y, degree_names)).opts(xoffset=0.12, text_align="left", **text)
        * hv.Points([]).opts(color=NEUTRAL, size=4, alpha=0.6, hooks=[named("hd-sky-points")])
        * marks("hd-sky", lines=False)
    )
    return overlay.opts(hooks=[bare("hd-sky")])
