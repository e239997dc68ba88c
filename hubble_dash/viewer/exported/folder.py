"""Page -> a folder that opens from a disk like a file, for atlases too large for one.

Browsers refuse to fetch data from a disk, so that pieces are scripts, and pictures are pictures.
"""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.manifest import FileEntry
from hubble_dash.disk.files import is_marked, sha256_of
from hubble_dash.disk.names import NewFolder, folder_beside, give_name, resolved
from hubble_dash.errors import ExportError
from hubble_dash.viewer.colors.columns import ColorColumn
from hubble_dash.viewer.colors.palette import PALETTE
from hubble_dash.viewer.colors.points import category_colors, own_colors, shares
from hubble_dash.viewer.data.orders import HilbertOrder, Places
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.data.schema import (
    MAX_POINTS,
    FirstIndex,
    PageIndex,
    PyramidIndex,
    ThumbnailsIndex,
)
from hubble_dash.viewer.density.pyramid import Pyramid, Square, Tiles
from hubble_dash.viewer.density.sky_tiles import SKY_SQUARE, pyramid_index, sky_pyramid, tile_number
from hubble_dash.viewer.density.tile_images import encode_tile
from hubble_dash.viewer.density.view import Density, View
from hubble_dash.viewer.exported.bundles import FILE_BYTES, Bundles, in_order
from hubble_dash.viewer.exported.standalone import standalone_html
from hubble_dash.viewer.exported.thumbnails import n_pictures, thumbnail_pieces, thumbnails_index
from hubble_dash.viewer.page import Page, make_page, page_data
from hubble_dash.viewer.plots.evaluation_view import read_evaluation
from hubble_dash.viewer.telling.story import NO_STORY, Story

__all__ = ["FORMAT", "MARKER", "check_replaceable", "write_data", "write_folder"]

Step: TypeAlias = Callable[[], object]

FORMAT = "hubble-dash report"
MARKER = "hubble-dash-report.json"
# Points whose density the page draws itself; of more it gets tiles.
MAX_DRAWN = 4_000_000
FIRST = "map.png"
# The thumbnails of early versions among them.
CONTENT = {"index.html", "data", "thumbnails", FIRST, "tiles", "sky-tiles", MARKER}
# Pieces that several threads make at once; others take Python most of their time.
THREADED = {"smoothed", "previews"}
# Side of the first picture of the map, in pixels.
FIRST_SIDE = 1024


def write_folder(
    atlas: Atlas,
    path: str | Path,
    *,
    similar: int = 9,
    title: str | None = None,
    evaluation: str | Path | None = None,
    story: Story = NO_STORY,
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
    similar : int
        How many similar cutouts are shown.
    title : str, optional
        Instead of the atlas's own.
    evaluation : path-like, optional
        What ``hubble-dash evaluate --save`` wrote, to be shown in the dialog about the page.
    story : Story
        What is told beside the data.
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
        If something else has that name, the folder cannot be written, or `evaluation` is about
        another atlas.
    ValueError
        If `similar` is less than 1.
    """
    path = resolved(Path(path))
    check_replaceable(path)
    # Told now, not when all else is written.
    measured = None if evaluation is None else read_evaluation(evaluation, atlas)
    pieces = Pieces(atlas, HilbertOrder(), similar=similar)
    try:
        with folder_beside(path) as new:
            index = write_data(
                pieces, new, max_points=max_points, max_drawn=max_drawn, progress=progress
            )
            data = page_data(index)
            page = make_page(atlas, data, title=title, evaluation=measured, story=story)
            _write_page(page, new)
            new.finish()
            # It may have come while this one was written.
            check_replaceable(path)
            give_name(new.path, path)
    except OSError as err:
        raise ExportError(f"{path} cannot be written: {err.strerror or err}") from err
    return path


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
    foreign = sorted({entry.name for entry in path.iterdir()} - CONTENT)
    if foreign:
        raise ExportError(
            f"{path} would be replaced, but has something else in it: {', '.join(foreign[:3])};"
            " move that away, or name a new folder"
        )


def write_data(
    pieces: Pieces,
    folder: NewFolder,
    *,
    max_points: int = MAX_POINTS,
    max_drawn: int = MAX_DRAWN,
    file_bytes: int = FILE_BYTES,
    progress: bool = False,
) -> PageIndex:
    """Write all files that the page of a report asks for.

    Parameters
    ----------
    pieces : Pieces
        The data.
    folder : NewFolder
        Where the files go.
    max_points, max_drawn, progress
        As in `write_folder`.
    file_bytes : int
        As `Bundles` takes it.

    Returns
    -------
    PageIndex
        What the page knows before it asks.
    """
    places = pieces.places
    pieces.prepare(progress=progress)
    thumbnails, bundles = _write_pieces(pieces, folder.within("data"), file_bytes, progress)
    first = tiles = sky_tiles = None
    if len(pieces.atlas) > max_drawn:
        tiles = _write_map_tiles(pieces, folder.within("tiles"), progress)
    elif len(pieces.atlas) > max_points:
        first = _write_first(pieces, folder)
    if len(places.sky_rows) > max_drawn:
        sky_tiles = _write_sky_tiles(places, folder.within("sky-tiles"), progress)
    return pieces.index(
        thumbnails,
        first=first,
        tiles=tiles,
        sky_tiles=sky_tiles,
        files=bundles.index,
        checksums=bundles.checksums,
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
    folder.path.mkdir()
    bundles, kinds = Bundles(folder, file_bytes=file_bytes), pieces.kinds()
    thumbnails = thumbnail_pieces(atlas, order, folder.path, progress=progress)
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
    with tqdm(thumbnails, name, n_files, unit=" pictures", disable=not progress) as bar:
        bundles.write("thumbnails", bar)
    return thumbnails_index(atlas.sheet_layout.size), bundles


def _square_of(pieces: Pieces) -> Square:
    x, y = pieces.atlas.positions.T
    return Square.around([float(edge) for v in (x, y) for edge in (v.min(), v.max())])


def _write_first(pieces: Pieces, folder: NewFolder) -> FirstIndex:
    """Write a picture of the whole map."""
    left, right, bottom, top = extent = _square_of(pieces).extent
    view = View(left, right, bottom, top, FIRST_SIDE, FIRST_SIDE, "own")
    pixels = np.ascontiguousarray(Density(pieces).picture(view)[::-1]).view(np.uint32)[..., 0]
    folder.write(FIRST, encode_tile(pixels))
    return {"url": FIRST, "extent": extent}


def _write_map_tiles(pieces: Pieces, folder: NewFolder, progress: bool) -> PyramidIndex:
    """Write a pyramid of the map for each colour; say what is there."""
    x, y = pieces.atlas.positions.T
    square = _square_of(pieces)
    pyramid = Pyramid(x, y, square)
    painters: dict[str, Callable[[], Iterator[Tiles]]] = {
        "count": lambda: pyramid.counts(PALETTE["density"]),
        "own": lambda: pyramid.colors(own_colors(pieces.mean_colors)),
    }
    for number, color in enumerate(pieces.colors):
        painters[str(number)] = lambda color=color: _painted(pyramid, color)  # type: ignore[misc]
    present: list[int] = []
    with tqdm(
        desc="tiles", total=len(painters) * pyramid.n_blocks, unit=" blocks", disable=not progress
    ) as bar:
        for name, paint in painters.items():
            present = _write_tiles(paint(), folder.within(name), bar.update)
    return pyramid_index(pyramid.levels, present, square)


def _write_sky_tiles(places: Places, folder: NewFolder, progress: bool) -> PyramidIndex:
    """Write a pyramid of the sky, of counts; say what is there."""
    pyramid = sky_pyramid(places)
    with tqdm(
        desc="tiles of the sky", total=pyramid.n_blocks, unit=" blocks", disable=not progress
    ) as bar:
        present = _write_tiles(pyramid.counts(PALETTE["density"]), folder, bar.update)
    return pyramid_index(pyramid.levels, present, SKY_SQUARE)


def _painted(pyramid: Pyramid, color: ColorColumn) -> Iterator[Tiles]:
    if color.legend["kind"] == "category":
        return pyramid.colors(category_colors(color.codes))
    return pyramid.numbers(shares(color.codes), PALETTE["ramp"], PALETTE["none"])


def _write_tiles(blocks: Iterator[Tiles], folder: NewFolder, step: Step) -> list[int]:
    """Write the tiles of a pyramid as ``z/x-y.png``; give the numbers of those that there are."""
    present = []
    for tiles in blocks:
        for name, png in tiles.items():
            z, x, y = name.split("/")
            folder.write(f"{z}/{x}-{y}.png", png)
            present.append(tile_number(name))
        step()
    return present
