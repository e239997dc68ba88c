"""The view of the sky: one point a cutout with a position."""

from __future__ import annotations

import holoviews as hv

from hubble_dash.viewer.plots.marks import bare, marks, points

__all__ = ["sky_view"]


def sky_view() -> hv.Overlay:
    """Make the scatter of all positions with its marks.

    Returns
    -------
    holoviews.Overlay
        Its positions are filled in by the browser side, which has them once for all views, and
        draws graticule and outlines around them.
    """
    overlay = points("hd-sky-points", size=5, alpha=0.9) * marks("hd-sky", lines=False)
    return overlay.opts(hooks=[bare("hd-sky")])
