"""The page in a notebook's cell, and what goes between it and Python.

By anywidget, and not as a component of Panel: in a notebook that takes its loader of modules, and
Bokeh, from another host.
"""

from __future__ import annotations

import html
from functools import cache
from importlib.resources import files
from typing import Any

from hubble_dash.errors import MissingExtraError

__all__ = ["frame_html", "has_kernel", "make_frame"]

HEIGHT_PIXELS = 860


@cache
def _frame_class() -> type[Any]:
    """Make the class of frames; anywidget is imported where a page is shown, and not before."""
    try:
        import anywidget
        import traitlets
    except ImportError as err:
        raise MissingExtraError("anywidget", "notebook") from err

    class Frame(anywidget.AnyWidget):
        _esm = files("hubble_dash.templates").joinpath("page/notebook.js").read_text("utf-8")

        # An exported page, and what the frame is for those who do not see it.
        page = traitlets.Unicode().tag(sync=True)
        title = traitlets.Unicode().tag(sync=True)
        height = traitlets.Int(HEIGHT_PIXELS).tag(sync=True)
        # The row, and pairs of row and tag: said by either side.
        selected = traitlets.Int(None, allow_none=True).tag(sync=True)
        tagged: Any = traitlets.List().tag(sync=True)
        # The page's subset, null for all; a query for the page, and its number.
        rows: Any = traitlets.List(None, allow_none=True).tag(sync=True)
        asked: Any = traitlets.List().tag(sync=True)

    return Frame


def make_frame(page: str, **said: Any) -> Any:
    """Make a widget of a page, which stays in step with it.

    Parameters
    ----------
    page : str
        HTML of an exported page.
    **said
        What Python has said: ``title``, ``selected``, ``tagged`` and ``asked``.

    Returns
    -------
    anywidget.AnyWidget

    Raises
    ------
    MissingExtraError
        If anywidget is not installed.
    """
    return _frame_class()(page=page, **said)


def frame_html(page: str) -> str:
    """Give a page in a frame that nothing goes to or comes from, for where no kernel runs.

    Parameters
    ----------
    page : str
        HTML.
    """
    return (
        f'<iframe srcdoc="{html.escape(page)}" style="width: 100%; height: {HEIGHT_PIXELS}px;'
        ' border: 0" sandbox="allow-scripts allow-same-origin"></iframe>'
    )


def has_kernel() -> bool:
    """Say whether this runs in the kernel of a notebook."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None
