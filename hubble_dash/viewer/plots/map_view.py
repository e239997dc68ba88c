"""The map: one point a cutout, what is alike lying together."""

from __future__ import annotations

import holoviews as hv

from hubble_dash.viewer.data.schema import POINT_SIZES
from hubble_dash.viewer.plots.marks import bare, marks, points

__all__ = ["map_view"]


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
    overlay = points("hd-map-points", size=size, alpha=0.9) * marks("hd-map", lines=True)
    return overlay.opts(hooks=[bare("hd-map")])
