"""Page -> live: the same page under `panel serve`, or in a notebook."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import panel as pn

from hubble_dash.atlas import Atlas
from hubble_dash.dashboard.export import page_html
from hubble_dash.dashboard.page import TEMPLATE, make_page

__all__ = ["Dashboard", "dashboard", "serve"]


class Dashboard(pn.template.BaseTemplate):  # type: ignore[misc]  # panel is untyped
    """The dashboard of an atlas as a Panel template: `servable`, and shown in a notebook.

    Use `dashboard` to make one.
    """

    def __init__(self, atlas: Atlas, *, similar: int = 9, title: str | None = None) -> None:
        super().__init__(TEMPLATE)
        self._atlas, self._similar, self._title = atlas, similar, title
        page = make_page(atlas, similar=similar, title=title)
        # Panel names the roots after the items; a figure's own name must stay unique.
        self._render_variables.update(page.variables, root_prefix="root-")
        for name, figure in page.figures.items():
            pane = pn.pane.Bokeh(figure, sizing_mode="stretch_both")
            self._render_items[f"root-{name}"] = (pane, [])

    def servable(self, title: str | None = None, **options: Any) -> Dashboard:
        """Show this when the script runs under ``panel serve``."""
        super().servable(title or self._render_variables["page_title"], **options)
        return self

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """In a notebook: the exported page in a frame, which stays alive without a kernel."""
        page = page_html(self._atlas, similar=self._similar, title=self._title)
        frame = (
            f'<iframe srcdoc="{html.escape(page)}" style="width: 100%; height: 860px; border: 0"'
            ' sandbox="allow-scripts allow-same-origin"></iframe>'
        )
        return {"text/html": frame}, {}


def dashboard(atlas: Atlas, *, similar: int = 9, title: str | None = None) -> Dashboard:
    """Make the live dashboard of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many similar cutouts are shown.
    title : str, optional
        Instead of the atlas's own.

    Returns
    -------
    Dashboard
        A Panel template: call ``.servable()`` in a script for ``panel serve``, or leave it as the
        last line of a notebook cell.
    """
    return Dashboard(atlas, similar=similar, title=title)


def serve(
    atlas: Atlas,
    *,
    similar: int = 9,
    title: str | None = None,
    port: int = 5006,
    address: str = "localhost",
    websocket_origin: Sequence[str] | None = None,
    show: bool = True,
) -> None:
    """Serve the dashboard of an atlas until the process is interrupted.

    Parameters
    ----------
    atlas, similar, title
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
    pn.serve(
        lambda: dashboard(atlas, similar=similar, title=title),
        port=port,
        address=address,
        websocket_origin=list(websocket_origin) if websocket_origin else None,
        show=show,
        title=title or atlas.title,
    )
