"""Page -> live: the same page under `panel serve`, or in a notebook."""

from __future__ import annotations

import html
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import panel as pn

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.export import MAX_CUTOUTS, page_html
from hubble_dash.viewer.page import TEMPLATE, Page, make_page
from hubble_dash.viewer.plots.evaluation_view import read_evaluation
from hubble_dash.viewer.served.live import LiveDensity
from hubble_dash.viewer.served.routes import add_routes
from hubble_dash.viewer.served.shared import WORKERS, inline_data, share

__all__ = ["Dashboard", "dashboard", "serve"]


class Dashboard(pn.template.BaseTemplate):  # type: ignore[misc]  # panel is untyped
    """The dashboard of an atlas as a Panel template: `servable`, and shown in a notebook.

    Use `dashboard` to make one.
    """

    def __init__(
        self,
        atlas: Atlas,
        *,
        similar: int = 9,
        title: str | None = None,
        evaluation: str | Path | None = None,
        most_inside: int = MAX_CUTOUTS,
    ) -> None:
        super().__init__(TEMPLATE)
        self._atlas, self._similar, self._title = atlas, similar, title
        self._evaluation = evaluation
        measured = None if evaluation is None else read_evaluation(evaluation, atlas)
        self._is_large = len(atlas) > most_inside
        page = self._large_page(measured) if self._is_large else self._page(measured)
        # Panel names the roots after the items; a figure's own name must stay unique.
        self._render_variables.update(page.variables, root_prefix="root-")
        for name, figure in page.figures.items():
            pane = pn.pane.Bokeh(figure, sizing_mode="stretch_both")
            self._render_items[f"root-{name}"] = (pane, [])

    def _page(self, measured: Mapping[str, Any] | None) -> Page:
        """Make the page that carries all its data."""
        data = inline_data(self._atlas, similar=self._similar)
        return make_page(self._atlas, data, title=self._title, evaluation=measured)

    def _large_page(self, measured: Mapping[str, Any] | None) -> Page:
        """Make the page that asks the server for its data, and for the map's density."""
        shared = share(self._atlas, similar=self._similar)
        # The session's own opening of the atlas is let go.
        self._atlas = shared.atlas
        page = make_page(shared.atlas, shared.data, title=self._title, evaluation=measured)
        self._live = LiveDensity(shared, page.figures["hd-map"])
        WORKERS.submit(shared.prepare)
        if pn.state.curdoc is not None:
            add_routes(pn.state.curdoc)
        return page

    def servable(self, title: str | None = None, **options: Any) -> Dashboard:
        """Show this when the script runs under ``panel serve``."""
        super().servable(title or self._render_variables["page_title"], **options)
        return self

    def _repr_mimebundle_(self, **_wanted: Any) -> Any:
        """In a notebook: the exported page in a frame, which stays alive without a kernel."""
        if self._is_large:
            return {"text/html": self._advice()}, {}
        page = page_html(
            self._atlas, similar=self._similar, title=self._title, evaluation=self._evaluation
        )
        frame = (
            f'<iframe srcdoc="{html.escape(page)}" style="width: 100%; height: 860px; border: 0"'
            ' sandbox="allow-scripts allow-same-origin"></iframe>'
        )
        return {"text/html": frame}, {}

    def _advice(self) -> str:
        """Say in HTML how to look at an atlas that is too large for a notebook."""
        path = html.escape(shlex.quote(str(self._atlas.path)))
        title = html.escape(self._atlas.title)
        return (
            f"<p><b>{title}</b> has {len(self._atlas):,} cutouts; a notebook shows dashboards of"
            f" {MAX_CUTOUTS:,} at most. Look at it in a browser, from a terminal:</p>"
            f"<pre>hubble-dash serve {path}</pre>"
            "<p>or write it as a folder that opens without a server:</p>"
            f"<pre>hubble-dash export {path} report/</pre>"
        )


def dashboard(
    atlas: Atlas,
    *,
    similar: int = 9,
    title: str | None = None,
    evaluation: str | Path | None = None,
    most_inside: int = MAX_CUTOUTS,
) -> Dashboard:
    """Make the live dashboard of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many similar cutouts are shown.
    title : str, optional
        Instead of the atlas's own.
    evaluation : path-like, optional
        What ``hubble-dash evaluate --save`` wrote, to be shown in the dialog about the page.
    most_inside : int
        Up to so many cutouts the page carries all its data. With more it asks the server for them
        piece by piece, the server draws the map's density, and all sessions share the atlas.

    Returns
    -------
    Dashboard
        A Panel template: call ``.servable()`` in a script for ``panel serve``, or leave it as the
        last line of a notebook cell.
    """
    return Dashboard(
        atlas, similar=similar, title=title, evaluation=evaluation, most_inside=most_inside
    )


def serve(
    atlas: Atlas,
    *,
    similar: int = 9,
    title: str | None = None,
    evaluation: str | Path | None = None,
    port: int = 5006,
    address: str = "localhost",
    websocket_origin: Sequence[str] | None = None,
    show: bool = True,
) -> None:
    """Serve the dashboard of an atlas until the process is interrupted.

    Parameters
    ----------
    atlas, similar, title, evaluation
        As in `dashboard`.
    port : int
        Port to listen at; 0 takes a free one.
    address : str
        Address to listen at.
    websocket_origin : sequence of str, optional
        Hosts under which browsers reach the page, where they differ from the address.
    show : bool
        Whether a browser is opened.
    """
    if evaluation is not None:
        read_evaluation(evaluation, atlas)  # told now, not when the first browser asks
    if len(atlas) > MAX_CUTOUTS:
        share(atlas, similar=similar).prepare(progress=True)
    pn.serve(
        lambda: dashboard(atlas, similar=similar, title=title, evaluation=evaluation),
        port=port,
        address=address,
        websocket_origin=list(websocket_origin) if websocket_origin else None,
        show=show,
        title=title or atlas.title,
    )
