"""The boxes of the selected cutout and its neighbours, numbered, on their parent image.

The image itself is drawn below, by the browser side.
"""

from __future__ import annotations

import holoviews as hv

from hubble_dash.viewer.plots.marks import NINE, SELECTED, bare, named, numbers

__all__ = ["image_view"]


def image_view() -> hv.Overlay:
    """Make the view of the parent image: boxes and numbers.

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
    return overlay.opts(hooks=[bare("hd-image")])
