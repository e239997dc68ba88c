"""Pictures that stand for ones that are missing: one tone, or a line of text on one tone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.cutouts.brightness import median_levels

__all__ = ["PLACEHOLDER", "placeholder_note", "placeholder_of"]

# The column of the table of images that says so; only atlases with such images have it.
PLACEHOLDER = "placeholder"
ONE_TONE, TEXT = "nearly one tone", "text on one tone"

# A part of each side that is not looked at, where frames are.
MARGIN = 1 / 32
# Levels of 255 that a single tone may be off, that the ground of text may be off where compression
# leaves traces of it, and that ink is off at least.
SAME, NEAR, INK = 2, 6, 24
# Pixels that are off a single tone: fewer than a star has, and of a small picture a few.
MAX_SPECKS, MAX_SPECKLED = 20, 0.005
# What text on one tone is: nearly all of it has the tone; few rows have ink, and those cross many
# strokes; most strokes have the full ink, and end above and below as they do at the sides. Stars,
# galaxies and spectra on clipped black each lack some of it.
MIN_TONE, MAX_ROWS, MIN_STROKES, MIN_FULL, MIN_ENDS = 0.85, 0.4, 6, 0.25, 0.5
# Every so many pixels tell of most pictures that they are none.
STEP = 8


def placeholder_of(pixels: NDArray[np.uint8]) -> str:
    """Say whether a picture looks like one that stands for a missing one.

    Parameters
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        As shown.

    Returns
    -------
    str
        ``"nearly one tone"``, ``"text on one tone"``, or nothing, as of every real picture that was
        tried.
    """
    height, width = pixels.shape[:2]
    top, left = int(MARGIN * height), int(MARGIN * width)
    inner = pixels[top : height - top, left : width - left]
    some = np.ascontiguousarray(inner[::STEP, ::STEP])
    tone = median_levels(some.reshape(some.shape[0] * some.shape[1], -1).T)
    if (_off(some, tone) <= NEAR).mean() < MIN_TONE:
        return ""
    off = _off(inner, tone)
    if (off > SAME).sum() < min(MAX_SPECKS, MAX_SPECKLED * off.size):
        return ONE_TONE
    return TEXT if (off <= NEAR).mean() >= MIN_TONE and _is_text(off) else ""


def placeholder_note(reason: str) -> list[str]:
    """Give what the user should know of a picture.

    Parameters
    ----------
    reason : str
        Of `placeholder_of`.

    Returns
    -------
    list of str
        A sentence, or none of a picture that is one.
    """
    return [f"looks like a placeholder for a missing picture: {reason}"] if reason else []


def _off(pixels: NDArray[np.uint8], tone: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How many levels pixels are off a tone, in the channel that is off most."""
    if len(tone) == 1:
        return np.maximum(pixels, tone) - np.minimum(pixels, tone)
    # Rows of levels of all channels: where the inner axis is long, arrays are quick.
    rows = pixels.reshape(len(pixels), -1)
    tones = np.tile(tone, rows.shape[1] // 3)
    by_rows: NDArray[np.uint8] = np.maximum(rows, tones) - np.minimum(rows, tones)
    off = by_rows.reshape(pixels.shape)
    return np.maximum(np.maximum(off[..., 0], off[..., 1]), off[..., 2])


def _is_text(off: NDArray[np.uint8]) -> bool:
    ink = off > INK
    rows = ink.any(axis=1)
    if not 0 < rows.mean() <= MAX_ROWS:
        return False
    # Where strokes begin along each row, and along each column.
    across, down = ink[:, 1:] & ~ink[:, :-1], ink[1:] & ~ink[:-1]
    levels = off[ink]
    most = np.percentile(levels, 99)
    full, faint = (levels > 0.75 * most).mean(), (levels < 0.4 * most).mean()
    return bool(
        np.median(across[rows].sum(axis=1)) >= MIN_STROKES
        and full >= max(MIN_FULL, faint)
        and down.sum() >= MIN_ENDS * across.sum()
    )
