"""A file -> its cutouts: what the network sees of each, and its thumbnail."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Box
from hubble_dash.atlas.schema import ImageFileRow
from hubble_dash.builder.bounds.failures import failing
from hubble_dash.builder.catalogs.catalog import Catalog
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.cutouts.find import Cutouts, find_cutouts, reason_to_leave_out
from hubble_dash.builder.cutouts.sky_positions import SkyPositions, sky_positions_of
from hubble_dash.builder.feeding.checksum import Checksum
from hubble_dash.builder.feeding.image_row import describe_image, notes_on
from hubble_dash.builder.feeding.previews import (
    Preview,
    fit_thumbnail,
    make_preview,
    preview_side,
)
from hubble_dash.builder.feeding.recipe import Recipe
from hubble_dash.builder.fingerprints.fingerprinter import Ready, Shown
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.reading.pixel_source import Metadata
from hubble_dash.builder.views.preparation import Preparation
from hubble_dash.config import BuildSettings
from hubble_dash.errors import ImageError

__all__ = ["Cut", "CutImage", "Cutter", "Described", "ImageNumber", "Work"]

# What the cutouts of an image may come to, as cut and as the network sees them, for all of them to
# be cut as soon as it is read, and its file closed.
MAX_PIXELS_AT_ONCE = 4_000_000
MAX_BYTES_AT_ONCE = 16_000_000
# Boxes that are read together where they overlap.
BOXES_AT_ONCE = 16
# Larger cutouts are prepared where they are cut, since many of them wait for the network.
MAX_BYTES_SHOWN = 1_000_000
NO_PICTURES = np.empty((0, 0, 0, 3), np.uint8)
NO_THUMBNAIL = np.empty((0, 0, 3), np.uint8)
# A file and which of its images, by their numbers.
ImageNumber: TypeAlias = tuple[int, int]
# A box as shown, and where it is valid.
Pixels: TypeAlias = tuple[NDArray[np.uint8], NDArray[np.bool_]]


class Work(NamedTuple):
    """What is to be read.

    Attributes
    ----------
    number : int
        Of the file.
    path : Path
        The file.
    n_bytes : int
        Of the image, about.
    part : str or None
        Which of several images of the file.
    part_number : int
        Its number in the file, from 0.
    """

    number: int
    path: Path
    n_bytes: int
    part: str | None = None
    part_number: int = 0


class Cut(NamedTuple):
    """A possible cutout.

    Attributes
    ----------
    pictures : (v, height, width, 3) uint8 array
        What the network sees; empty if there is none, or the cutout is left out.
    thumbnail : (size, size, 3) uint8 array or None
        None if it is left out; empty if it is made of `shown`.
    color : tuple of int
        Mean red, green and blue of the thumbnail.
    left_out : str
        Why it is left out; empty if it is not.
    shown : Shown or None
        What pictures, thumbnail and colour are made of, where they are not made here.
    ready : Ready or None
        Its fingerprint, where that is there already.
    """

    pictures: NDArray[np.uint8]
    thumbnail: NDArray[np.uint8] | None
    color: tuple[int, int, int]
    left_out: str
    shown: Shown | None = None
    ready: Ready | None = None


class Described(NamedTuple):
    """What is written of an image.

    Attributes
    ----------
    row : dict
        Of the table of images.
    file : ImageFileRow
        Of the table of image files.
    notes : list of str
        What the user should know.
    positions : SkyPositions
        Of its cutouts on the sky.
    preview : Preview
        The whole of it, shrunk.
    """

    row: dict[str, Any]
    file: ImageFileRow
    notes: list[str]
    positions: SkyPositions
    preview: Preview


@dataclass(frozen=True)
class CutImage:
    """An image and its cutouts.

    Parameters
    ----------
    number : int
        Of its file.
    path : Path
        Its file.
    metadata : dict
        Its header keys.
    found : Cutouts
        Its boxes.
    described : Described or None
        What is written of it; None where only some cutouts are looked at.
    cuts : list of Cut or None
        Its cutouts, where they are few.
    display : Display or None
        The image as shown, open, where they are many.
    part : str or None
        Which image of a file with several.
    part_number : int
        Its number among these, from 0.
    further : tuple of str
        The other images of the file, for the first of them.
    """

    number: int
    path: Path
    metadata: Metadata
    found: Cutouts
    described: Described | None = None
    cuts: list[Cut] | None = None
    display: Display | None = None
    part: str | None = None
    part_number: int = 0
    further: tuple[str, ...] = ()

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        if self.display is not None:
            self.display.image.close()


class _Whole(NamedTuple):
    """A whole image as shown."""

    pixels: NDArray[np.uint8]
    valid: NDArray[np.bool_]


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
    max_pixels_at_once : int
        An image whose cutouts have more pixels in all is not cut when it is read, but box by box.
    several : bool
        Whether all HDUs of the kind are images.
    take : callable, optional
        Given the number of a file, that of its image and its boxes, gives those that are cut;
        nothing is then described. All if not given.
    known : mapping
        Boxes that were found already, by the numbers of a file and its image.
    hands_over : bool
        Whether cutouts that are neither large nor long and thin are handed over as shown, to be
        prepared by who makes their fingerprints.
    """

    settings: BuildSettings
    catalog: Catalog | None
    prepare: Preparation | None
    thumbnail_size: int
    max_pixels_at_once: int = MAX_PIXELS_AT_ONCE
    several: bool = True
    take: Callable[[int, int, Cutouts], Cutouts] | None = None
    known: Mapping[ImageNumber, Cutouts] = field(default_factory=dict)
    hands_over: bool = False

    @cached_property
    def recipe(self) -> Recipe:
        """How files are read."""
        return Recipe.of(self.settings, several=self.several)

    def read(
        self, number: int, path: Path, part: str | None = None, part_number: int = 0
    ) -> CutImage | ImageError:
        """Read an image and find its cutouts; cut them where they are few.

        Parameters
        ----------
        number : int
            Of the file.
        path : Path
            The file.
        part : str, optional
            One of the first image's `CutImage.further`; the first image if not given.
        part_number : int
            Its number in the file, from 0.

        Returns
        -------
        CutImage or ImageError
            The latter if the file cannot be read, or anything else goes wrong with it.

        Raises
        ------
        CatalogError
            If the catalogue has hours where it seems to have degrees.
        """
        check_hours = None if self.catalog is None else self.catalog.check_hours
        image: Image | None = None
        try:
            with failing(path, "cannot be cut"), ExitStack() as opened:
                display = self.recipe.open(path, part, inspect=check_hours)
                image = display.image
                opened.callback(image.close)
                found = self._found(number, part_number, display)
                opened.pop_all()
                return found
        except ImageError as err:
            return err if image is None else _of_part(err, image)

    def further_of(self, path: Path) -> tuple[str, ...]:
        """List the images of a file behind its first one; of data nothing is read.

        Parameters
        ----------
        path : Path
            The file.

        Raises
        ------
        ImageError
            If the file cannot be read.
        """
        with self.recipe.open_image(path) as image:
            return image.further

    def cut(self, display: Display, box: Box, read: Pixels | None = None) -> Cut:
        """Cut a box.

        Parameters
        ----------
        display : Display
            The image as shown, open.
        box : Box
            In its array pixels.
        read : (pixels, valid), optional
            Of `read`, if it was read already.

        Raises
        ------
        ImageError
            If the data cannot be decoded.
        """
        return self._cut(*(read or display.read(box, max_side=self.recipe.max_side)))

    def read_each(self, display: Display, boxes: Sequence[Box]) -> list[Pixels]:
        """Read the pixels of boxes, together where that is less.

        Parameters
        ----------
        display : Display
            The image as shown, open.
        boxes : sequence of Box
            In its array pixels.

        Raises
        ------
        ImageError
            If the data cannot be decoded.
        """
        return display.read_each(boxes, max_side=self.recipe.max_side)

    def _cut(self, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]) -> Cut:
        reason = reason_to_leave_out(pixels, valid, self.settings.cutouts)
        if reason is not None:
            return Cut(NO_PICTURES, None, (0, 0, 0), reason)
        shown = self.recipe.finish(pixels)
        if self._hands_over(shown):
            return Cut(NO_PICTURES, NO_THUMBNAIL, (0, 0, 0), "", Shown(shown, self.thumbnail_size))
        thumbnail = fit_thumbnail(shown, self.thumbnail_size)
        # Along one axis after the other: ten times as fast as along both.
        total = thumbnail.sum(axis=0, dtype=np.uint32).sum(axis=0)
        red, green, blue = (total / self.thumbnail_size**2 + 0.5).astype(int).tolist()
        pictures = NO_PICTURES
        if self.prepare is not None:
            pictures = self.prepare(shown)
        return Cut(pictures, thumbnail, (red, green, blue), "")

    def _hands_over(self, shown: NDArray[np.uint8]) -> bool:
        if not self.hands_over or self.prepare is None or shown.nbytes > MAX_BYTES_SHOWN:
            return False
        return self.prepare.network_input.resizes_whole(*shown.shape[:2])

    def _found(self, number: int, part_number: int, display: Display) -> CutImage:
        image = display.image
        # Of the file as it is before its pixels are read.
        checksum = Checksum(image.path) if self.take is None else None
        found = self.known.get((number, part_number))
        if found is None:
            found = find_cutouts(display, self.settings.cutouts, catalog=self.catalog)
        if self.take is not None:
            found = self.take(number, part_number, found)
        whole = self._whole(display, found, has_preview=checksum is not None)
        read = CutImage(
            number,
            image.path,
            image.metadata,
            found,
            None if checksum is None else self._described(display, found, checksum, whole),
            part=image.part,
            part_number=part_number,
            further=image.further,
        )
        if not self._are_few(found.boxes):
            return replace(read, display=display)
        if whole is None:
            image.expect(found.boxes)
            cuts = self._cut_few(display, found.boxes)
        else:
            cuts = [self._cut(*whole)]
        image.close()
        return replace(read, cuts=cuts)

    def _cut_few(self, display: Display, boxes: Sequence[Box]) -> list[Cut]:
        """Cut all boxes of an image, some at a time."""
        cuts = []
        for i in range(0, len(boxes), BOXES_AT_ONCE):
            some = boxes[i : i + BOXES_AT_ONCE]
            pixels = self.read_each(display, some)
            cuts += [self.cut(display, box, read) for box, read in zip(some, pixels, strict=True)]
        return cuts

    def _whole(self, display: Display, found: Cutouts, *, has_preview: bool) -> _Whole | None:
        """Read an image that is its own only cutout, once for all that show it."""
        ny, nx = display.shape
        if found.boxes != [Box(0, nx, 0, ny)]:
            return None
        divided = max(ny, nx) / self.thumbnail_size
        if self.prepare is not None:
            divided = min(divided, self.prepare.reduction(display.shape))
        most = None
        side = preview_side(display.shape, found.boxes, self.thumbnail_size)
        # A small JPEG is its own preview.
        if has_preview and (display.image.jpeg is None or max(ny, nx) > side):
            most = math.ceil(max(ny, nx) / side)
        return _Whole(*self.recipe.read_whole(display, divided=divided, most=most))

    def _described(
        self, display: Display, found: Cutouts, checksum: Checksum, whole: _Whole | None
    ) -> Described:
        image = display.image
        # The preview comes first: it reads the whole image, so a damaged file shows itself
        # before any of its cutouts is taken.
        max_side = preview_side(display.shape, found.boxes, self.thumbnail_size)
        seen = None if whole is None else whole.pixels
        preview = make_preview(display, max_side=max_side, seen=seen)
        positions = sky_positions_of(display, found, self.catalog, self.settings.cutouts)
        row = describe_image(display, preview, positions)
        file = checksum.row(image.credit)
        return Described(row, file, notes_on(image, preview, positions), positions, preview)

    def _are_few(self, boxes: list[Box]) -> bool:
        n_bytes = 0 if self.prepare is None else self.prepare.n_bytes * len(boxes)
        n_pixels = sum(map(self._n_pixels, boxes))
        are_small = n_pixels <= self.max_pixels_at_once and n_bytes <= MAX_BYTES_AT_ONCE
        return len(boxes) == 1 or are_small

    def _n_pixels(self, box: Box) -> int:
        max_side = self.recipe.max_side or max(box.width, box.height)
        return min(box.width, max_side) * min(box.height, max_side)


def _of_part(error: ImageError, image: Image) -> ImageError:
    """Name the image where the file has several, and say which may still be read."""
    if image.part is None:
        return error
    return ImageError(image.address, error.reason, further=image.further)
