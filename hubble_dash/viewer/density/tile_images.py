"""Aggregated pixels -> the picture of a tile: colour, opacity by density, and a small PNG."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image as PillowImage

from hubble_dash.viewer.colors.palette import hex_to_rgb

__all__ = [
    "SHADES",
    "Picture",
    "Pixels",
    "encode_tile",
    "paint",
    "picture_of_colors",
    "picture_of_counts",
    "picture_of_numbers",
]

# Steps of density; with few of them most tiles have at most 256 colours, and are small files.
SHADES = 12
# Steps of a number: with the shades, and one for unknown, they fit a palette of 256.
STEPS = 20
# Opacity of the sparsest pixels, of 255, so that a lone point is seen.
MIN_ALPHA = 130

Bytes: TypeAlias = NDArray[np.uint8]
# Red, green, blue and alpha in the four bytes, in this order; 0 where empty.
Pixels: TypeAlias = NDArray[np.uint32]
Sums: TypeAlias = Mapping[str, NDArray[np.float64]]
# Shades and sums by name, of any shape, 0 where empty -> colours, with a last axis of 3.
Picture: TypeAlias = Callable[[Bytes, Sums], Bytes]


def picture_of_counts(ramp: Sequence[str]) -> Picture:
    """Colour pixels by how many points they have.

    Parameters
    ----------
    ramp : sequence of str
        Colours ``#rrggbb`` from few to many.
    """
    colors = _steps(ramp, SHADES)

    def picture(shades: Bytes, _sums: Sums) -> Bytes:
        painted: Bytes = colors[np.maximum(shades, 1) - 1]
        return painted

    return picture


def picture_of_numbers(ramp: Sequence[str], none: str) -> Picture:
    """Colour pixels by the mean of what is known: ``value`` over ``known``.

    Parameters
    ----------
    ramp : sequence of str
        Colours ``#rrggbb`` from 0 to 1.
    none : str
        Colour where nothing is known.
    """
    colors = np.concatenate([_steps(ramp, STEPS), hex_to_rgb([none])])

    def picture(_shades: Bytes, sums: Sums) -> Bytes:
        known = sums["known"]
        mean = sums["value"] / np.maximum(known, 1)
        step = np.clip(mean * STEPS, 0, STEPS - 1).astype(np.uint8)
        return colors[np.where(known > 0, step, STEPS)]

    return picture


def picture_of_colors(_shades: Bytes, sums: Sums) -> Bytes:
    """Colour pixels by the mean of ``r``, ``g`` and ``b`` over ``count``.

    Parameters
    ----------
    _shades : (m,) uint8 array
        Not needed here.
    sums : mapping of str to (m,) float array
        Of those four.

    Returns
    -------
    (m, 3) uint8 array
        Red, green and blue.
    """
    total = np.stack([sums[channel] for channel in "rgb"], axis=-1)
    return np.round(total / np.maximum(sums["count"], 1)[..., None]).astype(np.uint8)


def paint(shades: Bytes, colors: Bytes) -> Pixels:
    """Join colours with their opacity, the denser the more.

    Parameters
    ----------
    shades : (m,) uint8 array
        From 1 to `SHADES`.
    colors : (m, 3) uint8 array
        Of the same pixels.

    Returns
    -------
    (m,) uint32 array
        None of them 0.
    """
    alphas = np.round(np.linspace(MIN_ALPHA, 255, SHADES)).astype(np.uint8)
    rgba = np.column_stack([colors, alphas[shades - 1]])
    return rgba.view(np.uint32).ravel()


def encode_tile(pixels: Pixels) -> bytes:
    """Encode a tile as a small PNG.

    Parameters
    ----------
    pixels : (h, w) uint32 array
        As `paint` gives them, 0 where empty.

    Returns
    -------
    bytes
        With a palette: exact where there are at most 255 colours, else the best ones.
    """
    buffer = io.BytesIO()
    full = pixels != 0
    codes, distinct = pd.factorize(pixels[full])
    if len(distinct) > 255:
        rgba = np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)
        picture = PillowImage.fromarray(rgba).quantize(256, PillowImage.Quantize.FASTOCTREE)
        picture.save(buffer, "PNG")
        return buffer.getvalue()
    places = np.zeros(pixels.shape, np.uint8)
    places[full] = codes + 1
    palette = np.append(np.uint32(0), distinct).view(np.uint8).reshape(-1, 4)
    picture = PillowImage.fromarray(places)
    picture.putpalette(palette[:, :3].tobytes())
    picture.save(buffer, "PNG", transparency=palette[:, 3].tobytes())
    return buffer.getvalue()


def _steps(ramp: Sequence[str], n: int) -> Bytes:
    """Divide a ramp of colours into n, evenly."""
    known = np.linspace(0, 1, len(ramp))
    wanted = np.linspace(0, 1, n)
    rgb = hex_to_rgb(ramp)
    return np.stack(
        [np.interp(wanted, known, rgb[:, channel]).round() for channel in range(3)], axis=-1
    ).astype(np.uint8)
