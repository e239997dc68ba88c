"""Views of a cutout in which it is still the same thing: turned, moved, scaled, seen otherwise.

By what differs between them the metric learns what does not matter: how a cutout lies, how bright
it is shown, how sharp, how noisy.
"""

from __future__ import annotations

import math
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

__all__ = ["changed"]

# Bounds of what is drawn for each view; of scale, gamma and gains evenly in the logarithm.
SCALE = 0.7, 1.4
MAX_SHIFT_SHARE = 0.06
GAMMA = 0.65, 1.5
GAIN, CHANNEL_GAIN = (0.8, 1.25), (0.9, 1.1)
BLUR_PX = 0.3, 1.8
MAX_NOISE = 0.04
SHARE_BLURRED = SHARE_NOISY = 0.5
# Of the side, mirrored beyond each edge: as much as the disk reaches out at the smallest scale.
MARGIN_SHARE = 0.32


def changed(picture: NDArray[np.uint8], n: int) -> NDArray[np.uint8]:
    """Make changed views of a picture.

    What is drawn depends on the picture alone, so that the same one always has the same views.

    Parameters
    ----------
    picture : (side, side, 3) uint8 array
        A cutout, sized for the network.
    n : int
        How many views.

    Returns
    -------
    (n, side, side, 3) uint8 array
        Their corners may show sky that was mirrored at the edge of the cutout.
    """
    if not n:
        return np.empty((0, *picture.shape), np.uint8)
    random = np.random.default_rng((7, zlib.crc32(picture.tobytes())))
    margin = math.ceil(MARGIN_SHARE * len(picture))
    padded = Image.fromarray(
        np.pad(picture, [(margin, margin), (margin, margin), (0, 0)], mode="reflect")
    )
    return np.stack([_changed(padded, len(picture), random) for _ in range(n)])


def _changed(padded: Image.Image, side: int, random: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one view; all numbers are drawn whether they are used or not."""
    angle = random.uniform(0, 2 * math.pi)
    mirror = -1.0 if random.random() < 0.5 else 1.0
    scale = _log_uniform(random, *SCALE)
    shift_x, shift_y = random.uniform(-MAX_SHIFT_SHARE, MAX_SHIFT_SHARE, 2) * side
    cos, sin = math.cos(angle) / scale, math.sin(angle) / scale
    a, b, d, e = mirror * cos, sin, -mirror * sin, cos
    middle, source = side / 2, padded.width / 2
    matrix = (
        *(a, b, source + shift_x - a * middle - b * middle),
        *(d, e, source + shift_y - d * middle - e * middle),
    )
    view = padded.transform((side, side), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    view = view.point(_levels(random))
    blur_px, is_blurred = random.uniform(*BLUR_PX), random.random() < SHARE_BLURRED
    if is_blurred:
        view = view.filter(ImageFilter.GaussianBlur(blur_px))
    noise, is_noisy = random.uniform(0, MAX_NOISE), random.random() < SHARE_NOISY
    pixels = np.asarray(view)
    if is_noisy:
        off = random.standard_normal(pixels.shape, np.float32) * np.float32(255 * noise)
        pixels = np.rint((pixels + off).clip(0, 255)).astype(np.uint8)
    return pixels


def _levels(random: np.random.Generator) -> list[int]:
    """Draw a curve for each channel, as 3 x 256 levels."""
    gamma, gain = _log_uniform(random, *GAMMA), _log_uniform(random, *GAIN)
    channels = np.array([_log_uniform(random, *CHANNEL_GAIN) for _ in range(3)])
    curve = (np.arange(256) / 255) ** gamma * gain
    levels = np.rint(255 * (channels[:, np.newaxis] * curve).clip(0, 1))
    return [int(level) for level in levels.ravel()]


def _log_uniform(random: np.random.Generator, low: float, high: float) -> float:
    return math.exp(random.uniform(math.log(low), math.log(high)))
