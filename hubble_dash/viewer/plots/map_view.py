"""The map: one point a cutout, what is alike lying together."""

from __future__ import annotations

from typing import Any

import holoviews as hv
from bokeh.core.properties import field

from hubble_dash.viewer.data.schema import POINT_SIZES
from hubble_dash.viewer.plots.marks import bare, marks, named

__all__ = ["map_view"]


def _own_colors(plot: Any, _element: Any) -> None:
    """Take colours as they stand in the column (HoloViews would map its values to colours)."""
    plot.handles["glyph"].fill_color = field("color")
    plot.handles["source"].data["color"] = []


def map_view(n: int) -> hv.Overlay:
    """Make the scatter of all cutouts with its marks.

    Parameters
    ----------
    n : int
        Number of cutouts; the more there are, the smaller the points.

    Returns
    -------
    holoviews.Overlay
        Its points are filled in by the browser side, which has the positions once for all views.
    """
    size = next(size for fewer_than, size in POINT_SIZES if n < fewer_than)
    points = hv.Points([], vdims="color").opts(
        size=size, alpha=0.85, line_color=None, hooks=[named("hd-map-points"), _own_colors]
    )
    return (points * marks("hd-map", lines=True)).opts(hooks=[bare("hd-map")])
