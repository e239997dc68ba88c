"""The parent image with the numbered boxes of the selected cutout and its neighbours."""

from __future__ import annotations

from typing import Any

import holoviews as hv
from bokeh.models import ColumnDataSource, ImageURL

from hubble_dash.viewer.plots.marks import NINE, SELECTED, bare, named, numbers

__all__ = ["image_view"]


def _picture(plot: Any, _element: Any) -> None:
    """Put the parent image's picture below the boxes (HoloViews has no element for a URL)."""
    source = ColumnDataSource({"url": [], "w": [], "h": []}, name="hd-image-picture")
    glyph = ImageURL(url="url", x=0, y="h", w="w", h="h", anchor="top_left")
    plot.state.add_glyph(source, glyph, level="image")


def image_view() -> hv.Overlay:
    """Make the view of the parent image: picture, boxes, numbers.

    Returns
    -------
    holoviews.Overlay
        Coordinates are pixels of the parent image, x to the right and y up as it is shown.
    """

    def boxes(name: str, color: str, width: float) -> hv.Rectangles:
        return hv.Rectangles([]).opts(
            fill_alpha=0, line_color=color, line_width=width, hooks=[named(name, is_mark=True)]
        )

    overlay = (
        boxes("hd-image-hovered", "white", 1.5)
        * boxes("hd-image-nine", NINE, 2)
        * boxes("hd-image-selected", SELECTED, 2.5)
        * numbers("hd-image-numbers", raised=8)
    )
    return overlay.opts(hooks=[bare("hd-image"), _picture])
