"""The map: one point a cutout, what is alike lying together."""

from __future__ import annotations

import holoviews as hv

from hubble_dash.viewer.data.schema import POINT_SIZES
from hubble_dash.viewer.plots.marks import bare, marks, points

__all__ = ["map_view", "point_size"]


def point_size(n: int) -> int:
    """Give the size of each of n points, in pixels: the more there are, the smaller.

    Parameters
    ----------
    n : int
        Number of cutouts.
    """
    return next(size for fewer_than, size in POINT_SIZES if n < fewer_than)


def map_view(size: int) -> hv.Overlay:
    """Make the scatter of all cutouts with its marks.

    Parameters
    ----------
    size : int
        Of a point, as of `point_size`.

    Returns
    -------
    holoviews.Overlay
        Its points are filled in by the browser side, which has the positions once for all views.
    """
    overlay = points("hd-map-points", size=size, alpha=0.9) * marks("hd-map", lines=True)
    return overlay.opts(hooks=[bare("hd-map")])
