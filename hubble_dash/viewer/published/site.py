"""Reports -> the files of a site, which says which of them it has written."""

from __future__ import annotations

import importlib.metadata
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from hubble_dash.disk.files import is_marked
from hubble_dash.disk.names import NewFolder
from hubble_dash.errors import ExportError
from hubble_dash.viewer.deep.levels import deeper_than_previews
from hubble_dash.viewer.deep.written import ImagesOf
from hubble_dash.viewer.exported.export import page_html
from hubble_dash.viewer.exported.folder import fill_folder, refuse_foreign
from hubble_dash.viewer.exported.limits import MAX_CUTOUTS
from hubble_dash.viewer.page import PageOptions
from hubble_dash.viewer.published.front import (
    CARD_NAME,
    COVER_NAME,
    Report,
    front_html,
    social_tags,
    summary,
)
from hubble_dash.viewer.published.pictures import draw_card, draw_cover, jpeg
from hubble_dash.viewer.telling.story import Story

__all__ = ["SITE_FORMAT", "SITE_MARKER", "Site", "check_site", "write_site"]

logger = logging.getLogger(__name__)

SITE_FORMAT, SITE_MARKER = "hubble-dash site", "hubble-dash-site.json"
# Pictures of so many reports stand on the card of all.
SHOWN = 3


@dataclass(frozen=True)
class Site:
    """What a site consists of.

    Parameters
    ----------
    title : str
        Its title.
    reports : sequence of Report
        In the order in which they are listed.
    stories : dict of str to Story
        What is told beside the data, by the report's name; that of ``""`` on the page of all.
    url : str, optional
        Where it will stand.
    similar : int
        How many similar cutouts are shown.
    originals : callable, optional
        Gives the images of an atlas with all their pixels, of which reports have tiles then.
    most_inside : int
        Of up to so many cutouts a report without tiles is one file, of more a folder.
    """

    title: str
    reports: Sequence[Report]
    stories: dict[str, Story]
    url: str | None = None
    similar: int = 9
    originals: ImagesOf | None = None
    most_inside: int = MAX_CUTOUTS


def check_site(path: Path) -> None:
    """Refuse to write over anything but a site with nothing of the user's own in it.

    Parameters
    ----------
    path : Path
        What is to be written.

    Raises
    ------
    ExportError
        If `path` is there and must not be written over.
    """
    if not path.exists():
        return
    if not path.is_dir() or not (is_marked(path / SITE_MARKER, SITE_FORMAT) or _is_empty(path)):
        raise ExportError(
            f"{path} is there, and no site that hubble-dash has written; name a new folder"
        )
    refuse_foreign(path, _found(path) - _written(path) - {SITE_MARKER})


def write_site(site: Site, folder: NewFolder, *, progress: bool) -> None:
    """Write all files of a site.

    Parameters
    ----------
    site : Site
        The site.
    folder : NewFolder
        Where they go.
    progress : bool
        Whether bars are shown while report folders are written.
    """
    for number, report in enumerate(site.reports, 1):
        logger.info("%s, %d of %d: %s", report.name, number, len(site.reports), report.said)
        _write_report(site, report, folder.within(report.name), progress=progress)
        folder.write(f"{report.name}/{COVER_NAME}", jpeg(draw_cover(report.atlas)))
        card = draw_card([report.atlas], report.title, report.said)
        folder.write(f"{report.name}/{CARD_NAME}", jpeg(card))
    shown = [report.atlas for report in site.reports[:SHOWN]]
    card = draw_card(shown, site.title, summary(site.reports))
    folder.write(CARD_NAME, jpeg(card))
    front = front_html(site.reports, site.title, site.stories[""], site.url)
    folder.write("index.html", front.encode())
    # GitHub Pages then serves all files as they are.
    folder.write(".nojekyll", b"")
    marker = {
        "format": SITE_FORMAT, "title": site.title,
        "hubble_dash": importlib.metadata.version("hubble-dash"),
        "reports": [report.name for report in site.reports], "files": sorted(_found(folder.path)),
    }  # fmt: skip
    folder.write(SITE_MARKER, f"{json.dumps(marker, indent=2)}\n".encode())


def _write_report(site: Site, report: Report, folder: NewFolder, *, progress: bool) -> None:
    tags = social_tags(report.title, report.said, site.url, report.name)
    story = replace(site.stories[report.name], head=tags, home="../index.html")
    options = PageOptions(site.similar, story=story)
    fill = partial(fill_folder, report.atlas, folder, options, progress=progress)
    if site.originals is not None and deeper_than_previews(report.atlas.images):
        folder.path.mkdir()
        try:
            fill(originals=site.originals)
        except ExportError as err:
            # Told before anything is written.
            logger.warning("%s goes without full resolution: %s", report.name, err)
        else:
            return
    if len(report.atlas) > site.most_inside:
        folder.path.mkdir(exist_ok=True)
        fill()
    else:
        folder.write("index.html", page_html(report.atlas, options).encode())


def _is_empty(path: Path) -> bool:
    return not any(path.iterdir())


def _found(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def _written(path: Path) -> set[str]:
    """Name the files that a site says it has."""
    if not (path / SITE_MARKER).exists():
        return set()
    files = json.loads((path / SITE_MARKER).read_text(encoding="utf-8")).get("files")
    return set(map(str, files)) if isinstance(files, list) else set()
