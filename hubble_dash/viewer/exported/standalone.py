"""Page -> the text of an HTML file that asks no other host for anything."""

from __future__ import annotations

from functools import cache
from typing import Any

from bokeh.core.templates import FILE, MACROS, get_env
from bokeh.embed import json_item
from bokeh.models import Plot
from jinja2 import Template

from hubble_dash.viewer.data.encoding import embed_json, spelled_out
from hubble_dash.viewer.exported.library import library
from hubble_dash.viewer.page import TEMPLATE, Page

__all__ = ["standalone_html"]


@cache
def _template() -> Template:
    template: Template = get_env().from_string(TEMPLATE)
    return template


def _item(figure: Plot) -> dict[str, Any]:
    """Give a figure as Bokeh embeds it, without the classes that others have made for theirs."""
    item: dict[str, Any] = dict(json_item(figure))
    item["doc"].pop("defs", None)
    return item


def standalone_html(page: Page) -> str:
    """Give the text of a page with the library inside.

    Each figure stands in it as a text of its own, so that the browser side draws the map first.

    Parameters
    ----------
    page : Page
        The page; its data stand in it, or in files beside it.

    Returns
    -------
    str
        The file's text.
    """
    items = {name: _item(figure) for name, figure in page.figures().items()}
    return _template().render(
        base=FILE,
        macros=MACROS,
        library=library(),
        figures=spelled_out(embed_json(items)),
        **page.variables,
    )
