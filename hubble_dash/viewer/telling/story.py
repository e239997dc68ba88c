"""Intro, theme and logo -> what a page tells beside its data, read once and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.telling.intro import read_intro
from hubble_dash.viewer.telling.links import check_links
from hubble_dash.viewer.telling.pictures import MAX_LOGO_BYTES, picture_url
from hubble_dash.viewer.telling.theme import read_theme

__all__ = ["NO_STORY", "Story", "read_story"]


@dataclass(frozen=True)
class Story:
    """What a page tells beside its data.

    Parameters
    ----------
    intro : str
        HTML that may stand in a page; empty where nothing is told.
    theme : {"", "dark", "light"}
        In which theme the page begins; empty for that of the visitor's system.
    style : str
        CSS that stands after the page's own.
    logo : str
        A picture as a URL that holds it, or nothing.
    head : str
        HTML for the head of the page, such as what it tells social networks.
    home : str
        Address of the page of all, where the page is one of several.
    """

    intro: str = ""
    theme: str = ""
    style: str = ""
    logo: str = ""
    head: str = ""
    home: str = ""


NO_STORY = Story()


def read_story(
    atlas: Atlas | None = None,
    *,
    intro: str | Path | None = None,
    theme: str | Path | None = None,
    logo: str | Path | None = None,
) -> Story:
    """Read what a page tells beside its data.

    Parameters
    ----------
    atlas : Atlas, optional
        What the page is of, so that links of the intro that lead nowhere are told.
    intro : path-like, optional
        A text in Markdown, as `read_intro` takes it.
    theme : str or path-like, optional
        As `read_theme` takes it.
    logo : path-like, optional
        A picture for the head of the page: PNG, JPEG, WebP, GIF or SVG.

    Raises
    ------
    ExportError
        If a file cannot be read, or holds what may not stand in a page.
    """
    text = "" if intro is None else read_intro(intro)
    if text and atlas is not None:
        check_links(text, atlas, str(intro))
    begins, style = ("", "") if theme is None else read_theme(theme)
    picture = "" if logo is None else picture_url(Path(logo), max_bytes=MAX_LOGO_BYTES)
    return Story(text, begins, style, picture)
