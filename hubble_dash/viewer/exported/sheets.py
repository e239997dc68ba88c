"""An atlas's thumbnails -> small sheets in another order, so that one sheet has what lies together.

Every sheet of the atlas is decoded once. In between, the thumbnails wait in a file, as JPEG: each
takes 3 kB and a tenth of a millisecond, and loses less sharpness by it than by the WebP at the end.
"""

from __future__ import annotations

import io
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TypeVar

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from tqdm import tqdm

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.disk.names import NewFolder
from hubble_dash.disk.space import watched

__all__ = ["write_sheets"]

# Thumbnails across and down a sheet.
SIDE = 8
JPEG_QUALITY = 95
# The atlas's own sheets are compressed already; a second time should not show.
WEBP_QUALITY = 80
# Sheets that are under way at a time, which bounds the memory they take.
MAX_AT_ONCE = 64

Made = TypeVar("Made")


def write_sheets(
    atlas: Atlas, order: NDArray[np.int32], folder: NewFolder, *, progress: bool = False
) -> SheetLayout:
    """Write all thumbnails as sheets of 8 x 8, ``0.webp`` and so on.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    order : (n,) int32 array
        The row at each place; the thumbnail of place p gets slot ``p % 64`` of sheet ``p // 64``.
    folder : NewFolder
        Where they go; made here. For a while it takes 3 kB a thumbnail more.
    progress : bool
        Whether bars are shown.

    Returns
    -------
    SheetLayout
        Size of a thumbnail, and thumbnails across and down a sheet.
    """
    folder.path.mkdir()
    layout = SheetLayout(atlas.sheet_layout.size, SIDE, SIDE)
    n_sheets = layout.n_sheets(len(atlas))
    # Without a name: however this ends, it is gone.
    with ThreadPoolExecutor() as pool, tempfile.TemporaryFile(dir=folder.path) as store:
        ends = np.cumsum([0, *_fill(store, folder.path, atlas, pool, progress)]).tolist()
        lock = threading.Lock()

        def held(row: int) -> bytes:
            # Read rather than mapped, which would look like memory in use.
            with lock:
                store.seek(ends[row])
                return store.read(ends[row + 1] - ends[row])

        def write(sheet: int) -> None:
            rows = order[sheet * layout.per_sheet : (sheet + 1) * layout.per_sheet]
            pixels = _arrange([imagecodecs.jpeg8_decode(held(row)) for row in rows], layout)
            folder.write(f"{sheet}.webp", _encode(pixels))

        written = _few_at_once(pool, write, n_sheets)
        for _ in tqdm(written, "thumbnails", n_sheets, unit=" sheets", disable=not progress):
            pass
    return layout


def _fill(
    store: IO[bytes], folder: Path, atlas: Atlas, pool: ThreadPoolExecutor, progress: bool
) -> list[int]:
    """Put all thumbnails into a file, row after row; give how many bytes each takes."""
    layout = atlas.sheet_layout
    sizes: list[int] = []

    def cut(sheet: int) -> list[bytes | bytearray]:
        pixels = atlas.pictures.sheet_pixels(sheet)
        first = sheet * layout.per_sheet
        rows = range(first, min(first + layout.per_sheet, len(atlas)))
        return [
            imagecodecs.jpeg8_encode(
                np.ascontiguousarray(pixels[layout.box(row).slices]), level=JPEG_QUALITY
            )
            for row in rows
        ]

    read = _few_at_once(pool, cut, atlas.n_sheets)
    for jpegs in tqdm(
        read, "thumbnails, reading", atlas.n_sheets, unit=" sheets", disable=not progress
    ):
        with watched(folder, sum(map(len, jpegs))):
            store.write(b"".join(jpegs))
            store.flush()
        sizes += map(len, jpegs)
    return sizes


def _few_at_once(pool: ThreadPoolExecutor, work: Callable[[int], Made], n: int) -> Iterator[Made]:
    """Work on 0 to n - 1 in order, without running far ahead of the reader."""
    for start in range(0, n, MAX_AT_ONCE):
        yield from pool.map(work, range(start, min(start + MAX_AT_ONCE, n)))


def _arrange(thumbnails: list[NDArray[np.uint8]], layout: SheetLayout) -> NDArray[np.uint8]:
    """Lay thumbnails out along the rows of a sheet that has no more rows than they need."""
    sheet = layout.blank(len(thumbnails))
    for slot, pixels in enumerate(thumbnails):
        sheet[layout.box(slot).slices] = pixels
    return sheet


def _encode(pixels: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    # Half the time of the next method, for files a few percent larger.
    PillowImage.fromarray(pixels).save(buffer, "WEBP", quality=WEBP_QUALITY, method=0)
    return buffer.getvalue()
