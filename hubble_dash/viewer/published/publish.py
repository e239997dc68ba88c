"""Atlases -> a site: opened, checked and named before anything is written."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.config.bounds import at_least, choice
from hubble_dash.config.choices import AtlasCheck
from hubble_dash.disk.names import folder_beside, give_name, resolved
from hubble_dash.errors import AtlasError, ExportError
from hubble_dash.viewer.deep.written import ImagesOf
from hubble_dash.viewer.published.front import Report
from hubble_dash.viewer.published.site import Site, check_site, write_site
from hubble_dash.viewer.telling.story import Story, read_story

__all__ = ["publish"]

logger = logging.getLogger(__name__)

_ADDRESS = re.compile(r"https?://[^\s\"'<>?#]+")


def publish(
    folder: str | Path,
    atlases: Sequence[Atlas | str | Path],
    *,
    title: str = "Collections",
    intros: str | Path | None = None,
    theme: str | Path | None = None,
    logo: str | Path | None = None,
    url: str | None = None,
    similar: int = 9,
    originals: ImagesOf | None = None,
    leave_out: bool = False,
    check: AtlasCheck = "full",
    progress: bool = True,
) -> Path:
    """Write a site of several reports, with a page of all, for any host of plain files.

    Parameters
    ----------
    folder : path-like
        The folder to write; it is replaced in one step, or not at all. Only one that this function
        has written is replaced, with nothing else in it.
    atlases : sequence of Atlas or path-like
        What is shown, in this order. The report of ``x.atlas`` is ``x/index.html``.
    title : str
        Of the site.
    intros : path-like, optional
        A folder of texts in Markdown, as `hubble_dash.export` takes them: ``index.md`` for the page
        of all, ``x.md`` for the report of ``x.atlas``.
    theme, logo : str or path-like, optional
        Of all pages, as in `hubble_dash.export`.
    url : str, optional
        Where the site will stand, such as ``https://me.github.io/atlases``: most networks show a
        page's card only by a whole address.
    similar : int
        How many similar cutouts are shown.
    originals : callable, optional
        As in `hubble_dash.export`: reports of images that have more pixels than their previews are
        folders with tiles of these. Where none can be had that is warned of.
    leave_out : bool
        Whether the site goes without atlases that cannot be opened, each of which is warned of. By
        default nothing is written then, and what stood there stays: a report that goes takes along
        the links that lead to it.
    check : {"fast", "full"}
        Whether every file of the atlases is compared with its checksum first.
    progress : bool
        Whether bars are shown.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    AtlasError
        If atlases cannot be opened or are damaged; all of them are named.
    ExportError
        If none is left, two would have one name, something else has the folder's name, it cannot be
        written, or a text, `theme` or `logo` cannot stand in a page.
    ValueError
        If `check` is not known, `url` is no address, or `similar` is less than 1.
    """
    choice("check", check, AtlasCheck)
    at_least("similar", similar, 1)
    if url is not None and not (_ADDRESS.fullmatch(url) and urlsplit(url).hostname):
        raise ValueError(f"url is {url!r}; give an address such as https://me.github.io/atlases")
    path = resolved(Path(folder))
    check_site(path)
    reports = _named(_opened(atlases, check, leave_out))
    stories = _stories(reports, intros, theme, logo)
    site = Site(title, reports, stories, url, similar, originals)
    if url is None:
        logger.info("most networks show cards only of whole addresses: say --url where it will be")
    try:
        with folder_beside(path) as new:
            write_site(site, new, progress=progress)
            new.finish()
            check_site(path)  # it may have come while this one was written
            give_name(new.path, path)
    except OSError as err:
        raise ExportError(f"{path} cannot be written: {err.strerror or err}") from err
    return path


def _opened(
    atlases: Sequence[Atlas | str | Path], check: AtlasCheck, leave_out: bool
) -> list[Atlas]:
    """Open all atlases, and tell of all that cannot be opened."""
    found, trouble = [], []
    for one in atlases:
        try:
            atlas = one if isinstance(one, Atlas) else open_atlas(one)
            if check == "full":
                atlas.check_sums()
        except AtlasError as err:
            trouble.append(str(err))
        else:
            found.append(atlas)
    if trouble and not leave_out:
        raise AtlasError(
            f"{len(trouble)} of {len(atlases)} atlases cannot be published: {'; '.join(trouble)}."
            " Nothing was written; --leave-out goes on without them"
        )
    for why in trouble:
        logger.warning("left out: %s", why)
    if not found:
        raise ExportError("there is no atlas to publish; name at least one that can be opened")
    return found


def _named(atlases: Sequence[Atlas]) -> list[Report]:
    """Name the folders of reports."""
    reports: dict[str, Report] = {}
    for atlas in atlases:
        name = _name_of(atlas.path)
        # Some disks know no upper case.
        if other := reports.get(name.casefold()):
            raise ExportError(
                f"{other.atlas.path} and {atlas.path} would both be {name}/; rename one of them"
            )
        reports[name.casefold()] = Report(name, atlas)
    return list(reports.values())


def _name_of(path: Path) -> str:
    """Give an atlas's name as part of an address: letters, digits, and few signs."""
    text = unicodedata.normalize("NFC", path.resolve().name.removesuffix(".atlas"))
    return re.sub(r"[^\w.-]+", "-", text).strip(".-") or "atlas"


def _stories(
    reports: Sequence[Report],
    intros: str | Path | None,
    theme: str | Path | None,
    logo: str | Path | None,
) -> dict[str, Story]:
    """Read what each page tells, by its name; that of all has none."""
    texts = _texts(Path(intros), reports) if intros is not None else {}
    stories = {"": read_story(intro=texts.get(""), theme=theme, logo=logo)}
    for report in reports:
        intro = texts.get(report.name)
        stories[report.name] = read_story(report.atlas, intro=intro, theme=theme, logo=logo)
    return stories


def _texts(folder: Path, reports: Sequence[Report]) -> dict[str, Path]:
    """Find the texts of a folder, by the name of the report."""
    if not folder.is_dir():
        raise ExportError(f"{folder} is no folder; give one with index.md and a text per atlas")
    names = {"index.md": ""} | {f"{report.name}.md": report.name for report in reports}
    found = {path.name: path for path in sorted(folder.glob("*.md"))}
    if unknown := sorted(found.keys() - names.keys()):
        raise ExportError(
            f"{folder / unknown[0]} belongs to no report; allowed: {', '.join(sorted(names))}"
        )
    return {names[name]: path for name, path in found.items()}
