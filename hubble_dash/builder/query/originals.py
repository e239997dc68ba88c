"""The images that an atlas was built of, with all their pixels, as they were shown then."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.feeding.recipe import Recipe
from hubble_dash.builder.remote.address import is_address
from hubble_dash.disk.files import sha256_of
from hubble_dash.errors import ImageError

__all__ = ["Originals"]

# That are read at a time, about.
BAND_PIXELS = 4_000_000
# Images of which parts were read last stay open: a JPEG is decoded whole, and held.
MAX_OPEN = 2
# So long after the last part; a server may not be asked again for a day.
KEPT_S = 60.0


class _Opened(NamedTuple):
    """An open image, and what told its file from others when it was opened."""

    display: Display
    state: tuple[int, int, int] | None


class Originals:
    """The source images of an atlas, read again: pages have tiles of them.

    `hubble_dash.export`, `publish`, `serve` and `dashboard` take the class itself. Threads may
    share it.

    Parameters
    ----------
    atlas : Atlas
        The atlas. Its images are looked for where they were when it was built.
    band_pixels : int
        Pixels that are read at a time, about.
    kept_s : float
        Seconds for which an image stays open after a part of it was read.

    Raises
    ------
    AtlasError
        If it was built with settings that are not known here.
    """

    def __init__(
        self, atlas: Atlas, *, band_pixels: int = BAND_PIXELS, kept_s: float = KEPT_S
    ) -> None:
        recipe = Recipe.from_manifest(atlas.manifest)
        # A preview has one stretch, also where each cutout has its own.
        self._recipe = replace(recipe, stretch=replace(recipe.stretch, per="image"))
        self._images, self._files = atlas.images, atlas.image_files
        self._band_pixels, self._kept_s = band_pixels, kept_s
        self._open: OrderedDict[int, _Opened] = OrderedDict()
        self._lock = threading.Lock()
        self._closing: threading.Timer | None = None

    def why_not(self, image: int) -> str | None:
        """Say why an image cannot be had; None where it can.

        Parameters
        ----------
        image : int
            Row of the table of images. Its file is read once, for its checksum.

        Returns
        -------
        str or None
            Without the name of the file.
        """
        path = self._path(image)
        if is_address(path):
            return "the file lies on a server, which is not asked"
        if not path.is_file():
            return "the file is no longer there"
        checksum = None if self._files is None else self._files["sha256"].iloc[image]
        if isinstance(checksum, str) and sha256_of(path) != checksum:
            return "the file is not the one that the atlas was made of: its SHA-256 differs"
        return None

    def bands(self, image: int) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
        """Give an image from top to bottom, some rows at a time.

        Parameters
        ----------
        image : int
            Row of the table of images.

        Yields
        ------
        pixels : (h, w) or (h, w, 3) uint8 array
            As shown.
        valid : (h, w) bool array
            False where a pixel is transparent, blank or not finite, and black.

        Raises
        ------
        ImageError
            If it cannot be decoded, or has another size than the atlas says.
        """
        display = self._opened(image)
        with display.image:
            ny, nx = display.shape
            n_rows = max(1, self._band_pixels // nx)
            for top in range(0, ny, n_rows):
                yield display.read(_box(display, slice(top, min(ny, top + n_rows)), slice(0, nx)))

    def part(
        self, image: int, rows: slice, columns: slice
    ) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Give a part of an image, which stays open for a while.

        Parameters
        ----------
        image : int
            Row of the table of images.
        rows, columns : slice
            Of the image as shown, row 0 at the top.

        Returns
        -------
        pixels : (h, w) or (h, w, 3) uint8 array
        valid : (h, w) bool array
            As of `bands`.

        Raises
        ------
        ImageError
            If it cannot be had, as `why_not` says when it is opened, or as of `bands`.
        """
        with self._lock:
            display = self._held(image)
            try:
                return display.read(_box(display, rows, columns))
            finally:
                self._close_later()

    def close(self) -> None:
        """Let go of the images that are open."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].display.image.close()

    def _path(self, image: int) -> Path:
        return Path(str(self._images["path"].iloc[image]))

    def _held(self, image: int) -> Display:
        """Give an image that is open; the caller holds the lock."""
        path = self._path(image)
        state = _state_of(path)
        opened = self._open.pop(image, None)
        if opened is not None and opened.state != state:
            opened.display.image.close()
            opened = None
        if opened is None:
            if (why := self.why_not(image)) is not None:
                raise ImageError(path, why)
            while len(self._open) >= MAX_OPEN:
                self._open.popitem(last=False)[1].display.image.close()
            opened = _Opened(self._opened(image), state)
        self._open[image] = opened
        return opened.display

    def _opened(self, image: int) -> Display:
        row = self._images.iloc[image]
        display = self._recipe.open_again(row)
        ny, nx = display.shape
        if (ny, nx) != (row["ny"], row["nx"]):
            display.image.close()
            said = f"the atlas says {row['nx']} x {row['ny']}"
            raise ImageError(row["path"], f"has {nx} x {ny} pixels now; {said}")
        return display

    def _close_later(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
        self._closing = threading.Timer(self._kept_s, self.close)
        self._closing.daemon = True
        self._closing.start()


def _box(display: Display, rows: slice, columns: slice) -> Box:
    """Give a part of an image as shown as a box of its array."""
    ny, _ = display.shape
    low, high = rows.start, rows.stop
    if display.origin == "lower":
        low, high = ny - high, ny - low
    return Box(columns.start, columns.stop, low, high)


def _state_of(path: Path) -> tuple[int, int, int] | None:
    """Tell a file from another one under its name."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
