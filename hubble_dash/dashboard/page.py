"""The page: the views laid out and linked. What is served and what is exported is made here, once.

A page is three Bokeh figures (from HoloViews), one Jinja template, and a payload. The linking code
runs in the browser, so a served page and an exported one behave alike.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import holoviews as hv
from bokeh.models import Plot

from hubble_dash.atlas import Atlas
from hubble_dash.dashboard.image_view import image_view
from hubble_dash.dashboard.map_view import map_view
from hubble_dash.dashboard.payload import make_payload
from hubble_dash.dashboard.sky_view import sky_view

__all__ = ["TEMPLATE", "Page", "make_page"]

_TEMPLATES = files("hubble_dash.templates")

# In the order in which they build on one another.
_SCRIPTS = (
    "state.js",
    "format.js",
    "data.js",
    "thumbnails.js",
    "colors.js",
    "plot.js",
    "map.js",
    "gallery.js",
    "sky.js",
    "image.js",
    "main.js",
)

# Where the weights come from, in few words for the header.
_WEIGHTS = {
    "file": "weights from {file}",
    "cache": "weights from the local cache",
    "hub": "weights from the hub",
    "package": "weights from an installed package",
    "given": "fingerprints as given",
}

TEMPLATE = _TEMPLATES.joinpath("report.html.jinja").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Page:
    """What a page consists of, before it is exported or served.

    Parameters
    ----------
    title : str
        Its title.
    figures : dict of str to bokeh.models.Plot
        ``hd-map``, ``hd-image`` and, where positions are known, ``hd-sky``.
    variables : dict
        What the template needs beside the figures.
    """

    title: str
    figures: dict[str, Plot]
    variables: dict[str, Any]


def make_page(
    atlas: Atlas, *, similar: int = 9, title: str | None = None, room: int | None = None
) -> Page:
    """Make the page of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many similar cutouts are shown.
    title : str, optional
        Instead of the atlas's own.
    room : int, optional
        Bytes that the data may take, as in `make_payload`.

    Returns
    -------
    Page
        With figures of its own: a Bokeh figure lives in one document only.
    """
    title = title or atlas.title
    data = _data(_Wanted(str(atlas.path), atlas.manifest["created"], title, similar, room, atlas))
    views = {"hd-map": map_view(len(atlas)), "hd-image": image_view()}
    if data.has_sky:
        views["hd-sky"] = sky_view()
    model = atlas.manifest["model"]
    variables = {
        "page_title": title,
        "root_prefix": "",
        "n_cutouts": len(atlas),
        "n_images": atlas.manifest["n_images"],
        "model": model["name"],
        "weights": _WEIGHTS[model["weights_source"]].format(file=model["weights"]),
        "weights_reason": model["reason"],
        "is_given": model["weights_source"] == "given",
        "map_method": atlas.manifest["map"]["method"],
        "similar": similar,
        "has_sky": data.has_sky,
        "style": _read("page.css"),
        "script": "\n".join(map(_read, _SCRIPTS)),
        "payload": data.text,
    }
    return Page(title, {name: hv.render(view) for name, view in views.items()}, variables)


@dataclass(frozen=True)
class _Wanted:
    """What tells one payload from another."""

    path: str
    created: str
    title: str
    similar: int
    room: int | None
    atlas: Atlas = field(compare=False)


class _Data(NamedTuple):
    text: str
    has_sky: bool


@lru_cache(maxsize=2)
def _data(wanted: _Wanted) -> _Data:
    """Make the payload's text once for all sessions of a server."""
    payload = make_payload(wanted.atlas, similar=wanted.similar, room=wanted.room)
    payload["title"] = wanted.title
    return _Data(_embed_json(payload), "ra" in payload["columns"])


def _read(name: str) -> str:
    return _TEMPLATES.joinpath(name).read_text(encoding="utf-8")


def _embed_json(value: Any) -> str:
    """JSON that may stand in a script element: no ``<`` of the data can end it."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
