"""Steps on pixels, in the order given, on cutouts or on whole images.

Everything here works on 8-bit pixels as shown, row 0 at the top.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from hubble_dash.builder.cutouts import brightness
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.reading.image import Image
from hubble_dash.config import (
    Crop,
    EqualizeAdaptive,
    EqualizeHistogram,
    FlipLeftRight,
    FlipUpDown,
    Grayscale,
    ProcessingStep,
    RescaleIntensity,
    Resize,
    Rotate,
)

__all__ = ["process", "process_image"]

logger = logging.getLogger(__name__)

Pixels: TypeAlias = NDArray[np.uint8]
Mask: TypeAlias = NDArray[np.bool_]
Matrix: TypeAlias = NDArray[np.float64]


# Exchanges x and y.
SWAP = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


@dataclass(frozen=True)
class _Picture:
    """Pixels as shown, which of them are valid, and where they come from.

    ``to_old`` (3, 3) takes pixel coordinates (x, y, 1), 0-based and as shown, to those of the
    picture before any step.
    """

    pixels: Pixels
    valid: Mask
    to_old: Matrix

    @property
    def shape(self) -> tuple[int, int]:
        return self.valid.shape[0], self.valid.shape[1]


def process(pixels: Pixels, steps: Sequence[ProcessingStep]) -> Pixels:
    """Apply processing steps to a cutout.

    Parameters
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        As shown, row 0 at the top.
    steps : sequence of ProcessingStep
        Applied in this order.

    Returns
    -------
    (h', w') or (h', w', 3) uint8 array
        The result; corners that a rotation brings in from outside are 0 (black), and later
        steps that look at brightness leave them out. The input is not changed.

    Raises
    ------
    TypeError
        If `pixels` is not uint8, or a step is not a processing step.
    ValueError
        If `pixels` is not gray or RGB.
    """
    if pixels.dtype != np.uint8:
        raise TypeError(f"pixels are {pixels.dtype}; steps work on uint8 (stretch first)")
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        raise ValueError(f"pixels have shape {pixels.shape}; allowed: (h, w) and (h, w, 3)")
    whole = _Picture(pixels, np.ones(pixels.shape[:2], dtype=bool), np.eye(3))
    return reduce(_apply, steps, whole).pixels


def process_image(display: Display, steps: Sequence[ProcessingStep]) -> Display:
    """Apply processing steps to a whole image.

    Parameters
    ----------
    display : Display
        The image as shown.
    steps : sequence of ProcessingStep
        Applied in this order.

    Returns
    -------
    Display
        The processed 8-bit image, held in memory: rows run as in the original (FITS: bottom
        row first), invalid pixels stay invalid, and the sky position of each pixel follows the
        geometric steps. Without steps, `display` itself.
    """
    if not steps:
        return display
    old = display.image
    pixels, valid = display.read()
    new = reduce(_apply, steps, _Picture(pixels, valid, np.eye(3)))
    pixels, valid, to_old = new.pixels, new.valid, new.to_old
    if old.origin == "lower":
        pixels, valid = pixels[::-1], valid[::-1]
        to_old = _flip(old.shape[0]) @ to_old @ _flip(new.shape[0])
    logger.debug("%s: %d steps, %s -> %s pixels", old.path, len(steps), old.shape, new.shape)
    image = Image.from_array(
        pixels,
        path=old.path,
        origin=old.origin,
        valid=None if valid.all() else valid,
        sky=None if old.sky is None else old.sky.through(to_old),
        metadata=old.metadata,
        notes=old.notes,
        credit=old.credit,
        part=old.part,
        further=old.further,
    )
    return Display(image, display.stretch)


def _apply(picture: _Picture, step: ProcessingStep) -> _Picture:
    pixels, valid = picture.pixels, picture.valid
    match step:
        case Crop():
            return _crop(picture, step)
        case Resize():
            return _resize(picture, step)
        case Rotate():
            return _rotate(picture, step.angle_deg)
        case FlipLeftRight():
            return _moved(picture, lambda a: a[:, ::-1], SWAP @ _flip(picture.shape[1]) @ SWAP)
        case FlipUpDown():
            return _moved(picture, lambda a: a[::-1], _flip(picture.shape[0]))
        case Grayscale():
            new = brightness.grayscale(pixels)
        case RescaleIntensity():
            new = brightness.rescale_intensity(pixels, valid, low=step.low, high=step.high)
        case EqualizeHistogram():
            new = brightness.equalize_histogram(pixels, valid)
        case EqualizeAdaptive():
            new = brightness.equalize_adaptive(pixels, clip_limit=step.clip_limit)
        case _:
            raise TypeError(f"{step!r} is not a processing step; see hubble_dash.config")
    return _blanked(new, valid, picture.to_old)


def _moved(
    picture: _Picture, move: Callable[[NDArray[Any]], NDArray[Any]], to_old: Matrix
) -> _Picture:
    return _Picture(move(picture.pixels), move(picture.valid), picture.to_old @ to_old)


def _flip(height: int) -> Matrix:
    """Upside down: ``y -> height - 1 - y``."""
    return np.array([[1.0, 0.0, 0.0], [0.0, -1.0, height - 1.0], [0.0, 0.0, 1.0]])


def _crop(picture: _Picture, step: Crop) -> _Picture:
    assert step.height is not None
    ny, nx = picture.shape
    height, width = min(step.height, ny), min(step.width, nx)
    top, left = (ny - height) // 2, (nx - width) // 2
    to_old = np.array([[1.0, 0.0, left], [0.0, 1.0, top], [0.0, 0.0, 1.0]])
    return _moved(picture, lambda a: a[top : top + height, left : left + width], to_old)


def _resize(picture: _Picture, step: Resize) -> _Picture:
    assert step.height is not None
    ny, nx = picture.shape
    size = step.width, step.height
    pixels = Pillow.fromarray(picture.pixels).resize(size, Pillow.Resampling.BICUBIC)
    share = Pillow.fromarray(picture.valid.view(np.uint8) * np.uint8(255))
    valid = np.asarray(share.resize(size, Pillow.Resampling.BOX)) >= 128
    scale_x, scale_y = nx / step.width, ny / step.height
    # The outer edges of the pixels meet, not the centres of the first ones.
    to_old = np.array(
        [
            [scale_x, 0.0, (scale_x - 1) / 2],
            [0.0, scale_y, (scale_y - 1) / 2],
            [0.0, 0.0, 1.0],
        ]
    )
    return _blanked(np.asarray(pixels), valid, picture.to_old @ to_old)


def _rotate(picture: _Picture, angle_deg: float) -> _Picture:
    quarters, rest = divmod(angle_deg, 90.0)
    if rest == 0.0:
        pixels = np.rot90(picture.pixels, int(quarters))
        valid = np.rot90(picture.valid, int(quarters))
    else:
        pixels = np.asarray(
            Pillow.fromarray(picture.pixels).rotate(angle_deg, Pillow.Resampling.BICUBIC)
        )
        mask = Pillow.fromarray(picture.valid.view(np.uint8))
        valid = np.asarray(mask.rotate(angle_deg, Pillow.Resampling.NEAREST)) != 0
    to_old = _turn(angle_deg, old=picture.shape, new=(valid.shape[0], valid.shape[1]))
    return _blanked(pixels, valid, picture.to_old @ to_old)


def _turn(angle_deg: float, *, old: tuple[int, int], new: tuple[int, int]) -> Matrix:
    """Undo a counter-clockwise turn, as shown (y grows downwards), about the centre."""
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    turn = np.array([[cos, -sin], [sin, cos]])
    old_center = np.array([(old[1] - 1) / 2, (old[0] - 1) / 2])
    new_center = np.array([(new[1] - 1) / 2, (new[0] - 1) / 2])
    matrix = np.eye(3)
    matrix[:2, :2] = turn
    matrix[:2, 2] = old_center - turn @ new_center
    return matrix


def _blanked(pixels: Pixels, valid: Mask, to_old: Matrix) -> _Picture:
    if not valid.all():
        pixels = np.where(valid if pixels.ndim == 2 else valid[..., None], pixels, np.uint8(0))
    return _Picture(pixels, valid, to_old)
