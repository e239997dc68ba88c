"""The own colours of cutouts: the mean of each thumbnail, and the tint that points get from it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from tqdm import tqdm

from hubble_dash.atlas.atlas import Atlas

__all__ = ["TINT_STEPS", "mean_colors", "tints"]

# A turn of the hue, a saturation of 1 and the rank of the lightest, as they travel.
TINT_STEPS = 255
# The hue of grey, which has none: the blue of the page.
GRAY_HUE_DEG = 215
# Saturation in percent grows with the chroma, a share of the brightest channel, so that faint
# colours show.
MIN_SATURATION, MAX_SATURATION, SATURATION_PER_CHROMA = 12, 85, 160


def mean_colors(atlas: Atlas, *, progress: bool = False) -> NDArray[np.uint8]:
    """Take the mean colour of each thumbnail.

    Parameters
    ----------
    atlas : Atlas
        The atlas; where it does not hold them, all its sheets are read, a few at a time.
    progress : bool
        Whether a bar is shown.

    Returns
    -------
    (n, 3) uint8 array
        Red, green and blue.

    Raises
    ------
    AtlasError
        If a sheet cannot be read.
    """
    if atlas.colors is not None:
        return np.asarray(atlas.colors)
    layout = atlas.sheet_layout
    colors = np.zeros((atlas.n_sheets * layout.per_sheet, 3), np.uint8)

    def read(sheet: int) -> None:
        pixels = atlas.pictures.sheet_pixels(sheet)
        small = np.asarray(PillowImage.fromarray(pixels).reduce(layout.size))
        start = sheet * layout.per_sheet
        colors[start : start + small.shape[0] * small.shape[1]] = small.reshape(-1, 3)

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        done = pool.map(read, range(atlas.n_sheets))
        for _ in tqdm(done, "colours", atlas.n_sheets, unit=" sheets", disable=not progress):
            pass
    return colors[: len(atlas)]


def tints(colors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn mean colours into what the page paints points by.

    Parameters
    ----------
    colors : (n, 3) uint8 array
        Red, green and blue.

    Returns
    -------
    (n, 3) uint8 array
        In parts of `TINT_STEPS`: the hue, a share of 360 degrees; the saturation, raised so that
        faint colours show; and the rank of the lightness among all cutouts, which the page spreads
        over the lightnesses that read well on its background.
    """
    n = len(colors)
    # Lightness by the weights of NTSC's luma, which the eye's sensitivity sets.
    light = colors.astype(np.int32) @ np.array([30, 59, 11], np.int32)
    rank = np.empty(n, np.float32)
    rank[np.argsort(light, kind="stable")] = np.linspace(0, 1, n) if n > 1 else 1
    red, green, blue = colors.T.astype(np.float32)
    brightest = colors.max(axis=1).astype(np.float32)
    chroma = brightest - colors.min(axis=1)
    span = np.where(chroma > 0, chroma, 1)
    sextant = np.select(
        [chroma == 0, red == brightest, green == brightest],
        [GRAY_HUE_DEG / 60, (green - blue) / span % 6, 2 + (blue - red) / span],
        4 + (red - green) / span,
    )
    raised = SATURATION_PER_CHROMA * chroma / np.where(brightest > 0, brightest, 1)
    percent = np.minimum(MAX_SATURATION, MIN_SATURATION + raised)
    found = np.column_stack([sextant / 6, percent / 100, rank]) * TINT_STEPS
    return np.round(found).astype(np.uint8)
