"""Page -> one HTML file that works from a disk with no network."""

from __future__ import annotations

import os
from pathlib import Path

from bokeh.core.templates import get_env
from bokeh.embed import file_html
from bokeh.resources import Resources

from hubble_dash.atlas import Atlas
from hubble_dash.dashboard.page import TEMPLATE, make_page
from hubble_dash.errors import ExportError

__all__ = ["MAX_CUTOUTS", "export", "page_html"]

# One file carries this many; see DESIGN "size classes".
MAX_CUTOUTS = 20_000

# The size that is promised: a base, and so much for every cutout.
BASE_BYTES = 3_500_000
BYTES_PER_CUTOUT = 4_000


def export(atlas: Atlas, path: str | Path, *, similar: int = 9, title: str | None = None) -> Path:
    """Write the dashboard of an atlas as one HTML file that needs nothing else.

    Parameters
    ----------
    atlas : Atlas
        The atlas, of 20,000 cutouts at most.
    path : path-like
        The file to write; it is replaced in one step, or not at all.
    similar : int
        How many similar cutouts are shown.
    title : str, optional
        Instead of the atlas's own.

    Returns
    -------
    Path
        The file. It is at most 3.5 MB plus 4 kB a cutout large.

    Raises
    ------
    ExportError
        If the atlas is too large for one file, or the file cannot be written.
    ValueError
        If `similar` is less than 1.
    """
    path = Path(path)
    if path.is_dir():
        raise ExportError(f"{path} is a folder; name the HTML file to write, such as page.html")
    html = page_html(atlas, similar=similar, title=title)
    part = path.with_name(f".{path.name}.part-{os.getpid()}")
    try:
        part.write_text(html, encoding="utf-8")
        part.replace(path)
    except OSError as err:
        part.unlink(missing_ok=True)
        raise ExportError(f"{path} cannot be written: {err.strerror or err}") from err
    return path


def page_html(atlas: Atlas, *, similar: int = 9, title: str | None = None) -> str:
    """Give the dashboard of an atlas as the text of one HTML file.

    Parameters
    ----------
    atlas, similar, title
        As in `export`.

    Returns
    -------
    str
        The file's text.

    Raises
    ------
    ExportError
        If the atlas is too large for one file.
    """
    if len(atlas) > MAX_CUTOUTS:
        raise ExportError(
            f"{atlas.path.name} has {len(atlas):,} cutouts; one HTML file carries {MAX_CUTOUTS:,}"
            " at most. Build with a larger --step or --threshold, or from fewer images; or look at"
            f" it with: hubble-dash serve {atlas.path.name}"
        )
    # BokehJS is all that the figures need; file_html would add what others ask for.
    library = "\n".join(Resources("inline", components=["bokeh"], log_level="warn").js_raw)
    # The figures and the template take some 200 kB beside it.
    room = BASE_BYTES + BYTES_PER_CUTOUT * len(atlas) - len(library) - 200_000
    page = make_page(atlas, similar=similar, title=title, room=room)
    html: str = file_html(
        list(page.figures.values()),
        title=page.title,
        template=get_env().from_string(TEMPLATE),
        template_variables={**page.variables, "library": library},
    )
    return html
