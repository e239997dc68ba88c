"""What lies beyond the frame of an exposure, filled by the mirrored sky beside it.

A black strip or corner is the strongest feature of a cutout to a network, so that those at the edge
of a frame find each other whatever they show. Mirrored sky keeps the look and adds no edge.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt, label
from scipy.spatial import ConvexHull

__all__ = ["fill_blanks", "frame_of"]

# Gray levels, of 255, by which a blank area may differ from its colour: JPEG leaves ripples.
MAX_OFF_LEVELS = 4
# Gray levels by which the sky beside a frame stands out, at least; else it is no feature.
MIN_CONTRAST_LEVELS = 12
# A blank corner is at least the shorter side divided by this, along both sides.
CORNERS_A_SIDE = 25
# The sky fills its convex hull, but for the steps of its pixels.
MIN_SHARE_OF_HULL = 0.98
# It reaches two of the cutout's sides over so much of them; a galaxy on black does not.
MIN_SHARE_OF_SIDE = 0.5
MAX_SHARE_BLANK = 0.6


def fill_blanks(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Fill the frame that cuts a cutout off, for the network to look at.

    Parameters
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        A cutout as shown.

    Returns
    -------
    (h, w) or (h, w, 3) uint8 array
        What `frame_of` finds is replaced by the sky mirrored at its edge; `pixels` itself where it
        finds nothing.
    """
    blank = frame_of(pixels)
    if blank is None:
        return pixels
    nearest = distance_transform_edt(blank, return_distances=False, return_indices=True)
    mirrored = 2 * nearest - np.indices(blank.shape)
    inside = (mirrored >= 0) & (mirrored < np.array(blank.shape)[:, None, None])
    y, x = np.where(inside.all(axis=0), mirrored, nearest)
    y, x = np.where(blank[y, x], nearest, (y, x))
    filled: NDArray[np.uint8] = pixels[y, x]
    return filled


def frame_of(pixels: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    """Find a frame of one colour that cuts off sides or corners in straight lines.

    Files do not always say where an exposure ends: previews have black, drizzled images zeros.

    Parameters
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        A cutout as shown.

    Returns
    -------
    (h, w) bool array or None
        What is blank; None where nothing is, or it does not look like a frame.
    """
    height, width = pixels.shape[:2]
    thick = max(2, min(height, width) // CORNERS_A_SIDE)
    if min(height, width) < 4 * thick or not _may_have_one(pixels, thick):
        return None
    blank = np.zeros((height, width), bool)
    for y in (slice(None, thick), slice(-thick, None)):
        for x in (slice(None, thick), slice(-thick, None)):
            block = pixels[y, x].reshape(thick * thick, -1)
            if (np.ptp(block, axis=0) <= MAX_OFF_LEVELS).all() and not blank[y, x].all():
                blank |= _around(pixels, block, (y.indices(height)[0], x.indices(width)[0]))
    if not blank.any() or not _is_frame(blank) or not _stands_out(pixels, blank):
        return None
    return blank


def _may_have_one(pixels: NDArray[np.uint8], thick: int) -> bool:
    """Look at nine pixels of each corner: nearly always they tell that none is of one colour."""
    places = np.array([0, thick // 2, thick - 1, -thick, -(thick // 2) - 1, -1])
    corners = pixels[places[:, None], places].reshape(2, 3, 2, 3, -1)
    levels = corners.max(axis=(1, 3)) - corners.min(axis=(1, 3))
    return bool((levels <= MAX_OFF_LEVELS).all(axis=2).any())


def _around(
    pixels: NDArray[np.uint8], block: NDArray[np.uint8], corner: tuple[int, int]
) -> NDArray[np.bool_]:
    """Find the area of one colour that a corner belongs to."""
    off = np.abs(pixels.astype(np.int16) - np.median(block, axis=0).reshape(pixels.shape[2:]))
    alike = (off.reshape(*pixels.shape[:2], -1) <= MAX_OFF_LEVELS).all(axis=2)
    areas, _ = label(alike)
    same: NDArray[np.bool_] = alike & (areas == areas[corner])
    return same


def _stands_out(pixels: NDArray[np.uint8], blank: NDArray[np.bool_]) -> bool:
    """Say whether most of the sky at the edge differs clearly from what is blank."""
    rim = binary_dilation(blank, iterations=2) & ~blank
    colour = np.median(pixels[blank], axis=0)
    off = np.abs(pixels[rim] - colour).reshape(int(rim.sum()), -1).max(axis=1)
    return bool(np.median(off) >= MIN_CONTRAST_LEVELS)


def _is_frame(blank: NDArray[np.bool_]) -> bool:
    """Say whether what is left is convex, and reaches two sides."""
    if blank.mean() > MAX_SHARE_BLANK:
        return False
    sky = ~blank
    sides = (sky[0], sky[-1], sky[:, 0], sky[:, -1])
    if sum(side.mean() >= MIN_SHARE_OF_SIDE for side in sides) < 2:
        return False
    rows = np.flatnonzero(sky.any(axis=1))
    first, last = sky.argmax(axis=1)[rows], sky.shape[1] - sky[:, ::-1].argmax(axis=1)[rows]
    x = np.concatenate([first, first, last, last])
    y = np.concatenate([rows, rows + 1, rows, rows + 1])
    hull = ConvexHull(np.stack([x, y], axis=1))
    return bool(sky.sum() >= MIN_SHARE_OF_HULL * hull.volume)
