"""Steps on brightness: the new value of a pixel depends on old values, not on places.

Pixels are (h, w) or (h, w, 3) uint8; ``valid`` is (h, w) bool, and what is not valid has no say.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from skimage.exposure import equalize_adapthist

from hubble_dash.builder.cutouts.display import LUMINANCE

__all__ = [
    "equalize_adaptive",
    "equalize_histogram",
    "grayscale",
    "median_levels",
    "rescale_intensity",
]

Pixels: TypeAlias = NDArray[np.uint8]
Mask: TypeAlias = NDArray[np.bool_]


def grayscale(pixels: Pixels) -> Pixels:
    """Reduce colour to luminance (Rec. 709).

    Parameters
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        As shown.

    Returns
    -------
    (h, w) uint8 array
    """
    if pixels.ndim == 2:
        return pixels
    luminance: NDArray[np.float32] = pixels @ LUMINANCE
    return np.rint(luminance).astype(np.uint8)


def rescale_intensity(pixels: Pixels, valid: Mask, *, low: float, high: float) -> Pixels:
    """Stretch linearly between two percentiles, all channels by one line: colours keep balance.

    Parameters
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        As shown.
    valid : (h, w) bool array
        Pixels that have a say in the percentiles.
    low, high : float
        Percentiles that become black and white.

    Returns
    -------
    uint8 array
        Of the shape of `pixels`.
    """
    below = np.cumsum(_histogram(pixels, valid))
    black, white = _percentile(below, low), _percentile(below, high)
    if black == white:
        return pixels
    return _to_uint8((np.arange(256) - black) / (white - black))[pixels]


def equalize_histogram(pixels: Pixels, valid: Mask) -> Pixels:
    """Spread the values evenly: the cumulative histogram, from its first level, becomes a line.

    Parameters
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        As shown; of colour the brightest channel is spread, and hue and saturation stay.
    valid : (h, w) bool array
        Pixels that have a say in the histogram.

    Returns
    -------
    uint8 array
        Of the shape of `pixels`.

    References
    ----------
    R. Gonzalez & R. Woods, Digital Image Processing, section 3.3.
    """
    value = _value(pixels)
    below = np.cumsum(_histogram(value, valid))
    first = below[np.argmax(below > 0)]
    if below[-1] == first:
        return pixels
    levels = _to_uint8(np.asarray((below - first) / (below[-1] - first)))
    return _with_value(pixels, value, levels[value])


def equalize_adaptive(pixels: Pixels, *, clip_limit: float) -> Pixels:
    """Equalise within tiles, with limited contrast (CLAHE of scikit-image), hue kept.

    Parameters
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        As shown.
    clip_limit : float
        As of `skimage.exposure.equalize_adapthist`, in [0, 1].

    Returns
    -------
    uint8 array
        Of the shape of `pixels`.
    """
    value = _value(pixels)
    if value.min() == value.max():
        return pixels
    new = _to_uint8(equalize_adapthist(value, clip_limit=clip_limit))
    return _with_value(pixels, value, new)


def median_levels(channels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give the median of each channel, rounded down.

    Levels are counted, which is several times as quick as sorting them.

    Parameters
    ----------
    channels : (c, n) uint8 array
        At least one level of each.

    Returns
    -------
    (c,) uint8 array
    """
    counts = (np.bincount(levels, minlength=256) for levels in channels)
    return np.array([int(_percentile(np.cumsum(count), 50)) for count in counts], np.uint8)


def _histogram(pixels: Pixels, valid: Mask) -> NDArray[np.int64]:
    """Count the valid values, all channels together; Pillow does it without a copy as integers."""
    mask = Pillow.fromarray(valid.view(np.uint8))
    counts = np.array(Pillow.fromarray(pixels).histogram(mask), dtype=np.int64)
    return np.asarray(counts.reshape(-1, 256).sum(axis=0))


def _percentile(below: NDArray[np.int64], q: float) -> float:
    """Find `numpy.percentile` of values of which ``below[v]`` are `v` or less."""
    rank = q / 100 * max(below[-1] - 1, 0)
    lower, upper = np.searchsorted(below, [math.floor(rank), math.ceil(rank)], side="right")
    return float(lower + (upper - lower) * (rank % 1))


def _value(pixels: Pixels) -> Pixels:
    """Give the V of HSV: the brightest channel."""
    return pixels if pixels.ndim == 2 else pixels.max(axis=2)


def _with_value(pixels: Pixels, old: Pixels, new: Pixels) -> Pixels:
    """Give each pixel a new V; hue and saturation stay, since the channels keep their ratios."""
    if pixels.ndim == 2:
        return new
    ratio = new / np.maximum(old, 1, dtype=np.float32)
    colored = np.rint(pixels * ratio[..., None]).astype(np.uint8)
    # Black has no hue: it becomes gray.
    return np.where((old == 0)[..., None], new[..., None], colored)


def _to_uint8(levels: NDArray[np.floating]) -> Pixels:
    shown = np.rint(np.clip(levels, 0.0, 1.0) * 255)
    return np.asarray(shown, dtype=np.uint8)
