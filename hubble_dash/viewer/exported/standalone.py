"""Page -> the text of an HTML file that asks no other host for anything."""

from __future__ import annotations

from functools import lru_cache

from bokeh.core.templates import get_env
from bokeh.embed import file_html
from bokeh.resources import Resources

from hubble_dash.viewer.page import TEMPLATE, Page

__all__ = ["library", "standalone_html"]


@lru_cache(maxsize=1)
def library() -> str:
    """Give BokehJS, which is all that the figures need; file_html would add what others ask for."""
    return "\n".join(Resources("inline", components=["bokeh"], log_level="warn").js_raw)


def standalone_html(page: Page) -> str:
    """Give the text of a page with the library inside.

    Parameters
    ----------
    page : Page
        The page; its data stand in it, or in files beside it.

    Returns
    -------
    str
        The file's text.
    """
    html: str = file_html(
        list(page.figures().values()),
        title=page.title,
        template=get_env().from_string(TEMPLATE),
        template_variables={**page.variables, "library": library()},
    )
    return html
