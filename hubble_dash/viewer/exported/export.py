"""Page -> one HTML file, or a folder for large atlases; both work from a disk with no network."""

from __future__ import annotations

import logging
import shlex
from dataclasses import dataclass
from pathlib import Path

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import SHEETS_FOLDER
from hubble_dash.config.bounds import choice
from hubble_dash.config.choices import AtlasCheck, PageForm
from hubble_dash.disk.names import write_file as write_page
from hubble_dash.errors import ExportError
from hubble_dash.viewer.data.encoding import embed_json
from hubble_dash.viewer.data.orders import AtlasOrder, HilbertOrder
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.exported.folder import write_folder
from hubble_dash.viewer.exported.inline import inline_index
from hubble_dash.viewer.exported.standalone import library, standalone_html
from hubble_dash.viewer.page import make_page, page_data
from hubble_dash.viewer.plots.evaluation_view import read_evaluation

__all__ = [
    "MAX_CUTOUTS",
    "FileLimits",
    "choose_form",
    "estimate_bytes",
    "export",
    "page_html",
    "write_file",
]

logger = logging.getLogger(__name__)

# Cutouts that one file carries well.
MAX_CUTOUTS = 20_000
# What the figures and the template take beside the library and the data.
FRAME_BYTES = 700_000


@dataclass(frozen=True)
class FileLimits:
    """How large one HTML file may be.

    Parameters
    ----------
    n_cutouts : int
        Cutouts that one file carries well.
    base_bytes, bytes_per_cutout, bytes_per_image, most_bytes : int
        The size that is promised of so many: the first three together, never more than the last.
        What an image adds lets a collection of whole images be seen larger than its thumbnails.
    max_bytes : int
        From some 150 MB of data in it on, Chromium shows an empty page without a word (panel PR
        1130).
    """

    n_cutouts: int = MAX_CUTOUTS
    base_bytes: int = 3_500_000
    bytes_per_cutout: int = 4_000
    bytes_per_image: int = 12_000
    most_bytes: int = 58_000_000
    max_bytes: int = 120_000_000

    def of(self, n: int, n_images: int) -> int:
        """Give the bytes that a file of so many cutouts, of so many images, may have."""
        promised = self.base_bytes + self.bytes_per_cutout * n + self.bytes_per_image * n_images
        return min(promised, self.most_bytes if n <= self.n_cutouts else self.max_bytes)


LIMITS = FileLimits()


def export(
    atlas: Atlas,
    path: str | Path,
    *,
    similar: int = 9,
    title: str | None = None,
    evaluation: str | Path | None = None,
    form: PageForm = "auto",
    check: AtlasCheck = "full",
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
    check : {"fast", "full"}
        Whether every file of the atlas is compared with its checksum first.
    progress : bool
        Whether bars are shown while a folder is written.

    Returns
    -------
    Path
        The file, or the folder. A file of up to 20,000 cutouts is at most 3.5 MB plus 4 kB a
        cutout and 12 kB an image large, and never larger than 58 MB.

    Raises
    ------
    ExportError
        If the file would be too large for browsers, something else has that name, or it cannot be
        written.
    AtlasError
        If the atlas is damaged.
    ValueError
        If `form` or `check` is not known, or `similar` is less than 1.
    """
    choice("check", check, AtlasCheck)
    if check == "full":
        atlas.check_sums()
    is_folder, path = choose_form(len(atlas), Path(path), form)
    if is_folder:
        return write_folder(
            atlas, path, similar=similar, title=title, evaluation=evaluation, progress=progress
        )
    return write_file(atlas, path, similar=similar, title=title, evaluation=evaluation)


def choose_form(
    n: int, path: Path, form: PageForm, *, limits: FileLimits = LIMITS
) -> tuple[bool, Path]:
    """Choose between file and folder, and log why where it is not what the name says.

    Parameters
    ----------
    n : int
        Number of cutouts.
    path : Path
        The name that was given.
    form : {"auto", "file", "folder"}
        What was asked for.
    limits : FileLimits
        How large a file may be.

    Returns
    -------
    is_folder : bool
        Whether a folder is to be written.
    path : Path
        Under which name.

    Raises
    ------
    ValueError
        If `form` is not known.
    """
    choice("form", form, PageForm)
    is_named_file, fits = path.suffix.lower() in (".html", ".htm"), n <= limits.n_cutouts
    if form == "file" or (form == "auto" and is_named_file and fits):
        return False, path
    if is_named_file:
        named, path = path, path.with_suffix("")
        why = f": one file carries {limits.n_cutouts:,} cutouts well, not {n:,}"
        logger.warning(
            "writing the folder %s instead of %s%s", path, named, why if form == "auto" else ""
        )
    elif form == "auto" and fits:
        logger.info("writing a folder; one file would do, with a name such as %s.html", path.name)
    return True, path


def write_file(
    atlas: Atlas,
    path: Path,
    *,
    similar: int = 9,
    title: str | None = None,
    evaluation: str | Path | None = None,
    limits: FileLimits = LIMITS,
) -> Path:
    """Write the dashboard of an atlas as one HTML file.

    Parameters
    ----------
    atlas, similar, title, evaluation
        As in `export`.
    path : Path
        The file; it is replaced in one step, or not at all.
    limits : FileLimits
        How large it may be.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ExportError
        If the file would be too large for browsers, is a folder, or cannot be written.
    """
    if path.is_dir():
        raise ExportError(f"{path} is a folder; name the HTML file to write, such as page.html")
    if len(atlas) > limits.n_cutouts:
        _check_size(atlas, path, similar, limits)
    html = _html(atlas, similar, title, evaluation, limits)
    try:
        write_page(html.encode(), path)
    except OSError as err:
        raise ExportError(f"{path} cannot be written: {err.strerror or err}") from err
    return path


def page_html(
    atlas: Atlas,
    *,
    similar: int = 9,
    title: str | None = None,
    evaluation: str | Path | None = None,
    limits: FileLimits = LIMITS,
) -> str:
    """Give the dashboard of an atlas as the text of one HTML file.

    Parameters
    ----------
    atlas, similar, title, evaluation
        As in `export`.
    limits : FileLimits
        How large it may be.

    Returns
    -------
    str
        The file's text.

    Raises
    ------
    ExportError
        If the atlas has more cutouts than a file carries well.
    """
    if len(atlas) > limits.n_cutouts:
        raise ExportError(
            f"{atlas.path.name} has {len(atlas):,} cutouts; one HTML file carries"
            f" {limits.n_cutouts:,} well. Write a folder instead:"
            f" {_folder_command(atlas, Path('report'))}"
        )
    return _html(atlas, similar, title, evaluation, limits)


def _html(
    atlas: Atlas,
    similar: int,
    title: str | None,
    evaluation: str | Path | None,
    limits: FileLimits,
) -> str:
    measured = None if evaluation is None else read_evaluation(evaluation, atlas)
    left = limits.of(len(atlas), len(atlas.images)) - len(library()) - FRAME_BYTES
    index = inline_index(atlas, similar=similar, max_bytes=left)
    page = make_page(atlas, page_data(index), title=title, evaluation=measured)
    return standalone_html(page)


def _check_size(atlas: Atlas, path: Path, similar: int, limits: FileLimits) -> None:
    """Refuse a file that browsers would refuse, before it is made."""
    size = estimate_bytes(atlas, similar)
    if size > limits.max_bytes:
        raise ExportError(
            f"{path} would take about {size / 1e6:,.0f} MB for {len(atlas):,} cutouts; browsers"
            f" refuse pages of more than some {limits.max_bytes / 1e6:.0f} MB. Write a folder"
            f" instead: {_folder_command(atlas, path.with_suffix(''))}"
        )


def estimate_bytes(atlas: Atlas, similar: int) -> int:
    """Estimate how large a file is, with the thumbnails as they are and no pictures of the images.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many similar cutouts are shown.
    """
    pieces = Pieces(atlas, HilbertOrder(), similar=similar)
    parts = [{**pieces.make("records", 0), "metadata": []}]
    if "near" in pieces.kinds():
        parts.append({**pieces.make("near", 0)})
    records = sum(len(embed_json(part)) for part in parts) / pieces.places.per_piece("records")
    whole = Pieces(atlas, AtlasOrder(), similar=similar)
    columns = sum(
        len(embed_json(whole.make(kind, number)))
        for kind in ("columns", "texts")
        for number in range(whole.kinds()[kind])
    )
    # Bytes of a point of the map (x, y, tint and codes), of a point of the sky, and of a box.
    points = (12 + len(pieces.colors)) + 20 * pieces.places.has_sky + 24
    files = atlas.manifest["files"].items()
    sheets = sum(
        int(entry["bytes"]) for name, entry in files if name.startswith(f"{SHEETS_FOLDER}/")
    )
    # Base64 makes four characters of three bytes.
    return round(len(atlas) * (records + points * 4 / 3) + columns + sheets * 4 / 3) + len(
        library()
    )


def _folder_command(atlas: Atlas, folder: Path) -> str:
    return f"hubble-dash export {shlex.quote(str(atlas.path))} {shlex.quote(str(folder))}/"
