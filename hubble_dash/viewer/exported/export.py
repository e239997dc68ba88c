"""Page -> one HTML file, or a folder for large atlases; both work from a disk with no network."""

from __future__ import annotations

import logging
import shlex
from pathlib import Path

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.files import write_whole
from hubble_dash.atlas.schema import SHEETS_FOLDER
from hubble_dash.config.bounds import choice
from hubble_dash.config.choices import PageForm
from hubble_dash.errors import ExportError
from hubble_dash.viewer.data.encoding import embed_json
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.exported.folder import write_folder
from hubble_dash.viewer.exported.standalone import library, standalone_html
from hubble_dash.viewer.page import make_page

__all__ = ["MAX_CUTOUTS", "export", "page_html"]

logger = logging.getLogger(__name__)

# One file carries this many; see DESIGN "size classes".
MAX_CUTOUTS = 20_000

# The size that is promised: a base, and so much for every cutout.
BASE_BYTES = 3_500_000
BYTES_PER_CUTOUT = 4_000
# Chromium shows an empty page, without a word, from some 150 MB of data in it (panel PR 1130).
MAX_BYTES = 120_000_000


def export(
    atlas: Atlas,
    path: str | Path,
    *,
    similar: int = 9,
    title: str | None = None,
    evaluation: str | Path | None = None,
    form: PageForm = "auto",
    progress: bool = True,
) -> Path:
    """Write the dashboard of an atlas as an HTML file, or as a folder, that needs nothing else.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    path : path-like
        The file or folder to write; it is replaced in one step, or not at all. Only a folder that
        this function has written is replaced.
    similar : int
        How many similar cutouts are shown.
    title : str, optional
        Instead of the atlas's own.
    evaluation : path-like, optional
        What ``hubble-dash evaluate --save`` wrote, to be shown in the dialog about the page.
    form : {"auto", "file", "folder"}
        One file, or a folder with an ``index.html``. By default a name that ends in ``.html`` gets
        one file, up to 20,000 cutouts; any other name a folder, and so does a larger atlas, under
        the name without ``.html``.
    progress : bool
        Whether bars are shown while a folder is written.

    Returns
    -------
    Path
        The file, or the folder. A file of up to 20,000 cutouts is at most 3.5 MB plus 4 kB a
        cutout large.

    Raises
    ------
    ExportError
        If the file would be too large for browsers, something else has that name, or it cannot be
        written.
    ValueError
        If `form` is not known, or `similar` is less than 1.
    """
    choice("form", form, PageForm)
    is_folder, path = _decide(len(atlas), Path(path), form)
    if is_folder:
        return write_folder(
            atlas, path, similar=similar, title=title, evaluation=evaluation, progress=progress
        )
    if path.is_dir():
        raise ExportError(f"{path} is a folder; name the HTML file to write, such as page.html")
    if len(atlas) > MAX_CUTOUTS:
        _check_size(atlas, path, similar)
    html = _html(atlas, similar=similar, title=title, evaluation=evaluation)
    try:
        write_whole(html.encode(), path, is_contended=True)
    except OSError as err:
        raise ExportError(f"{path} cannot be written: {err.strerror or err}") from err
    return path


def page_html(
    atlas: Atlas,
    *,
    similar: int = 9,
    title: str | None = None,
    evaluation: str | Path | None = None,
) -> str:
    """Give the dashboard of an atlas as the text of one HTML file.

    Parameters
    ----------
    atlas, similar, title, evaluation
        As in `export`.

    Returns
    -------
    str
        The file's text.

    Raises
    ------
    ExportError
        If the atlas has more than 20,000 cutouts.
    """
    if len(atlas) > MAX_CUTOUTS:
        raise ExportError(
            f"{atlas.path.name} has {len(atlas):,} cutouts; one HTML file carries {MAX_CUTOUTS:,}"
            f" well. Write a folder instead: {_folder_command(atlas, Path('report'))}"
        )
    return _html(atlas, similar=similar, title=title, evaluation=evaluation)


def _decide(n: int, path: Path, form: PageForm) -> tuple[bool, Path]:
    """Choose between file and folder, say why, and give the path under which it goes."""
    named_file = path.suffix.lower() in (".html", ".htm")
    if form == "file" or (form == "auto" and named_file and n <= MAX_CUTOUTS):
        return False, path
    if named_file:
        path, named = path.with_suffix(""), path
        why = (
            ""
            if form == "folder"
            else f": one file carries {MAX_CUTOUTS:,} cutouts well, not {n:,}"
        )
        logger.warning("writing the folder %s instead of %s%s", path, named, why)
    elif form == "auto" and n <= MAX_CUTOUTS:
        logger.info("writing a folder; one file would do, with a name such as %s.html", path.name)
    return True, path


def _html(atlas: Atlas, *, similar: int, title: str | None, evaluation: str | Path | None) -> str:
    # The figures and the template take some 200 kB beside the library.
    most = min(BASE_BYTES + BYTES_PER_CUTOUT * len(atlas), MAX_BYTES)
    room = most - len(library()) - 200_000
    page = make_page(atlas, similar=similar, title=title, room=room, evaluation=evaluation)
    return standalone_html(page)


def _check_size(atlas: Atlas, path: Path, similar: int) -> None:
    """Refuse a file that browsers would refuse, before it is made."""
    size = _estimate(atlas, similar)
    if size > MAX_BYTES:
        raise ExportError(
            f"{path} would take about {size / 1e6:,.0f} MB for {len(atlas):,} cutouts; browsers"
            f" refuse pages of more than some {MAX_BYTES / 1e6:.0f} MB. Write a folder instead:"
            f" {_folder_command(atlas, path.with_suffix(''))}"
        )


def _estimate(atlas: Atlas, similar: int) -> int:
    """Estimate a file's bytes, with thumbnails as they are and without pictures of the images."""
    pieces = Pieces(atlas, similar=similar)
    records = len(embed_json(pieces.make("records", 0))) / pieces.per_piece("records")
    # Of the points of the map and of the sky, and of the boxes.
    others = (12 + len(pieces.colors)) + 20 * pieces.has_sky + 24
    files = atlas.manifest["files"].items()
    sheets = sum(
        int(entry["bytes"]) for name, entry in files if name.startswith(f"{SHEETS_FOLDER}/")
    )
    # Base64 makes four characters of three bytes.
    return round(len(atlas) * (records + others * 4 / 3) + sheets * 4 / 3) + len(library())


def _folder_command(atlas: Atlas, folder: Path) -> str:
    return f"hubble-dash export {shlex.quote(str(atlas.path))} {shlex.quote(str(folder))}/"
