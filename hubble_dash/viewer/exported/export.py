"""Page -> one HTML file, or a folder for large atlases; both work from a disk with no network."""

from __future__ import annotations

import shlex
from pathlib import Path

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.config.bounds import choice
from hubble_dash.config.choices import AtlasCheck, PageForm
from hubble_dash.disk.names import write_file as write_page
from hubble_dash.errors import ExportError
from hubble_dash.viewer.deep.written import ImagesOf
from hubble_dash.viewer.exported.folder import write_folder
from hubble_dash.viewer.exported.inline import inline_index
from hubble_dash.viewer.exported.library import library
from hubble_dash.viewer.exported.limits import (
    LIMITS,
    FileLimits,
    choose_form,
    estimate_bytes,
)
from hubble_dash.viewer.exported.standalone import standalone_html
from hubble_dash.viewer.page import PLAIN, PageOptions, make_page, page_data, read_options

__all__ = ["export", "page_html", "write_file"]

# What the figures and the template take beside the library and the data.
FRAME_BYTES = 800_000


def export(
    atlas: Atlas,
    path: str | Path,
    *,
    similar: int = 9,
    title: str | None = None,
    evaluation: str | Path | None = None,
    intro: str | Path | None = None,
    theme: str | Path | None = None,
    logo: str | Path | None = None,
    originals: ImagesOf | None = None,
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
    intro : path-like, optional
        A text in Markdown that stands beside the data; its links, such as ``#row=17`` or
        ``#q=z%20>%201``, set the page. Its pictures are files beside it, or in folders there.
    theme : str or path-like, optional
        ``"dark"`` or ``"light"``, in which the page begins, or a CSS file that stands after the
        page's own style. By default it begins as the visitor's system does.
    logo : path-like, optional
        A picture for the head of the page: PNG, JPEG, WebP, GIF or SVG, 300 kB at most.
    originals : callable, optional
        `hubble_dash.Originals`: the images that the atlas was built of are read again, and the
        folder gets tiles of them, so that the parent image is seen with all its pixels. One file
        has no room for them.
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
        cutout and 12 kB an image large, and never larger than 58 MB, beside what `intro`, `theme`
        and `logo` take.

    Raises
    ------
    ExportError
        If the file would be too large for browsers, something else has that name, it cannot be
        written, or `intro`, `theme` or `logo` cannot stand in a page; if none of the images can be
        had from `originals`, they are too many, or the page is one file.
    AtlasError
        If the atlas is damaged.
    ValueError
        If `form` or `check` is not known, or `similar` is less than 1.
    """
    choice("check", check, AtlasCheck)
    options = read_options(
        atlas, similar=similar, title=title, evaluation=evaluation, intro=intro, theme=theme,
        logo=logo,
    )  # fmt: skip
    if check == "full":
        atlas.check_sums()
    is_folder, path = choose_form(len(atlas), Path(path), form)
    if originals is not None and not is_folder:
        raise ExportError(
            f"{path} is one file, which has no room for all pixels of the images; write a folder:"
            f" {_folder_command(atlas, path.with_suffix(''))} --full-resolution"
        )
    if is_folder:
        return write_folder(atlas, path, options, originals=originals, progress=progress)
    return write_file(atlas, path, options)


def write_file(
    atlas: Atlas,
    path: Path,
    options: PageOptions = PLAIN,
    *,
    limits: FileLimits = LIMITS,
) -> Path:
    """Write the dashboard of an atlas as one HTML file.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    path : Path
        The file; it is replaced in one step, or not at all.
    options : PageOptions
        What the page shows beside the atlas.
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
        _check_size(atlas, path, options.similar, limits)
    html = _html(atlas, options, limits)
    try:
        write_page(html.encode(), path)
    except OSError as err:
        raise ExportError(f"{path} cannot be written: {err.strerror or err}") from err
    return path


def page_html(atlas: Atlas, options: PageOptions = PLAIN, *, limits: FileLimits = LIMITS) -> str:
    """Give the dashboard of an atlas as the text of one HTML file.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    options : PageOptions
        What the page shows beside the atlas.
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
    return _html(atlas, options, limits)


def _html(atlas: Atlas, options: PageOptions, limits: FileLimits) -> str:
    left = limits.of(len(atlas), len(atlas.images)) - len(library()) - FRAME_BYTES
    index = inline_index(atlas, similar=options.similar, max_bytes=left)
    return standalone_html(make_page(atlas, page_data(index), options))


def _check_size(atlas: Atlas, path: Path, similar: int, limits: FileLimits) -> None:
    """Refuse a file that browsers would refuse, before it is made."""
    size = estimate_bytes(atlas, similar)
    if size > limits.max_bytes:
        raise ExportError(
            f"{path} would take about {size / 1e6:,.0f} MB for {len(atlas):,} cutouts; browsers"
            f" refuse pages of more than some {limits.max_bytes / 1e6:.0f} MB. Write a folder"
            f" instead: {_folder_command(atlas, path.with_suffix(''))}"
        )


def _folder_command(atlas: Atlas, folder: Path) -> str:
    return f"hubble-dash export {shlex.quote(str(atlas.path))} {shlex.quote(str(folder))}/"
