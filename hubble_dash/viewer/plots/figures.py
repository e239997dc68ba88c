"""The figures of a page: HoloViews renders each once, and every page gets copies of its own.

Rendering takes a second, and a Bokeh figure lives in one document only. So what was rendered is
kept as the text that Bokeh sends to browsers, and read again under other ids.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

import holoviews as hv
from bokeh.core.property.validation import validate
from bokeh.core.serialization import Deserializer, Serializer
from bokeh.document import Document
from bokeh.io.doc import patch_curdoc
from bokeh.models import Plot
from bokeh.util.serialization import make_id

from hubble_dash.viewer.plots.image_view import image_view
from hubble_dash.viewer.plots.map_view import map_view, point_size
from hubble_dash.viewer.plots.sky_view import sky_view

__all__ = ["empty_figures"]

# Quotes in a text are escaped there, so that this is found at models alone.
_ID = re.compile(r'"id": "([^"]+)"')
# Models that Bokeh makes anew where none are given, which it does whether they are or not.
_MADE = ("selected", "selection_policy", "view")
_COPYING = Lock()


def empty_figures(n: int, *, has_sky: bool) -> dict[str, Plot]:
    """Make the figures of a page, which the browser side fills.

    Parameters
    ----------
    n : int
        Number of cutouts.
    has_sky : bool
        Whether any position on the sky is known.

    Returns
    -------
    dict of str to bokeh.models.Plot
        ``hd-map``, ``hd-image`` and, where positions are known, ``hd-sky``; in no document yet, and
        with nothing in common with those of another page.
    """
    texts = {"hd-map": _rendered(map_view, point_size(n)), "hd-image": _rendered(image_view)}
    if has_sky:
        texts["hd-sky"] = _rendered(sky_view)
    return {name: _copy(text) for name, text in texts.items()}


@cache
def _rendered(view: Callable[..., hv.Overlay], *options: int) -> str:
    # In no session: that of whoever asks first would keep the plot, which later takes itself off a
    # list of the session's that Panel goes through.
    apart = Document()  # held, as nobody else holds it
    with patch_curdoc(apart):
        text = json.dumps(Serializer(deferred=False).encode(hv.render(view(*options))))
    return json.dumps(json.loads(text, object_hook=_bare))


def _bare(parts: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if name not in _MADE}


def _copy(text: str) -> Plot:
    ids: defaultdict[str, str] = defaultdict(make_id)
    other = _ID.sub(lambda found: f'"id": "{ids[found[1]]}"', text)
    # All was checked when it was rendered. The switch is one for all threads.
    with _COPYING, validate(False):
        figure: Plot = Deserializer().decode(json.loads(other))
    return figure
