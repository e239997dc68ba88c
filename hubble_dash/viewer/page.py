"""The page: the views laid out and linked. What is served and what is exported is made here, once.

A page is three Bokeh figures (from HoloViews), one Jinja template, and a payload. The linking code
runs in the browser, so a served page and an exported one behave alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import holoviews as hv
from bokeh.models import Plot

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.data.encoding import embed_json
from hubble_dash.viewer.data.inline import make_payload
from hubble_dash.viewer.linker import link_modules
from hubble_dash.viewer.plots.evaluation_view import evaluation_html, read_evaluation
from hubble_dash.viewer.plots.image_view import image_view
from hubble_dash.viewer.plots.map_view import map_view
from hubble_dash.viewer.plots.sky_view import sky_view

__all__ = ["TEMPLATE", "Page", "make_page"]

_TEMPLATES = files("hubble_dash.templates")

# Where the weights come from, in few words for the header.
_WEIGHTS = {
    "file": "weights from {file}",
    "cache": "weights from the local cache",
    "hub": "weights from the hub",
    "package": "weights from an installed package",
    "given": "fingerprints as given",
}

TEMPLATE = _TEMPLATES.joinpath("page/report.html.jinja").read_text(encoding="utf-8")


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
    atlas: Atlas,
    *,
    similar: int = 9,
    title: str | None = None,
    room: int | None = None,
    data: Mapping[str, Any] | None = None,
    evaluation: str | Path | None = None,
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
    data : mapping, optional
        A ready index whose pieces lie elsewhere: that of `Pieces.index`, with its thumbnails.
        `similar` and `room` do nothing then. Without it all data stand in the page.
    evaluation : path-like, optional
        What ``hubble-dash evaluate --save`` wrote: it is shown in the dialog about the page.

    Returns
    -------
    Page
        With figures of its own: a Bokeh figure lives in one document only.

    Raises
    ------
    ExportError
        If `evaluation` cannot be read, or is about another atlas.
    """
    measured = "" if evaluation is None else evaluation_html(read_evaluation(evaluation, atlas))
    title = title or atlas.title
    if data is None:
        wanted = _Wanted(str(atlas.path), atlas.manifest["created"], title, similar, room, atlas)
        text, has_sky = _inside(wanted)
    else:
        text, has_sky = embed_json({**data, "title": title}), data["has_sky"]
        similar = data["similar"]
    views = {"hd-map": map_view(len(atlas)), "hd-image": image_view()}
    if has_sky:
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
        "has_sky": has_sky,
        "style": _read("page/page.css") + (_read("page/evaluation.css") if measured else ""),
        "evaluation": measured,
        "script": link_modules(_TEMPLATES.joinpath("browser"), "main.js"),
        "payload": text,
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


@lru_cache(maxsize=2)
def _inside(wanted: _Wanted) -> tuple[str, bool]:
    """Make the text of all data, and whether there is a sky, once for all sessions of a server."""
    payload = make_payload(wanted.atlas, similar=wanted.similar, room=wanted.room)
    return embed_json({**payload, "title": wanted.title}), payload["has_sky"]


def _read(name: str) -> str:
    return _TEMPLATES.joinpath(name).read_text(encoding="utf-8")
