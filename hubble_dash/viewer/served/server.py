"""Page -> live: the same page under `panel serve`, or in a notebook."""

from __future__ import annotations

import html
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import panel as pn
from bokeh.core.templates import get_env
from bokeh.document import Document
from jinja2 import Template
from panel.io.document import init_doc

from hubble_dash.allocator import give_back_soon
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import MissingExtraError
from hubble_dash.viewer.deep.written import ImagesOf
from hubble_dash.viewer.exported.export import page_html
from hubble_dash.viewer.exported.limits import MAX_CUTOUTS
from hubble_dash.viewer.linked import Linked
from hubble_dash.viewer.notebook import frame_html, has_kernel
from hubble_dash.viewer.page import PLAIN, TEMPLATE, Page, PageOptions, make_page, read_options
from hubble_dash.viewer.served.builds import inline_data, key_of, share
from hubble_dash.viewer.served.guests import GuestReader, make_offer
from hubble_dash.viewer.served.live import LiveDensity
from hubble_dash.viewer.served.routes import prepare_server_of
from hubble_dash.viewer.served.shared import WORKERS

__all__ = ["Dashboard", "dashboard"]


class Dashboard(Linked, pn.template.BaseTemplate):  # type: ignore[misc]  # panel is untyped
    """The dashboard of an atlas as a Panel template: `servable`, and shown in a notebook.

    Use `dashboard` to make one. In a notebook `selected`, `subset` and `tags` are those of the page
    in its cells, and may be watched, as in ``dash.param.watch(print, "selected")``; each visitor of
    a server has a page of his own, of which Python is not told.
    """

    def __init__(
        self,
        atlas: Atlas,
        options: PageOptions = PLAIN,
        *,
        most_inside: int = MAX_CUTOUTS,
        guests: GuestReader | None = None,
        originals: ImagesOf | None = None,
    ) -> None:
        pn.template.BaseTemplate.__init__(self, _template())
        if pn.state.curdoc is not None:
            prepare_server_of(pn.state.curdoc)
        self._atlas, self._options, self._originals = atlas, options, originals
        similar = options.similar
        key = key_of(atlas, similar=similar, originals=originals)
        self._offer = make_offer(key, atlas, guests)
        self._shared = None
        if len(atlas) > most_inside:
            self._shared = share(atlas, similar=similar, originals=originals)
        self._page = self._make_page()
        self._begin()

    def _make_page(self) -> Page:
        if self._shared is None:
            # The page carries all its data.
            data = inline_data(
                self._atlas, similar=self._options.similar, originals=self._originals
            )
        else:
            # It asks the server for them; the session's own opening of the atlas is let go.
            self._atlas, data = self._shared.atlas, self._shared.data
        return make_page(
            self._atlas, data, self._options,
            guests=self._offer.read is not None, why_no_guests=self._offer.why_not,
        )  # fmt: skip

    def _init_doc(
        self, doc: Document | None = None, *_: Any, title: str | None = None, **_options: Any
    ) -> Document:
        """Put the page into a document, as it stands in an exported file.

        Panel would lay panes around the figures, which makes a session several times as costly.
        """
        document: Document = init_doc(doc)
        document.on_session_destroyed(pn.state._destroy_session)
        document.on_session_destroyed(_let_go)
        document.title = title or self._page.title
        document.template = self.template
        document.template_variables.update(self._page.variables)
        figures = self._page.figures()
        if self._shared is not None:
            LiveDensity(self._shared, figures["hd-map"])  # held by the figure
            WORKERS.submit(self._shared.prepare)
        with document.models.freeze():  # it looks through them once, not at each
            for figure in figures.values():
                document.add_root(figure)
        return document

    def servable(self, title: str | None = None, **options: Any) -> Dashboard:
        """Show this when the script runs under ``panel serve``."""
        super().servable(title or self._page.title, **options)
        return self

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """In a notebook: the exported page in a frame, which speaks with the kernel."""
        if self._shared is not None:
            return {"text/html": self._advice()}, {}
        page = page_html(self._atlas, self._options)
        if not has_kernel():
            return {"text/html": frame_html(page)}, {}
        try:
            frame = self._linked_frame(page, self._page.title)
        except MissingExtraError as err:
            said = f"<p>What is clicked here is not known in Python: {html.escape(str(err))}</p>"
            return {"text/html": said + frame_html(page)}, {}
        return frame._repr_mimebundle_(include=include, exclude=exclude)

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


def _let_go(_: Any) -> None:
    """Give back what a session took; a module's own function, so that no session is held by it."""
    give_back_soon()


@cache
def _template() -> Template:
    template: Template = get_env().from_string(TEMPLATE)
    return template


def dashboard(
    atlas: Atlas,
    *,
    similar: int = 9,
    title: str | None = None,
    evaluation: str | Path | None = None,
    intro: str | Path | None = None,
    theme: str | Path | None = None,
    logo: str | Path | None = None,
    most_inside: int = MAX_CUTOUTS,
    guests: GuestReader | None = None,
    originals: ImagesOf | None = None,
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
    intro, theme, logo : str or path-like, optional
        What is told beside the data, as in `hubble_dash.export`.
    most_inside : int
        Up to so many cutouts the page carries all its data. With more it asks the server for them
        piece by piece, the server draws the map's density, and all sessions share the atlas.
    guests : callable, optional
        Lets visitors of a server bring images of their own: `hubble_dash.GuestReader`.
    originals : callable, optional
        `hubble_dash.Originals`: the images that the atlas was built of are read where they lie, and
        the parent image is seen with all its pixels.

    Returns
    -------
    Dashboard
        A Panel template: call ``.servable()`` in a script for ``panel serve``, or leave it as the
        last line of a notebook cell.
    """
    options = read_options(
        atlas, similar=similar, title=title, evaluation=evaluation, intro=intro, theme=theme,
        logo=logo,
    )  # fmt: skip
    return Dashboard(atlas, options, most_inside=most_inside, guests=guests, originals=originals)
