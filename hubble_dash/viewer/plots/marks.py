"""What the three plots have in common: a bare frame, and the marks of the selected and the nine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import holoviews as hv
import holoviews.plotting.bokeh
from bokeh.core.properties import field, value
from bokeh.models import Range1d, Toolbar

from hubble_dash.viewer.data.schema import BORDER_PIXELS

__all__ = ["NINE", "SELECTED", "bare", "marks", "named", "numbers", "points"]

# Its extension would, in a notebook, load scripts from another host.
hv.Store.set_current_backend("bokeh")

SELECTED = "#f59e0b"
NINE = "#2f9be8"

Hook = Callable[[Any, Any], None]


def named(name: str, *, is_mark: bool = False) -> Hook:
    """Make a HoloViews hook that names an element's data source, for the browser side to find.

    Parameters
    ----------
    name : str
        Of the data source; the renderer gets ``-renderer`` behind it.
    is_mark : bool
        Whether it changes while all else stays: it is drawn on a canvas of its own, so that a
        hover does not draw thousands of points again.
    """

    def hook(plot: Any, _element: Any) -> None:
        plot.handles["source"].name = name
        plot.handles["glyph_renderer"].name = f"{name}-renderer"
        if is_mark:
            plot.handles["glyph_renderer"].level = "overlay"

    return hook


def bare(name: str) -> Hook:
    """Make a HoloViews hook that strips a plot to its data; gestures are the browser side's own.

    Parameters
    ----------
    name : str
        Name of the figure, and of the browser side's view.
    """

    def hook(plot: Any, _element: Any) -> None:
        figure = plot.state
        figure.name = name
        figure.x_range, figure.y_range = Range1d(0, 1), Range1d(0, 1)
        figure.toolbar = Toolbar(tools=[])
        figure.toolbar_location = None
        figure.sizing_mode = "stretch_both"
        figure.min_width, figure.min_height = 100, 100
        figure.left, figure.below, figure.center = [], [], []  # axes and grids
        # Bokeh itself selects, hovers and mutes nothing, so that one glyph of each will do.
        for shown in figure.renderers:
            shown.selection_glyph = shown.nonselection_glyph = None
            shown.hover_glyph = shown.muted_glyph = None
        figure.title.visible = False
        # With no border at all, traces of earlier ranges stay at the edge of a clear plot.
        for side in ("left", "right", "top", "bottom"):
            setattr(figure, f"min_border_{side}", BORDER_PIXELS)
        figure.outline_line_color = None
        figure.background_fill_color = figure.border_fill_color = None

    return hook


def points(name: str, *, size: int, alpha: float) -> hv.Points:
    """Make the empty points of a plane, each in colours of its own, inside and around.

    Parameters
    ----------
    name : str
        Name of their data source, with the columns ``color`` and ``line``.
    size : int
        In pixels.
    alpha : float
        How much of what lies below they hide.
    """

    def own_colors(plot: Any, _element: Any) -> None:
        # HoloViews would map the columns' values to colours.
        glyph = plot.handles["glyph"]
        glyph.fill_color, glyph.line_color = field("color"), field("line")
        plot.handles["source"].data.update(color=[], line=[])

    return hv.Points([], vdims=["color", "line"]).opts(
        size=size, alpha=alpha, line_width=0.8, hooks=[named(name), own_colors]
    )


def numbers(name: str, *, raised: int = 0) -> hv.Labels:
    """Make the empty numbers of the nine: white on rounded labels.

    Parameters
    ----------
    name : str
        Name of their data source.
    raised : int
        How far above their places they stand, in pixels.
    """

    def label(plot: Any, _element: Any) -> None:
        glyph = plot.handles["glyph"]
        glyph.text_font = value("system-ui, sans-serif")
        glyph.background_fill_color, glyph.background_fill_alpha = NINE, 1.0
        glyph.border_line_color, glyph.border_line_width = "white", 1
        glyph.border_radius, glyph.padding = 8, (5, 2)
        glyph.y_offset = -raised

    return hv.Labels([], vdims="text").opts(
        text_color="white",
        text_font_size="10px",
        text_font_style="bold",
        hooks=[named(name, is_mark=True), label],
    )


def marks(name: str, *, lines: bool) -> hv.Overlay:
    """Make the empty marks of a plot: lines to the nine, rings with numbers, the selected one.

    Parameters
    ----------
    name : str
        Prefix of the names of their data sources: ``-lines``, ``-nine``, ``-numbers``,
        ``-selected`` and ``-hovered``.
    lines : bool
        Whether lines go from the selected one to the nine.
    """
    parts: list[Any] = []
    if lines:
        parts.append(
            hv.Segments([]).opts(
                color=NINE, line_width=1, alpha=0.45, hooks=[named(f"{name}-lines", is_mark=True)]
            )
        )
    parts += [
        hv.Points([]).opts(
            size=10, fill_alpha=0, line_color=NINE, line_width=2,
            hooks=[named(f"{name}-nine", is_mark=True)],
        ),
        numbers(f"{name}-numbers", raised=15),
        hv.Points([]).opts(
            size=12, color=SELECTED, line_color="white", line_width=2,
            hooks=[named(f"{name}-selected", is_mark=True)],
        ),
        hv.Points([]).opts(
            size=16, fill_alpha=0, line_color=SELECTED, line_width=2.5,
            hooks=[named(f"{name}-hovered", is_mark=True)],
        ),
    ]  # fmt: skip
    return hv.Overlay(parts)
