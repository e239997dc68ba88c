"""The map's density in one session: the browser says what it sees, and gets a new picture of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import holoviews as hv
import numpy as np
from bokeh.document import without_document_lock
from bokeh.models import ColumnDataSource, Plot
from holoviews.streams import Stream
from numpy.typing import NDArray

from hubble_dash.viewer.density.view import View
from hubble_dash.viewer.served.shared import WORKERS, Shared

__all__ = ["LiveDensity"]

_Drawn = Stream.define("Drawn", number=0)

_NOTHING = View(0.0, 1.0, 0.0, 1.0, 1, 1, "count")


class LiveDensity:
    """A picture of the density below the points of the map, drawn anew as its view changes.

    The browser side (``templates/browser/points/live.js``) writes the view and the colour
    into the columns of the data source ``hd-live``; the picture's renderer is ``hd-map-density``.

    Parameters
    ----------
    shared : Shared
        The atlas.
    figure : bokeh.models.Plot
        The map; the picture is put below all that it shows.
    """

    def __init__(self, shared: Shared, figure: Plot) -> None:
        self._shared = shared
        self._view, self._picture = _NOTHING, np.zeros((1, 1, 4), np.uint8)
        self._wanted: View | None = None
        self._working = False
        self._drawn = _Drawn()
        # The picture is a plot of its own whose renderer stands in the map's figure: an overlay
        # would go through all marks at every step, and those are the browser's.
        self._plot = hv.renderer("bokeh").get_plot(
            hv.DynamicMap(self._element, streams=[self._drawn]).opts(
                hv.opts.RGB(apply_ranges=False)
            )
        )
        renderer = self._plot.handles["glyph_renderer"]
        renderer.name = "hd-map-density"
        renderer.data_source.name = "hd-map-density-source"
        figure.renderers.insert(0, renderer)
        self._source = ColumnDataSource(
            {name: [value] for name, value in _NOTHING._asdict().items()}, name="hd-live"
        )
        self._source.on_change("data", self._asked)
        figure.tags = [*figure.tags, self._source]

    def _element(self, number: int) -> hv.RGB:  # noqa: ARG002 - streams call by name
        """Give the last picture; HoloViews asks again when the stream's number changes."""
        view = self._view
        # HoloViews has row 0 at the top.
        return hv.RGB(
            self._picture[::-1],
            bounds=(view.left, view.bottom, view.right, view.top),
            vdims=[*hv.RGB.vdims, hv.RGB.alpha_dimension],
        )

    def _asked(self, _attribute: str, _old: Any, new: Any) -> None:
        view = View.read(new, len(self._shared.index["colors"]))
        if view is None:
            return
        if view.color == "own" and not self._shared.is_colored:
            prepared = WORKERS.submit(self._shared.prepare)
            prepared.add_done_callback(lambda _: self._later(self._ask_again))
        # While one picture is being drawn only the latest view waits.
        self._wanted = view
        if not self._working:
            self._working = True
            self._later(self._work)

    def _ask_again(self) -> None:
        self._asked("data", None, self._source.data)

    def _later(self, callback: Callable[[], Any]) -> None:
        """Run something on the session's own thread, if the session is still there."""
        document = self._source.document
        if document is not None:
            document.add_next_tick_callback(callback)

    @without_document_lock  # type: ignore[untyped-decorator]
    async def _work(self) -> None:
        try:
            while self._wanted is not None:
                view, self._wanted = self._wanted, None
                drawn = WORKERS.submit(self._shared.picture, view)
                self._later(partial(self._show, view, await asyncio.wrap_future(drawn)))
        finally:
            self._working = False

    def _show(self, view: View, picture: NDArray[np.uint8]) -> None:
        self._view, self._picture = view, picture
        self._drawn.event(number=self._drawn.number + 1)
