"""Reports -> the page of all of them, and what social networks are told of each page."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined, Template

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.data.encoding import spelled_out
from hubble_dash.viewer.linker import link_modules
from hubble_dash.viewer.published.pictures import CARD, COVER
from hubble_dash.viewer.telling.story import Story

__all__ = ["CARD_NAME", "COVER_NAME", "Report", "front_html", "social_tags", "summary"]

COVER_NAME, CARD_NAME = "cover.jpg", "card.jpg"
_PAGE = files("hubble_dash.templates").joinpath("page")
_STYLES = ("base", "story", "site")


@dataclass(frozen=True)
class Report:
    """A report of a site.

    Parameters
    ----------
    name : str
        Its folder.
    atlas : Atlas
        What it is of.
    """

    name: str
    atlas: Atlas

    @property
    def title(self) -> str:
        """Its title, that of the atlas."""
        return self.atlas.title

    @property
    def said(self) -> str:
        """How much is in it."""
        n, n_images = len(self.atlas), self.atlas.manifest["n_images"]
        cutouts = _counted(n, "cutout")
        return cutouts if n == n_images else f"{cutouts} of {_counted(n_images, 'image')}"

    @property
    def href(self) -> str:
        """Its address, from the page of all."""
        return f"{quote(self.name)}/index.html"


def front_html(reports: Sequence[Report], title: str, story: Story, url: str | None) -> str:
    """Give the page of all reports.

    Parameters
    ----------
    reports : sequence of Report
        In their order.
    title : str
        Of the site.
    story : Story
        What is told above them.
    url : str, optional
        Where the site will stand.
    """
    return _template("site").render(
        title=title,
        story=story,
        head=social_tags(title, summary(reports), url, ""),
        reports=reports,
        cover_name=COVER_NAME,
        cover=COVER,
        said=summary(reports),
        version=importlib.metadata.version("hubble-dash"),
        style="".join(_PAGE.joinpath(f"{name}.css").read_text("utf-8") for name in _STYLES),
        script=_script(),
    )


def social_tags(title: str, said: str, url: str | None, folder: str) -> str:
    """Give what stands in the head of a page for those who show it as a card.

    Parameters
    ----------
    title, said : str
        What stands on the card.
    url : str, optional
        Where the site will stand. Without it the card's address is relative, which few follow.
    folder : str
        The page's own, within the site; empty for the page of all.
    """
    place = f"{quote(folder)}/" if folder else ""
    address = "" if url is None else f"{url.rstrip('/')}/{place}"
    return _template("social").render(
        title=title, said=said, address=address, image=f"{address}{CARD_NAME}", card=CARD
    )


def summary(reports: Sequence[Report]) -> str:
    """Say how much is in a site.

    Parameters
    ----------
    reports : sequence of Report
        All of them.
    """
    n = sum(len(report.atlas) for report in reports)
    return f"{_counted(len(reports), 'collection')}, {_counted(n, 'cutout')}"


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


@cache
def _script() -> str:
    folder = files("hubble_dash.templates").joinpath("browser")
    return spelled_out(link_modules(folder, "site.js"))


@cache
def _template(name: str) -> Template:
    text = _PAGE.joinpath(f"{name}.html.jinja").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(text)
