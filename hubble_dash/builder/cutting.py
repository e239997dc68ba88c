"""Files -> cutouts as shown and their thumbnails, several files or boxes at a time, in order."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.ahead import in_order
from hubble_dash.builder.catalog import Catalog
from hubble_dash.builder.cutouts import Cutouts, find_cutouts, keep
from hubble_dash.builder.images import Box, Image, open_image
from hubble_dash.builder.positions import Positions, positions_of
from hubble_dash.builder.processing import process, process_image
from hubble_dash.builder.stretch import Display
from hubble_dash.builder.thumbnails import Preview, fit_thumbnail, make_preview
from hubble_dash.config import BuildSettings
from hubble_dash.errors import ImageError

__all__ = ["MAX_CUTOUT_SIDE", "N_THREADS", "Cut", "CutImage", "Cutter"]

# Where the cores are few, the network needs them itself.
N_THREADS = max(1, min(8, (os.cpu_count() or 1) // 2))
# Cutouts with longer sides are averaged down while they are read; the network sees far less.
MAX_CUTOUT_SIDE = 1024
# An image with no more pixels than this in its cutouts is done at once, and let go of.
FEW_PIXELS = 4_000_000
# Files that may be read before their turn: the largest images are read one at a time.
AHEAD_BYTES = 16_000_000
BOXES_AT_ONCE = 8


class Cut(NamedTuple):
    """A possible cutout.

    Attributes
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        As shown, processed; empty if it is left out.
    thumbnail : (size, size, 3) uint8 array or None
        None if it is left out.
    color : tuple of int
        Mean red, green and blue of the thumbnail.
    left_out : str
        Why it is left out; empty if it is not.
    """

    pixels: NDArray[np.uint8]
    thumbnail: NDArray[np.uint8] | None
    color: tuple[int, int, int]
    left_out: str


@dataclass(frozen=True)
class CutImage:
    """An image and its cutouts.

    Parameters
    ----------
    number : int
        Of its file.
    image : Image
        The image, which may be closed.
    display : Display
        As shown, after processing.
    found : Cutouts
        Its boxes.
    positions : Positions
        Of these on the sky.
    preview : Preview
        The whole of it, shrunk.
    cuts : list of Cut or None
        Its cutouts, where they are few.
    """

    number: int
    image: Image
    display: Display
    found: Cutouts
    positions: Positions
    preview: Preview
    cuts: list[Cut] | None = field(default=None)


class Cutter:
    """Reads and cuts files.

    Parameters
    ----------
    settings : BuildSettings
        What is cut, and how it is shown.
    catalog : Catalog, optional
        With positions.
    thumbnail_size : int
        Side of a thumbnail, in pixels.
    """

    def __init__(
        self, settings: BuildSettings, catalog: Catalog | None, *, thumbnail_size: int
    ) -> None:
        self.settings, self.catalog, self._size = settings, catalog, thumbnail_size
        self._max_side = None if settings.process_cutouts else MAX_CUTOUT_SIDE
        self._threads = ThreadPoolExecutor(N_THREADS, "cutting")

    def close(self) -> None:
        """Stop the threads."""
        self._threads.shutdown(cancel_futures=True)

    def images(
        self, files: Sequence[Path], sizes: Sequence[int], *, first: int = 0
    ) -> Generator[CutImage | ImageError, None, None]:
        """Read files and find their cutouts.

        Parameters
        ----------
        files : sequence of Path
            All files.
        sizes : sequence of int
            Bytes of each.
        first : int
            Number of the first one to read.

        Yields
        ------
        CutImage or ImageError
            In the order of the files. An image is closed when the next one is asked for.

        Raises
        ------
        CatalogError
            If the catalogue has hours where it seems to have degrees.
        """
        images = in_order(
            lambda number: self._read(number, files[number]),
            range(first, len(files)),
            threads=self._threads,
            depth=2 * N_THREADS + 2,
            weigh=sizes.__getitem__,
            most=AHEAD_BYTES,
            discard=_close,
        )
        with closing(images):
            for image in images:
                try:
                    yield image
                finally:
                    _close(image)

    def cuts(self, image: CutImage, *, start: int = 0) -> Generator[Cut, None, None]:
        """Cut an image.

        Parameters
        ----------
        image : CutImage
            Of `images`, before the next one is asked for.
        start : int
            The first box.

        Yields
        ------
        Cut
            Of each box, in order.

        Raises
        ------
        ImageError
            If the data cannot be decoded.
        """
        if image.cuts is not None:
            yield from image.cuts[start:]
            return
        boxes = image.found.boxes
        parts = in_order(
            lambda i: [self._cut(image.display, box) for box in boxes[i : i + BOXES_AT_ONCE]],
            range(start, len(boxes), BOXES_AT_ONCE),
            threads=self._threads,
            depth=2 * N_THREADS,
        )
        with closing(parts):
            for part in parts:
                yield from part

    def _read(self, number: int, path: Path) -> CutImage | ImageError:
        settings = self.settings
        try:
            image = open_image(
                path, hdu=settings.hdu, plane=settings.plane, header_keys=settings.header_keys
            )
        except ImageError as err:
            return err
        try:
            return self._found(number, image)
        except ImageError as err:
            image.close()
            return err
        except BaseException:
            image.close()
            raise

    def _found(self, number: int, image: Image) -> CutImage:
        settings, catalog = self.settings, self.catalog
        if catalog is not None:
            catalog.check_hours(image)
        display = process_image(Display(image, settings.stretch), settings.process_images)
        found = find_cutouts(display, settings.cutouts, catalog=catalog)
        # The preview comes first: it reads the whole image, so a damaged file shows itself
        # before any of its cutouts is taken.
        preview = make_preview(display)
        positions = positions_of(display, found, catalog, settings.cutouts)
        cuts = None
        if sum(map(self._n_pixels, found.boxes)) <= FEW_PIXELS:
            cuts = [self._cut(display, box) for box in found.boxes]
            image.close()
        return CutImage(number, image, display, found, positions, preview, cuts)

    def _n_pixels(self, box: Box) -> int:
        most = max(box.width, box.height) if self._max_side is None else self._max_side
        return min(box.width, most) * min(box.height, most)

    def _cut(self, display: Display, box: Box) -> Cut:
        pixels, valid = display.read(box, max_side=self._max_side)
        reason = keep(pixels, valid, self.settings.cutouts)
        if reason is not None:
            return Cut(pixels[:0], None, (0, 0, 0), reason)
        shown = process(pixels, self.settings.process_cutouts)
        thumbnail = fit_thumbnail(shown, self._size)
        # Along one axis after the other: ten times as fast as along both.
        total = thumbnail.sum(axis=0, dtype=np.uint32).sum(axis=0)
        red, green, blue = (total / self._size**2 + 0.5).astype(int).tolist()
        return Cut(shown, thumbnail, (red, green, blue), "")


def _close(image: CutImage | ImageError) -> None:
    if isinstance(image, CutImage):
        image.image.close()
