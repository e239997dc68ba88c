"""Flux becomes 8-bit display values, with limits that are found once for an image."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
from astropy.visualization import (
    AsinhStretch,
    LinearStretch,
    LogStretch,
    ManualInterval,
    PercentileInterval,
    SqrtStretch,
    ZScaleInterval,
)
from numpy.typing import NDArray
from PIL import Image as Pillow

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.sky.sky import Sky
from hubble_dash.config import Stretch
from hubble_dash.config.choices import Curve

__all__ = ["Display", "find_limits", "shape_within"]

Limits = tuple[float, float]

# Limits come from at most this many pixels; larger images are sampled on a regular grid.
MAX_SAMPLED_PIXELS = 4_000_000
# Whole images are read in bands of about this many pixels.
BAND_PIXELS = 1_000_000
# By what a decoder may divide the sides of an image.
DECODER_FACTORS = (8, 4, 2)
# Of an image whose pixels come from a server part by part, limits and preview take so many rows.
FAR_SIDE = 256
# How an image is shown whose values are all the same.
GRAY = 128
# Rec. 709 weights of red, green, blue, as in scikit-image's rgb2gray.
LUMINANCE = np.array([0.2125, 0.7154, 0.0721], dtype=np.float32)

_CURVES: dict[Curve, Callable[[], Any]] = {
    "linear": LinearStretch,
    "asinh": AsinhStretch,
    "sqrt": SqrtStretch,
    "log": LogStretch,
}


class Display:
    """An image as it is shown: 8 bit, and FITS with row 0 at the bottom.

    Parameters
    ----------
    image : Image
        Open while this is in use.
    stretch : Stretch
        How flux becomes display values; 8-bit pictures stay as they are.
    band_pixels : int
        Pixels that are read at a time, about.
    max_sampled_pixels : int
        Pixels from which limits are found; of more, these are taken on a regular grid.

    Notes
    -----
    A flux value between the limits goes through a curve of `astropy.visualization`. Values beyond
    are black or white. All channels share the limits, so that colours stay.
    """

    def __init__(
        self,
        image: Image,
        stretch: Stretch,
        *,
        band_pixels: int = BAND_PIXELS,
        max_sampled_pixels: int = MAX_SAMPLED_PIXELS,
    ) -> None:
        self.image = image
        self.stretch = stretch
        self._band_pixels, self._max_sampled_pixels = band_pixels, max_sampled_pixels
        self._limits: Limits | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, ``(ny, nx)``."""
        return self.image.shape

    @property
    def sky(self) -> Sky | None:
        """Where array pixels lie on the sky."""
        return self.image.sky

    @property
    def origin(self) -> Literal["lower", "upper"]:
        """Where row 0 of the array lies when the image is shown."""
        return self.image.origin

    def read(
        self, box: Box | None = None, *, max_side: int | None = None
    ) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Read a box as it is shown.

        Parameters
        ----------
        box : Box, optional
            Array pixels; the whole image if not given.
        max_side : int, optional
            Shrink so that no side is longer, by averaging blocks of ``f x f`` display values,
            ``f = ceil(longer side / max_side)``; blocks are counted from array pixel (0, 0) of the
            box. The image is read in bands of rows: beside the result no more than one is held.
            Of an image that is far, nothing is averaged, and no side is longer than `FAR_SIDE`.

        Returns
        -------
        pixels : (h, w) or (h, w, 3) uint8 array
            Row 0 is the top of the picture; 0 where not valid.
        valid : (h, w) bool array
            False where a pixel is transparent, blank or not finite.

        Raises
        ------
        ImageError
            If the data cannot be decoded.
        ValueError
            If the box does not lie in the image, or `max_side` is less than 1.
        """
        box = self._box(box)
        if max_side is not None and max_side < 1:
            raise ValueError(f"max_side is {max_side}; it must be at least 1 pixel")
        factor = _factor((box.height, box.width), max_side)
        limits = self._limits_of(box)
        turn = -1 if self.origin == "lower" else 1
        is_coarse = max_side is not None and self._is_coarse(box)
        if is_coarse or (factor == 1 and box.width * box.height <= self._band_pixels):
            step = math.ceil(max(self.shape) / FAR_SIDE) if is_coarse else 1
            shown, good = self._show(box, limits, step=step)
            return np.ascontiguousarray(shown[::turn]), np.ascontiguousarray(good[::turn])
        shape = shape_within((box.height, box.width), max_side)
        valid = np.empty(shape, dtype=bool)
        pixels = np.empty(shape if self.image.n_channels == 1 else (*shape, 3), dtype=np.uint8)
        for band in _bands(box, self._band_pixels, multiple_of=factor):
            shown, good = self._show(band, limits)
            if factor > 1:
                shown, good = _average_blocks(shown, good, factor=factor)
            start = (band.iymin - box.iymin) // factor
            rows = slice(start, start + len(good))
            pixels[::turn][rows], valid[::turn][rows] = shown, good
        return pixels, valid

    def read_each(
        self, boxes: Sequence[Box], *, max_side: int | None = None
    ) -> list[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
        """Read boxes as they are shown; pixels that they share are read once, where that is less.

        Parameters
        ----------
        boxes : sequence of Box
            At least one.
        max_side : int, optional
            As of `read`.

        Returns
        -------
        list of (pixels, valid)
            As of `read`, of each; they may share memory, and are not to be written to.

        Raises
        ------
        ImageError, ValueError
            As in `read`.
        """
        around = Box(
            min(box.ixmin for box in boxes), max(box.ixmax for box in boxes),
            min(box.iymin for box in boxes), max(box.iymax for box in boxes),
        )  # fmt: skip
        n_around = around.width * around.height
        is_less = n_around < sum(box.width * box.height for box in boxes)
        are_whole = all(_factor((box.height, box.width), max_side) == 1 for box in boxes)
        is_alike = not self.image.is_flux or self.stretch.per == "image"
        if not (is_less and are_whole and is_alike) or self.image.is_far:
            return [self.read(box, max_side=max_side) for box in boxes]
        pixels, valid = self.read(around)
        is_lower, found = self.origin == "lower", []
        for box in boxes:
            top = around.iymax - box.iymax if is_lower else box.iymin - around.iymin
            left = box.ixmin - around.ixmin
            seen = slice(top, top + box.height), slice(left, left + box.width)
            found.append((pixels[seen], valid[seen]))
        return found

    def read_whole(
        self, *, most: int = 1, max_side: int | None = None
    ) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Read the whole image as it is shown, shrunk by its decoder where that is quicker.

        Parameters
        ----------
        most : int
            The decoder may divide the sides by so much; it divides them by 2, 4 or 8.
        max_side : int, optional
            Longest side, as in `read`, where the decoder does not shrink.

        Returns
        -------
        pixels, valid
            As of `read`. Where the decoder has shrunk them, neither side is divided by more than
            `most`, and they may be longer than `max_side`.

        Raises
        ------
        ImageError, ValueError
            As in `read`.
        """
        for factor in DECODER_FACTORS:
            if factor <= most:
                pixels = self.image.shrunk(factor)
                if pixels is not None:
                    return pixels, np.ones(pixels.shape[:2], np.bool_)
                break
        return self.read(max_side=max_side)

    def flux(self, box: Box | None = None) -> NDArray[np.floating[Any]]:
        """Read the values that sources are detected on.

        Parameters
        ----------
        box : Box, optional
            Array pixels; the whole image if not given.

        Returns
        -------
        (h, w) float32 or float64 array
            In array orientation, NaN where not valid; the luminance of colour images. float64 where
            the image has it, as its values may lie beyond what float32 holds.

        Raises
        ------
        ImageError, ValueError
            As in `read`.
        """
        box = self._box(box)
        pixels = self.image.read(box)
        valid = self._valid(pixels, box)
        dtype = np.dtype(np.float64 if pixels.dtype == np.float64 else np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            flux: NDArray[np.floating[Any]] = pixels.astype(dtype, copy=False)
            if flux.ndim == 3:
                flux = flux @ LUMINANCE.astype(dtype)
        flux[~valid | ~np.isfinite(flux)] = np.nan
        return flux

    def _box(self, box: Box | None) -> Box:
        ny, nx = self.shape
        return Box(0, nx, 0, ny) if box is None else box

    def _valid(self, pixels: NDArray[Any], box: Box, *, step: int = 1) -> NDArray[np.bool_]:
        opaque = self.image.valid(box, step=step)
        if not np.issubdtype(pixels.dtype, np.floating):
            return np.ones(pixels.shape[:2], np.bool_) if opaque is None else opaque
        finite: NDArray[np.bool_] = np.isfinite(pixels)
        if finite.ndim == 3:
            finite = np.asarray(finite.all(axis=2))
        return finite if opaque is None else finite & opaque

    def _is_coarse(self, box: Box) -> bool:
        """Say whether a box is all of an image of which few rows should be asked for."""
        return self.image.is_far and box == self._box(None) and max(self.shape) > FAR_SIDE

    def _show(
        self, box: Box, limits: Limits | None, *, step: int = 1
    ) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Give display values in array orientation."""
        pixels = self.image.read(box, step=step)
        valid = self._valid(pixels, box, step=step)
        shown = pixels if limits is None else _to_display(pixels, valid, limits, self.stretch.curve)
        if not valid.all():
            shown[~valid] = 0
        return shown, valid

    def _limits_of(self, box: Box) -> Limits | None:
        if not self.image.is_flux:
            return None
        if self.stretch.per == "cutout":
            return self._measure(box)
        if self._limits is None:
            self._limits = self._measure(self._box(None))
        return self._limits

    def _measure(self, box: Box) -> Limits:
        if self.stretch.limits == "minmax":
            parts = (self._sample(band, step=1) for band in _bands(box, self._band_pixels))
            ends = [find_limits(part, self.stretch) for part in parts if part.size]
            lows, highs = zip(*ends, strict=True) if ends else ((0.0,), (0.0,))
            return min(lows), max(highs)
        step = max(1, math.ceil(math.sqrt(box.width * box.height / self._max_sampled_pixels)))
        if self._is_coarse(box):
            step = max(step, math.ceil(max(self.shape) / FAR_SIDE))
        return find_limits(self._sample(box, step=step), self.stretch)

    def _sample(self, box: Box, *, step: int) -> NDArray[Any]:
        pixels = self.image.read(box, step=step)
        values: NDArray[Any] = pixels[self._valid(pixels, box, step=step)].ravel()
        return values


def shape_within(shape: tuple[int, int], max_side: int | None) -> tuple[int, int]:
    """Say how large a picture becomes that is shrunk by averaging blocks.

    Parameters
    ----------
    shape : (int, int)
        Its rows and columns.
    max_side : int, optional
        The most of either; it stays as it is if not given.
    """
    factor = _factor(shape, max_side)
    return math.ceil(shape[0] / factor), math.ceil(shape[1] / factor)


def _factor(shape: tuple[int, int], max_side: int | None) -> int:
    return 1 if max_side is None else math.ceil(max(shape) / max_side)


def find_limits(values: NDArray[Any], stretch: Stretch) -> Limits:
    """Find the black and the white level.

    Parameters
    ----------
    values : (n,) array
        Finite flux values.
    stretch : Stretch
        How; see there.

    Returns
    -------
    (low, high)
        Equal only if all values are; ``(0.0, 0.0)`` if there are none.
    """
    if values.size == 0:
        return 0.0, 0.0
    if stretch.limits == "percentile":
        low, high = PercentileInterval(stretch.percentile).get_limits(values)
    elif stretch.limits == "zscale":
        low, high = ZScaleInterval().get_limits(values)
    else:
        low, high = values.min(), values.max()
    if not low < high:
        # Nearly all values are one, as in a mask with few sources: show what stands out.
        low, high = values.min(), values.max()
    return float(low), float(high)


def _to_display(
    pixels: NDArray[Any], valid: NDArray[np.bool_], limits: Limits, curve: Curve
) -> NDArray[np.uint8]:
    low, high = limits
    if not low < high:
        return np.full(pixels.shape, GRAY, dtype=np.uint8)
    values = pixels.astype(np.float64 if pixels.dtype.itemsize > 4 else np.float32, copy=False)
    values[~valid] = low
    # A blank value such as -3.4e38 may overflow on its way to black.
    with np.errstate(over="ignore"):
        unit = ManualInterval(low, high)(values, clip=True)
    shown: NDArray[Any] = _CURVES[curve]()(unit, clip=False)
    shown *= 255
    shown += 0.5
    return shown.astype(np.uint8)


def _bands(box: Box, band_pixels: int, *, multiple_of: int = 1) -> Iterator[Box]:
    """Cut a box into bands of whole rows, each a multiple of so many rows but the last."""
    rows = max(1, band_pixels // (box.width * multiple_of)) * multiple_of
    for start in range(box.iymin, box.iymax, rows):
        yield box._replace(iymin=start, iymax=min(start + rows, box.iymax))


def _average_blocks(
    pixels: NDArray[np.uint8], valid: NDArray[np.bool_], *, factor: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Average the valid pixels of blocks; those at the far edges may be smaller."""
    if valid.all():
        averaged = np.asarray(Pillow.fromarray(pixels).reduce(factor))
        return averaged, np.ones(averaged.shape[:2], np.bool_)
    n_valid = _sum_blocks(valid, factor)
    total = _sum_blocks(pixels, factor)
    count = np.maximum(n_valid, 1)
    mean = (total / (count if total.ndim == 2 else count[..., None]) + 0.5).astype(np.uint8)
    return mean, n_valid > 0


def _sum_blocks(array: NDArray[Any], factor: int) -> NDArray[np.uint32]:
    rows = np.arange(0, array.shape[0], factor)
    columns = np.arange(0, array.shape[1], factor)
    by_rows = np.add.reduceat(array, rows, axis=0, dtype=np.uint32)
    return np.asarray(np.add.reduceat(by_rows, columns, axis=1, dtype=np.uint32))
