"""A file -> its cutouts: what the network sees of each, and its thumbnail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.catalogs.catalog import Catalog
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.cutouts.find import Cutouts, find_cutouts, reason_to_leave_out
from hubble_dash.builder.cutouts.processing import process, process_image
from hubble_dash.builder.cutouts.sky_positions import SkyPositions, sky_positions_of
from hubble_dash.builder.feeding.image_row import describe_image
from hubble_dash.builder.feeding.previews import Preview, fit_thumbnail, make_preview
from hubble_dash.builder.fingerprints.preparation import Preparation
from hubble_dash.builder.reading.image import Image, open_image
from hubble_dash.builder.reading.pixel_source import Metadata
from hubble_dash.config import BuildSettings
from hubble_dash.errors import ImageError

__all__ = ["MAX_CUTOUT_SIDE", "Cut", "CutImage", "Cutter"]

T = TypeVar("T")

# Cutouts with longer sides are averaged down while they are read; the network sees far less.
MAX_CUTOUT_SIDE = 1024
# An image with no more pixels than this in its cutouts is done at once, and let go of; unless what
# the network sees of them takes more bytes than that.
FEW_PIXELS = 4_000_000
FEW_BYTES = 16_000_000
NOTHING = np.empty((0, 0, 0, 3), np.uint8)


class Cut(NamedTuple):
    """A possible cutout.

    Attributes
    ----------
    pictures : (v, height, width, 3) uint8 array
        What the network sees; empty if there is none, or the cutout is left out.
    thumbnail : (size, size, 3) uint8 array or None
        None if it is left out.
    color : tuple of int
        Mean red, green and blue of the thumbnail.
    left_out : str
        Why it is left out; empty if it is not.
    """

    pictures: NDArray[np.uint8]
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
    path : Path
        Its file.
    row : dict
        Of the table of images.
    metadata : dict
        Its header keys.
    notes : list of str
        What the user should know.
    found : Cutouts
        Its boxes.
    positions : SkyPositions
        Of these on the sky.
    preview : Preview
        The whole of it, shrunk.
    cuts : list of Cut or None
        Its cutouts, where they are few.
    display : Display or None
        The image as shown, open, where they are many.
    """

    number: int
    path: Path
    row: dict[str, Any]
    metadata: Metadata
    notes: list[str]
    found: Cutouts
    positions: SkyPositions
    preview: Preview
    cuts: list[Cut] | None = None
    display: Display | None = None

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        if self.display is not None:
            self.display.image.close()


@dataclass(frozen=True)
class Cutter:
    """Reads and cuts files; any thread or process may do it.

    Parameters
    ----------
    settings : BuildSettings
        What is cut, and how it is shown.
    catalog : Catalog, optional
        With positions.
    prepare : Preparation or None
        Makes what the network sees; None where there is no network.
    thumbnail_size : int
        Side of a thumbnail, in pixels.
    """

    settings: BuildSettings
    catalog: Catalog | None
    prepare: Preparation | None
    thumbnail_size: int

    def open(self, path: Path) -> Display:
        """Open an image as it is shown, processed; close its `image`.

        Raises
        ------
        ImageError
            If the file cannot be read.
        """
        return self._opened(path, self._processed)

    def read(self, number: int, path: Path) -> CutImage | ImageError:
        """Read a file and find its cutouts; cut them where they are few.

        Parameters
        ----------
        number : int
            Of the file.
        path : Path
            The file.

        Returns
        -------
        CutImage or ImageError
            The latter if the file cannot be read.

        Raises
        ------
        CatalogError
            If the catalogue has hours where it seems to have degrees.
        """
        try:
            return self._opened(path, lambda image: self._found(number, image))
        except ImageError as err:
            return err

    def cut(self, display: Display, box: Box) -> Cut:
        """Cut a box.

        Raises
        ------
        ImageError
            If the data cannot be decoded.
        """
        pixels, valid = display.read(box, max_side=self._max_side)
        reason = reason_to_leave_out(pixels, valid, self.settings.cutouts)
        if reason is not None:
            return Cut(NOTHING, None, (0, 0, 0), reason)
        shown = process(pixels, self.settings.process_cutouts)
        thumbnail = fit_thumbnail(shown, self.thumbnail_size)
        # Along one axis after the other: ten times as fast as along both.
        total = thumbnail.sum(axis=0, dtype=np.uint32).sum(axis=0)
        red, green, blue = (total / self.thumbnail_size**2 + 0.5).astype(int).tolist()
        pictures = NOTHING if self.prepare is None else self.prepare(shown)
        return Cut(pictures, thumbnail, (red, green, blue), "")

    @property
    def _max_side(self) -> int | None:
        return None if self.settings.process_cutouts else MAX_CUTOUT_SIDE

    def _opened(self, path: Path, use: Callable[[Image], T]) -> T:
        """Open a file, which is closed if what is done with it fails."""
        settings = self.settings
        image = open_image(
            path, hdu=settings.hdu, plane=settings.plane, header_keys=settings.header_keys
        )
        try:
            return use(image)
        except BaseException:
            image.close()
            raise

    def _processed(self, image: Image) -> Display:
        return process_image(Display(image, self.settings.stretch), self.settings.process_images)

    def _found(self, number: int, image: Image) -> CutImage:
        settings, catalog = self.settings, self.catalog
        if catalog is not None:
            catalog.check_hours(image)
        display = self._processed(image)
        found = find_cutouts(display, settings.cutouts, catalog=catalog)
        # The preview comes first: it reads the whole image, so a damaged file shows itself
        # before any of its cutouts is taken.
        preview = make_preview(display)
        positions = sky_positions_of(display, found, catalog, settings.cutouts)
        row, notes = describe_image(display, preview, positions), image.notes + positions.notes
        read = CutImage(number, image.path, row, image.metadata, notes, found, positions, preview)
        if not self._are_few(found.boxes):
            return replace(read, display=display)
        cuts = [self.cut(display, box) for box in found.boxes]
        image.close()
        return replace(read, cuts=cuts)

    def _are_few(self, boxes: list[Box]) -> bool:
        n_bytes = 0 if self.prepare is None else self.prepare.n_bytes * len(boxes)
        n_pixels = sum(map(self._n_pixels, boxes))
        return len(boxes) == 1 or (n_pixels <= FEW_PIXELS and n_bytes <= FEW_BYTES)

    def _n_pixels(self, box: Box) -> int:
        most = max(box.width, box.height) if self._max_side is None else self._max_side
        return min(box.width, most) * min(box.height, most)
