"""The page: the views laid out and linked. What is served and what is exported is made here, once.

A page is three Bokeh figures (from HoloViews), one Jinja template, and its data. The linking code
runs in the browser, so a served page and an exported one behave alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from bokeh.models import Plot

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.data.encoding import checksum, embed_json, spelled_out
from hubble_dash.viewer.data.schema import PageIndex
from hubble_dash.viewer.linker import link_modules
from hubble_dash.viewer.plots.evaluation_view import evaluation_html, read_evaluation
from hubble_dash.viewer.plots.figures import empty_figures
from hubble_dash.viewer.telling.story import NO_STORY, Story, read_story

__all__ = [
    "PLAIN",
    "TEMPLATE",
    "Page",
    "PageData",
    "PageOptions",
    "make_page",
    "page_data",
    "read_options",
]

_TEMPLATES = files("hubble_dash.templates")

# In the order in which later ones change earlier ones; that of paper is the last.
_STYLES = (
    "base", "frame", "gallery", "closely", "choose", "clusters", "table", "small", "filters",
    "story",
)  # fmt: skip

# Where the weights come from, in few words.
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
    variables : dict
        What the template needs beside the figures.
    """

    title: str
    variables: dict[str, Any]

    def figures(self) -> dict[str, Plot]:
        """Make figures for one document; a Bokeh figure lives in no more.

        Returns
        -------
        dict of str to bokeh.models.Plot
            ``hd-map``, ``hd-image`` and, where positions are known, ``hd-sky``.
        """
        return empty_figures(self.variables["n_cutouts"], has_sky=self.variables["has_sky"])


@dataclass(frozen=True)
class PageOptions:
    """What a page shows beside its atlas, read and checked.

    Parameters
    ----------
    similar : int
        How many similar cutouts are shown.
    title : str, optional
        Instead of the atlas's own.
    evaluation : mapping, optional
        As of `read_evaluation`, to be shown in the dialog about the page.
    story : Story
        What is told beside the data.
    """

    similar: int = 9
    title: str | None = None
    evaluation: Mapping[str, Any] | None = None
    story: Story = NO_STORY


PLAIN = PageOptions()


def read_options(
    atlas: Atlas,
    *,
    similar: int = 9,
    title: str | None = None,
    evaluation: str | Path | None = None,
    intro: str | Path | None = None,
    theme: str | Path | None = None,
    logo: str | Path | None = None,
) -> PageOptions:
    """Read what a page shall show beside its atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar, title, evaluation, intro, theme, logo
        As in `hubble_dash.export`.

    Returns
    -------
    PageOptions
        What was read.

    Raises
    ------
    ExportError
        If a file cannot be read, holds what may not stand in a page, or is about another atlas.
    """
    return PageOptions(
        similar=similar,
        title=title,
        evaluation=None if evaluation is None else read_evaluation(evaluation, atlas),
        story=read_story(atlas, intro=intro, theme=theme, logo=logo),
    )


class PageData(NamedTuple):
    """The data of a page: its index as the text of an element, and what the page says of it.

    Attributes
    ----------
    text : str
        JSON that may stand in a script element.
    similar : int
        How many similar cutouts are shown.
    has_sky : bool
        Whether any position on the sky is known.
    sha256 : str
        Checksum of the text.
    """

    text: str
    similar: int
    has_sky: bool
    sha256: str


def page_data(index: PageIndex) -> PageData:
    """Turn the index of a page into its text.

    Parameters
    ----------
    index : PageIndex
        As of `Pieces.index`, with all pieces or with none.
    """
    text = spelled_out(embed_json(index))
    return PageData(text, index["similar"], "sky" in index, checksum(text))


def make_page(
    atlas: Atlas,
    data: PageData,
    options: PageOptions = PLAIN,
    *,
    guests: bool = False,
    why_no_guests: str = "",
) -> Page:
    """Make the page of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    data : PageData
        The page's data, as of `page_data`.
    options : PageOptions
        What the page shows beside the atlas.
    guests : bool
        Whether a server compares images that visitors bring.
    why_no_guests : str
        Why it does not, where somebody wanted it to.
    """
    title, story = options.title or atlas.title, options.story
    measured = "" if options.evaluation is None else evaluation_html(options.evaluation)
    further = [*(["evaluation"] if measured else []), *(["guests"] if guests else [])]
    model = atlas.manifest["model"]
    variables = {
        "page_title": title,
        "n_cutouts": len(atlas),
        "n_images": atlas.manifest["n_images"],
        "model": model["name"],
        "weights": _WEIGHTS[model["weights_source"]].format(file=model["weights"]),
        "is_given": model["weights_source"] == "given",
        "map_method": atlas.manifest["map"]["method"],
        "similar": data.similar,
        "has_sky": data.has_sky,
        "has_clusters": bool(atlas.manifest.get("clusters")),
        "style": _style(*_STYLES, *further) + story.style,
        "print_style": _style("print"),
        "intro": story.intro,
        "theme": story.theme,
        "logo": story.logo,
        "head": story.head,
        "home": story.home,
        "guests": guests,
        "why_no_guests": why_no_guests,
        "evaluation": measured,
        "script": _script(),
        "payload": data.text,
        "payload_sha256": data.sha256,
    }
    return Page(title, variables)


@cache
def _script() -> str:
    return spelled_out(link_modules(_TEMPLATES.joinpath("browser"), "main.js"))


@cache
def _style(*names: str) -> str:
    sheets = [_TEMPLATES.joinpath(f"page/{name}.css") for name in names]
    return "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
