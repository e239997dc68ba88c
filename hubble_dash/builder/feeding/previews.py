"""Small pictures for the page: a cutout's thumbnail, and its parent image shrunk."""

from __future__ import annotations

import io
import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.codecs.jpeg import without_metadata
from hubble_dash.builder.cutouts.display import Display, shape_within
from hubble_dash.builder.cutouts.placeholders import placeholder_of
from hubble_dash.builder.cutouts.resampling import resample, shrink

__all__ = ["Preview", "fit_thumbnail", "make_preview", "preview_name", "preview_side"]

PREVIEW_QUALITY = 90
PREVIEWS_A_FOLDER = 1000
# A JPEG file with more is written anew: some cameras write more than any quality needs.
MAX_BYTES_A_PIXEL = 1.0
MAX_JPEG_SIDE = 65535
# Longer side of a preview, in pixels: as a rule, and of an image whose cutouts would have fewer
# pixels in it than a close look can show.
USUAL_SIDE, MAX_SIDE, CLOSE = 1600, 4096, 768


def fit_thumbnail(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Fit a cutout into a square, its aspect kept, centred on black.

    Parameters
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        As shown, row 0 at the top.
    size : int
        Side of the square, in pixels; larger cutouts shrink, smaller ones grow.

    Returns
    -------
    (size, size, 3) uint8 array
    """
    # Three channels at once are what the kernel is made for.
    color = pixels if pixels.ndim == 3 else np.repeat(pixels[..., np.newaxis], 3, axis=2)
    scale = size / max(color.shape[:2])
    height, width = (max(1, round(side * scale)) for side in color.shape[:2])
    top, left = (size - height) // 2, (size - width) // 2
    square = np.zeros((size, size, 3), np.uint8)
    square[top : top + height, left : left + width] = resample(color, (height, width), "bicubic")
    return square


class Preview(NamedTuple):
    """A parent image, shrunk, as a file that browsers show.

    Attributes
    ----------
    data : bytes
        A JPEG file.
    width, height : int
        Pixels.
    placeholder : str
        Why it looks like one for a missing picture; empty if it does not.
    """

    data: bytes
    width: int
    height: int
    placeholder: str = ""


def preview_side(shape: tuple[int, int], boxes: Sequence[Box], thumbnail_size: int) -> int:
    """Say how large a preview is worth while.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns of the image.
    boxes : sequence of Box
        Its cutouts. Those that are no larger than their thumbnails have all their pixels there.
    thumbnail_size : int
        Side of a thumbnail, in pixels.

    Returns
    -------
    int
        Longest side, in pixels: 1600, and up to 4096 where half of the cutouts gain by it.
    """
    side = statistics.median_low([max(box.width, box.height) for box in boxes] or [0])
    if side <= thumbnail_size:
        return USUAL_SIDE
    return max(USUAL_SIDE, min(MAX_SIDE, math.ceil(max(shape) * min(1, CLOSE / side))))


def make_preview(
    display: Display, *, max_side: int = USUAL_SIDE, seen: NDArray[np.uint8] | None = None
) -> Preview:
    """Shrink a parent image.

    A small JPEG file that is shown as it is stays as it is, but for its metadata.

    Parameters
    ----------
    display : Display
        The image as shown; read in bands, so never held whole.
    max_side : int
        Longest side of the preview, in pixels, at most 65535 (JPEG holds no more).
    seen : (h, w) or (h, w, 3) uint8 array, optional
        The whole image as it was read already, of `Display.read_whole`.

    Returns
    -------
    Preview

    Raises
    ------
    ImageError
        If the data cannot be decoded.
    ValueError
        If `max_side` is out of range.
    """
    if not 1 <= max_side <= MAX_JPEG_SIDE:
        raise ValueError(f"max_side is {max_side}; JPEG holds 1 to {MAX_JPEG_SIDE} pixels a side")
    ny, nx = display.shape
    if display.image.jpeg is not None and max(ny, nx) <= max_side:
        data = without_metadata(display.image.jpeg)
        if data is not None and len(data) <= MAX_BYTES_A_PIXEL * ny * nx:
            return Preview(data, nx, ny, _placeholder_of(display, seen))
    shape = shape_within(display.shape, max_side)
    if seen is None or seen.shape[0] < shape[0] or seen.shape[1] < shape[1]:
        pixels, _ = display.read(max_side=max_side)
    else:
        pixels = shrink(seen, shape)
    buffer = io.BytesIO()
    # An eighth of the time of the quickest WebP, for a quarter more bytes.
    Pillow.fromarray(pixels).save(buffer, format="JPEG", quality=PREVIEW_QUALITY)
    height, width = pixels.shape[:2]
    return Preview(buffer.getvalue(), width, height, placeholder_of(pixels))


def _placeholder_of(display: Display, seen: NDArray[np.uint8] | None) -> str:
    """Look at all pixels, so that damage shows itself before a cutout is taken."""
    if seen is None:
        seen, _ = display.read()
    reason = placeholder_of(seen)
    if reason and seen.shape[:2] != display.shape:
        # Noise may be gone with the fine detail.
        reason = placeholder_of(display.read()[0])
    return reason


def preview_name(number: int) -> str:
    """Name the file that shows an image, within ``previews/``; no folder has very many.

    Parameters
    ----------
    number : int
        Of the image in the atlas.
    """
    return f"{number // PREVIEWS_A_FOLDER:04d}/{number:07d}.jpg"
