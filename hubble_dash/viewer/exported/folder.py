"""Page -> a folder that opens from a disk like a file, for atlases too large for one.

Browsers refuse to fetch data from a disk, so that pieces are scripts, and pictures are pictures.
"""

from __future__ import annotations

import importlib.metadata
import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.manifest import FileEntry
from hubble_dash.disk.files import is_marked, sha256_of
from hubble_dash.disk.names import NewFolder, folder_beside, give_name, resolved
from hubble_dash.errors import ExportError
from hubble_dash.viewer.data.orders import HilbertOrder
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.data.schema import MAX_POINTS, PageIndex, ThumbnailsIndex
from hubble_dash.viewer.deep.written import Deep, ImagesOf, write_deep
from hubble_dash.viewer.exported.bundles import Bundles, file_bytes_of, in_order
from hubble_dash.viewer.exported.drawn import FIRST, write_first, write_map_tiles, write_sky_tiles
from hubble_dash.viewer.exported.standalone import standalone_html
from hubble_dash.viewer.exported.thumbnails import encoded_thumbnails, n_pictures, thumbnails_index
from hubble_dash.viewer.page import PLAIN, Page, PageOptions, make_page, page_data

__all__ = [
    "FORMAT",
    "MARKER",
    "check_replaceable",
    "fill_folder",
    "refuse_foreign",
    "write_data",
    "write_folder",
]

FORMAT = "hubble-dash report"
MARKER = "hubble-dash-report.json"
# Points whose density the page draws itself; of more it gets tiles.
MAX_DRAWN = 4_000_000
# The thumbnails of early versions among them.
CONTENT = {"index.html", "data", "thumbnails", FIRST, "tiles", "sky-tiles", MARKER}
# Pieces that several threads make at once; others take Python most of their time.
THREADED = {"smoothed", "previews"}


def write_folder(
    atlas: Atlas,
    path: str | Path,
    options: PageOptions = PLAIN,
    *,
    originals: ImagesOf | None = None,
    progress: bool = False,
    max_points: int = MAX_POINTS,
    max_drawn: int = MAX_DRAWN,
) -> Path:
    """Write the dashboard of an atlas as a folder; its ``index.html`` is the page.

    Parameters
    ----------
    atlas : Atlas
        The atlas, of any size.
    path : path-like
        The folder. It is written under another name beside it and then renamed; one that this
        function has written before is replaced.
    options : PageOptions
        What the page shows beside the atlas.
    originals : callable, optional
        Gives its images with all their pixels, of which tiles are made.
    progress : bool
        Whether bars are shown.
    max_points : int
        Up to so many the page draws all points of a plane; of more it draws their density, and gets
        a first picture of the map.
    max_drawn : int
        Of more than so many it gets tiles.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ExportError
        If something else has that name, the folder cannot be written, or `originals` give
        none of the images that are asked for, or too many.
    ValueError
        If `options.similar` is less than 1.
    """
    path = resolved(Path(path))
    check_replaceable(path)
    try:
        with folder_beside(path) as new:
            fill_folder(
                atlas, new, options, originals=originals, progress=progress,
                max_points=max_points, max_drawn=max_drawn,
            )  # fmt: skip
            new.finish()
            # It may have come while this one was written.
            check_replaceable(path)
            give_name(new.path, path)
    except OSError as err:
        raise ExportError(f"{path} cannot be written: {err.strerror or err}") from err
    return path


def fill_folder(
    atlas: Atlas,
    new: NewFolder,
    options: PageOptions,
    *,
    originals: ImagesOf | None = None,
    progress: bool = False,
    max_points: int = MAX_POINTS,
    max_drawn: int = MAX_DRAWN,
) -> None:
    """Write all files of a report into a folder that somebody else finishes.

    Parameters
    ----------
    atlas, options, originals, progress, max_points, max_drawn
        As in `write_folder`.
    new : NewFolder
        Where they go.

    Raises
    ------
    ExportError
        If `originals` give none of the images that are asked for, or too many.
    OSError
        If a file cannot be written.
    """
    deep = Deep()
    if originals is not None:
        deep = write_deep(atlas, originals(atlas), new.within("data"), progress=progress)
    pieces = Pieces(atlas, HilbertOrder(), similar=options.similar, levels=deep.firsts)
    index = write_data(
        pieces, new, deep=deep, max_points=max_points, max_drawn=max_drawn, progress=progress
    )
    _write_page(make_page(atlas, page_data(index), options), new)


def check_replaceable(path: Path) -> None:
    """Refuse to write over anything but a report folder with nothing of the user's own in it.

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
    if not path.is_dir():
        raise ExportError(f"{path} is a file; name a folder to write, such as {path.stem}-report")
    if not is_marked(path / MARKER, FORMAT):
        raise ExportError(
            f"{path} is a folder, and not one that hubble-dash has written; name a new one, or an"
            " HTML file such as page.html"
        )
    refuse_foreign(path, {entry.name for entry in path.iterdir()} - CONTENT)


def refuse_foreign(path: Path, names: set[str]) -> None:
    """Refuse to replace a folder that has something in it which hubble-dash has not written.

    Parameters
    ----------
    path : Path
        The folder.
    names : set of str
        What that is.

    Raises
    ------
    ExportError
        If it is anything.
    """
    if names:
        raise ExportError(
            f"{path} would be replaced, but has something else in it:"
            f" {', '.join(sorted(names)[:3])}; move that away, or name a new folder"
        )


def write_data(
    pieces: Pieces,
    folder: NewFolder,
    *,
    deep: Deep | None = None,
    max_points: int = MAX_POINTS,
    max_drawn: int = MAX_DRAWN,
    file_bytes: int | None = None,
    progress: bool = False,
) -> PageIndex:
    """Write all files that the page of a report asks for.

    Parameters
    ----------
    pieces : Pieces
        The data.
    folder : NewFolder
        Where the files go.
    deep : Deep, optional
        Tiles that are there already.
    max_points, max_drawn, progress
        As in `write_folder`.
    file_bytes : int, optional
        As `Bundles` takes it, instead of what `file_bytes_of` says.

    Returns
    -------
    PageIndex
        What the page knows before it asks.
    """
    places, deep = pieces.places, deep or Deep()
    pieces.prepare(progress=progress)
    file_bytes = file_bytes or file_bytes_of(len(pieces.atlas))
    thumbnails, bundles = _write_pieces(pieces, folder.within("data"), file_bytes, progress)
    first = tiles = sky_tiles = None
    if len(pieces.atlas) > max_drawn:
        tiles = write_map_tiles(pieces, folder.within("tiles"), progress)
    elif len(pieces.atlas) > max_points:
        first = write_first(pieces, folder)
    if len(places.sky_rows) > max_drawn:
        sky_tiles = write_sky_tiles(places, folder.within("sky-tiles"), progress)
    return pieces.index(
        thumbnails,
        face_sheets=True,
        first=first,
        tiles=tiles,
        sky_tiles=sky_tiles,
        deep=deep.index,
        files=bundles.index | deep.files,
        checksums=bundles.checksums | deep.checksums,
    )


def _write_page(page: Page, folder: NewFolder) -> None:
    """Write the page, and what tells a report from other folders."""
    folder.write("index.html", standalone_html(page).encode())
    marker = {
        "format": FORMAT, "title": page.title, "n_cutouts": page.variables["n_cutouts"],
        "hubble_dash": importlib.metadata.version("hubble-dash"), "files": _entries(folder.path),
    }  # fmt: skip
    folder.write(MARKER, f"{json.dumps(marker, indent=2)}\n".encode())


def _entries(folder: Path) -> dict[str, FileEntry]:
    """Give size and checksum of each file of a report, as a manifest has them of an atlas's."""
    return {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size, "sha256": sha256_of(path),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }  # fmt: skip


def _write_pieces(
    pieces: Pieces, folder: NewFolder, file_bytes: int, progress: bool
) -> tuple[ThumbnailsIndex, Bundles]:
    """Write the files of all pieces, thumbnails among them."""
    atlas, order = pieces.atlas, pieces.places.row_at
    folder.path.mkdir(exist_ok=True)
    bundles, kinds = Bundles(folder, file_bytes=file_bytes), pieces.kinds()
    n_pieces = sum(kinds.values())
    with (
        ThreadPoolExecutor() as pool,
        # Several threads that use it do as well as its own, which wait busily.
        threadpool_limits(1, "blas"),
        tqdm(desc="pieces", total=n_pieces, unit=" pieces", disable=not progress) as bar,
    ):
        for kind, count in kinds.items():
            make = partial(pieces.make, kind)
            made = in_order(pool, make, count) if kind in THREADED else map(make, range(count))
            bundles.write(kind, made, bar.update)
    n_files, name = n_pictures(len(atlas)), "thumbnails, writing"
    with encoded_thumbnails(atlas, folder.path, progress=progress) as thumbnails:
        bundles.write("facesheets", thumbnails.pieces(pieces.face_rows()))
        made = thumbnails.pieces(order)
        with tqdm(made, name, n_files, unit=" pictures", disable=not progress) as bar:
            bundles.write("thumbnails", bar)
    return thumbnails_index(atlas.sheet_layout.size), bundles
