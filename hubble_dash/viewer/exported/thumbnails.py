"""An atlas's thumbnails -> pictures of a few of them, in another order.

Every sheet of the atlas is decoded once, and every thumbnail encoded once, as JPEG, in a seventh of
the time that WebP takes. In between they wait in a file. A picture is a column of thumbnails, and
is made without another look at their pixels: JPEG lets a picture begin anew at markers, and what
stands between two of them is what was encoded of one thumbnail.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import IO, NamedTuple

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.disk.space import watched
from hubble_dash.viewer.data.encoding import data_url
from hubble_dash.viewer.data.schema import ThumbnailPiece, ThumbnailsIndex
from hubble_dash.viewer.exported.bundles import in_order

__all__ = ["PER_PICTURE", "Thumbnails", "encoded_thumbnails", "n_pictures", "thumbnails_index"]

# Thumbnails in a picture, of some 40 kB. Old phones bear no more than 4,096 pixels a side.
PER_PICTURE = 32
# The atlas's own sheets are compressed already; a second time should not show.
JPEG_QUALITY = 80
# Colours are taken at half the resolution, so that JPEG works on blocks of 16 pixels.
SUBSAMPLING, BLOCK = "420", 16
# Markers of JPEG (ITU-T T.81, table B.1), and the first of eight at which a picture begins anew.
FRAME, SCAN, INTERVAL, RESTART = 0xC0, 0xDA, 0xDD, 0xD0
END = b"\xff\xd9"


class _Head(NamedTuple):
    """What stands before the pixels of each thumbnail, and of a picture of several.

    Attributes
    ----------
    before : bytes
        All up to the number of rows.
    after : bytes
        All from there to the scan.
    scan : bytes
        The head of the scan.
    """

    before: bytes
    after: bytes
    scan: bytes

    @classmethod
    def of(cls, encoded: bytes) -> _Head:
        """Find the head of a picture: segments, each with its marker and its length."""
        at, height = 2, 0
        while encoded[at + 1] != SCAN:
            if encoded[at + 1] == FRAME:
                height = at + 5
            at += 2 + int.from_bytes(encoded[at + 2 : at + 4], "big")
        end = at + 2 + int.from_bytes(encoded[at + 2 : at + 4], "big")
        return cls(encoded[:height], encoded[height + 2 : at], encoded[at:end])

    def __len__(self) -> int:
        return len(self.before) + 2 + len(self.after) + len(self.scan)


def thumbnails_index(size: int) -> ThumbnailsIndex:
    """Describe the pictures for a page's index.

    Parameters
    ----------
    size : int
        Side of a thumbnail, in pixels.
    """
    index: ThumbnailsIndex = {"size": size, "columns": 1, "rows": PER_PICTURE, "by": "place"}
    if (pitch := _pitch(size)) != size:
        index["pitch"] = pitch
    return index


def n_pictures(n: int) -> int:
    """Count the pictures of n thumbnails.

    Parameters
    ----------
    n : int
        Thumbnails.
    """
    return -(-n // PER_PICTURE)


class Thumbnails:
    """All thumbnails of an atlas, encoded.

    Parameters
    ----------
    size : int
        Side of one, in pixels.
    scans : file
        Those of all, row after row.
    sizes : list of int
        How long each is.
    """

    def __init__(self, size: int, scans: RawIOBase, sizes: list[int]) -> None:
        self._size, self._scans = size, scans
        self._ends = np.cumsum([0, *sizes]).tolist()

    def pieces(self, order: NDArray[np.int32]) -> Iterator[ThumbnailPiece]:
        """Make pictures of thumbnails, `PER_PICTURE` below one another in each.

        Parameters
        ----------
        order : (m,) int32 array
            The row at each place; the thumbnail of place p is number ``p % PER_PICTURE``, from the
            top, of picture ``p // PER_PICTURE``.

        Yields
        ------
        ThumbnailPiece
            One a picture.
        """
        head = _Head.of(_blank(self._size))
        for start in range(0, len(order), PER_PICTURE):
            rows = order[start : start + PER_PICTURE].tolist()
            # Read rather than mapped, which would look like memory in use; no more than is wanted.
            scans = [_read(self._scans, self._ends[row], self._ends[row + 1]) for row in rows]
            yield {"url": data_url(_joined(head, scans, _pitch(self._size)))}


@contextmanager
def encoded_thumbnails(
    atlas: Atlas, scratch: Path, *, progress: bool = False
) -> Iterator[Thumbnails]:
    """Encode all thumbnails of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    scratch : Path
        A folder, in which a file without a name takes 1.2 kB a thumbnail for a while.
    progress : bool
        Whether a bar is shown while sheets are read.
    """
    size = atlas.sheet_layout.size
    # Without a name: however this ends, it is gone.
    with tempfile.TemporaryFile(dir=scratch) as store:
        with ThreadPoolExecutor() as pool:
            sizes = _fill(store, scratch, atlas, len(_Head.of(_blank(size))), pool, progress)
        yield Thumbnails(size, store.raw, sizes)


def _blank(size: int) -> bytes:
    return _encode(np.zeros((size, size, 3), np.uint8))


def _read(store: RawIOBase, start: int, stop: int) -> bytes:
    store.seek(start)
    return store.read(stop - start) or b""


def _fill(
    store: IO[bytes],
    folder: Path,
    atlas: Atlas,
    n_head: int,
    pool: ThreadPoolExecutor,
    progress: bool,
) -> list[int]:
    """Put the scans of all thumbnails into a file, row after row; give how long each is."""
    layout = atlas.sheet_layout
    sizes: list[int] = []

    def cut(sheet: int) -> list[bytes]:
        pixels = atlas.pictures.sheet_pixels(sheet)
        first = sheet * layout.per_sheet
        rows = range(first, min(first + layout.per_sheet, len(atlas)))
        encoded = (_encode(pixels[layout.box(row).slices]) for row in rows)
        return [picture[n_head : -len(END)] for picture in encoded]

    read = in_order(pool, cut, atlas.n_sheets)
    for scans in tqdm(
        read, "thumbnails, reading", atlas.n_sheets, unit=" sheets", disable=not progress
    ):
        with watched(folder, sum(map(len, scans))):
            store.write(b"".join(scans))
            store.flush()
        sizes += map(len, scans)
    return sizes


def _pitch(size: int) -> int:
    """Give the pixels from one thumbnail to the next: whole blocks."""
    return -(-size // BLOCK) * BLOCK


def _encode(pixels: NDArray[np.uint8]) -> bytes:
    """Encode a thumbnail; all of a size get the same head. What a block lacks is filled up."""
    return bytes(
        imagecodecs.jpeg8_encode(
            np.ascontiguousarray(pixels), level=JPEG_QUALITY, subsampling=SUBSAMPLING
        )
    )


def _joined(head: _Head, scans: list[bytes], pitch: int) -> bytes:
    """Make a picture of thumbnails below one another: it begins anew after each."""
    height = (pitch * len(scans)).to_bytes(2, "big")
    interval = bytes([0xFF, INTERVAL, 0, 4]) + ((pitch // BLOCK) ** 2).to_bytes(2, "big")
    parts = [head.before, height, head.after, interval, head.scan, scans[0]]
    for number, scan in enumerate(scans[1:]):
        parts += (bytes([0xFF, RESTART + number % 8]), scan)
    return b"".join([*parts, END])
