"""What points are painted by where they are aggregated, pixel by pixel, rather than drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hubble_dash.viewer.colors.columns import MISSING, NUMBER_STEPS
from hubble_dash.viewer.colors.palette import PALETTE, hex_to_rgb
from hubble_dash.viewer.colors.tints import TINT_STEPS, tints

__all__ = ["category_colors", "own_colors", "shares"]

# Lightness of the darkest and the lightest cutout, readable on the dark page and on the light one.
LIGHTNESS = (0.35, 0.77)


def own_colors(means: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn mean colours of thumbnails into those that points are painted by.

    Parameters
    ----------
    means : (n, 3) uint8 array
        Red, green and blue.

    Returns
    -------
    (n, 3) uint8 array
        Hue kept, lightness by rank. ``templates/browser/colors/ramps.js`` does the same for single
        points, with the lightnesses of its page.

    Notes
    -----
    From hue, saturation and lightness as in CSS Color 4, section 7.1.
    """
    hue, saturation, rank = tints(means).astype(np.float32).T / TINT_STEPS
    light = LIGHTNESS[0] + (LIGHTNESS[1] - LIGHTNESS[0]) * rank
    span = saturation * np.minimum(light, 1 - light)
    sextants = [(offset + 12 * hue) % 12 for offset in (0, 8, 4)]
    rgb = [light - span * np.clip(np.minimum(k - 3, 9 - k), -1, 1) for k in sextants]
    return np.round(np.column_stack(rgb) * 255).astype(np.uint8)


def category_colors(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give each point its category's colour.

    Parameters
    ----------
    codes : (n,) uint8 array
        Of a `ColorColumn` of categories.

    Returns
    -------
    (n, 3) uint8 array
        Red, green and blue; grey where the category has no colour of its own.
    """
    colors = np.tile(hex_to_rgb([PALETTE["none"]]), (256, 1))
    colors[: len(PALETTE["categories"])] = hex_to_rgb(PALETTE["categories"])
    return colors[codes]


def shares(codes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Give each point its number, as a share of the range of its legend.

    Parameters
    ----------
    codes : (n,) uint8 array
        Of a `ColorColumn` of numbers.

    Returns
    -------
    (n,) float32 array
        From 0 to 1, NaN where missing.
    """
    return np.where(codes == MISSING, np.nan, codes / np.float32(NUMBER_STEPS)).astype(np.float32)
