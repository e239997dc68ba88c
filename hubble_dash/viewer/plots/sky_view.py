"""The view of the sky: a graticule in the Mollweide projection."""

from __future__ import annotations

import astropy.units as u
import holoviews as hv
import numpy as np
from astropy.coordinates import SkyCoord
from numpy.typing import NDArray

from hubble_dash.viewer.data.mollweide import mollweide
from hubble_dash.viewer.plots.marks import NEUTRAL, bare, marks, named

__all__ = ["sky_view"]


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
