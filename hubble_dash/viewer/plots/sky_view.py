"""The view of the sky: a graticule in the Mollweide projection."""

from __future__ import annotations

from typing import Any

import astropy.units as u
import holoviews as hv
import numpy as np
from astropy.coordinates import SkyCoord
from numpy.typing import NDArray

from hubble_dash.viewer.planes.mollweide import mollweide
from hubble_dash.viewer.plots.marks import NEUTRAL, bare, marks, named, points

__all__ = ["sky_view"]

_TEXT: dict[str, Any] = {"text_color": NEUTRAL, "text_font_size": "10px"}


def _backed(plot: Any, _element: Any) -> None:
    """Dim what lies below a label; the browser side gives it the page's colour."""
    glyph = plot.handles["glyph"]
    glyph.background_fill_alpha, glyph.padding, glyph.border_radius = 0.6, (3, 1), 3


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


def _hours() -> hv.Overlay:
    """Name meridians along the equator: 12h outside at both ends, the others inside."""
    x, y = mollweide([h * 15.0 for h in (21, 18, 15, 9, 6, 3, 0)], 0.0)
    inside = hv.Labels((x, y, ["21h", "18h", "15h", "9h", "6h", "3h", "0h"]))
    edge = 2 * np.sqrt(2)
    return (
        inside.opts(yoffset=0.08, **_TEXT, hooks=[named("hd-sky-hours"), _backed])
        * hv.Labels(([edge], [0.0], ["12h"])).opts(xoffset=0.06, text_align="left", **_TEXT)
        * hv.Labels(([-edge], [0.0], ["12h"])).opts(xoffset=-0.06, text_align="right", **_TEXT)
    )


def _degrees() -> hv.Labels:
    degrees = [-60, -30, 30, 60]
    x, y = mollweide(-179.999, degrees)
    names = [f"{d:+d}°".replace("-", "−") for d in degrees]
    return hv.Labels((x, y, names)).opts(xoffset=0.06, text_align="left", **_TEXT)


def _plane_name() -> hv.Labels:
    """Name the galactic plane where it crosses the map slantwise and few images lie."""
    along = SkyCoord(l=[88, 92] * u.deg, b=[0, 0] * u.deg, frame="galactic").icrs
    (x0, x1), (y0, y1) = mollweide(along.ra.deg, along.dec.deg)
    angle = np.degrees(np.arctan((y1 - y0) / (x1 - x0)))
    at = SkyCoord(l=90 * u.deg, b=0 * u.deg, frame="galactic").icrs
    x, y = mollweide(at.ra.deg, at.dec.deg)
    label = hv.Labels(([float(x)], [float(y)], ["galactic plane"]))
    return label.opts(
        angle=float(angle), text_baseline="bottom", **_TEXT, hooks=[named("hd-sky-plane"), _backed]
    )


def sky_view() -> hv.Overlay:
    """Make the all-sky view: graticule, galactic plane, all positions, labels, and the marks.

    Labels stand outside where there is an outside, the others above the points.

    Returns
    -------
    holoviews.Overlay
        Its positions are filled in by the browser side, which has them once for all views.
    """
    line = {"color": NEUTRAL, "line_width": 1}
    overlay = (
        hv.Polygons([_outline()]).opts(
            fill_color=NEUTRAL, fill_alpha=0.07, line_color=NEUTRAL, line_alpha=0.7
        )
        * hv.Path(_graticule()).opts(alpha=0.28, **line)
        * hv.Path(_galactic_plane()).opts(alpha=0.75, line_dash="dotted", **line)
        * points("hd-sky-points", size=5, alpha=0.9)
        * _hours()
        * _degrees()
        * _plane_name()
        * marks("hd-sky", lines=False)
    )
    return overlay.opts(hooks=[bare("hd-sky")])
