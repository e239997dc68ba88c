"""Measure whether a cutout finds itself when it is turned and mirrored."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from tqdm import tqdm

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.query.recall import Restored
from hubble_dash.cosine import to_unit_length
from hubble_dash.errors import AtlasError, ImageError
from hubble_dash.evaluation.results import RotationScores

__all__ = ["Turned", "measure_rotations", "turn"]

logger = logging.getLogger(__name__)

CUTOUTS_A_BATCH = 128
# Pixels around a place at which bicubic interpolation looks.
BICUBIC_REACH = 2


class Turned(NamedTuple):
    """A cutout turned about its centre.

    Attributes
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        As large as the cutout; averaged down by blocks where it is very large.
    real : bool
        Whether all of it is sky that the image has; else what is missing was reflected.
    """

    pixels: NDArray[np.uint8]
    real: bool


def turn(
    display: Display,
    box: Box,
    *,
    angle_deg: float,
    mirror: bool = False,
    max_side: int | None = None,
) -> Turned:
    """Cut a box again, turned about its centre, so that its corners are real sky.

    Parameters
    ----------
    display : Display
        The image that the box was cut from.
    box : Box
        The cutout.
    angle_deg : float
        Counter-clockwise, as shown.
    mirror : bool
        Whether left and right change places, after the turn.
    max_side : int, optional
        Average down while reading, so that the box has no longer side.

    Returns
    -------
    Turned
        Turns by 90 degrees of a square are exact, others bicubic.
    """
    factor = 1 if max_side is None else math.ceil(max(box.width, box.height) / max_side)
    margin_x, margin_y = _margins(box, angle_deg, factor)
    left, right = box.ixmin - margin_x, box.ixmax + margin_x
    low, high = box.iymin - margin_y, box.iymax + margin_y
    ny, nx = display.shape
    there = Box(max(left, 0), min(right, nx), max(low, 0), min(high, ny))
    pixels, valid = display.read(there, max_side=math.ceil(max(there.width, there.height) / factor))
    across = (there.ixmin - left, right - there.ixmax)
    up = (there.iymin - low, high - there.iymax)
    down = up[::-1] if display.origin == "lower" else up
    missing = [(before // factor, after // factor) for before, after in (down, across)]
    padded = np.pad(pixels, [*missing, (0, 0)][: pixels.ndim], mode="symmetric")
    turned = _turned(padded, angle_deg)
    height, width = -(-box.height // factor), -(-box.width // factor)
    top, start = (turned.shape[0] - height) // 2, (turned.shape[1] - width) // 2
    cut = turned[top : top + height, start : start + width]
    real = bool(valid.all()) and not any(across + up)
    return Turned(np.ascontiguousarray(cut[:, ::-1] if mirror else cut), real)


def measure_rotations(
    atlas: Atlas,
    *,
    weights: str | Path | None = None,
    device: str = "auto",
    max_queries: int = 1000,
    random_state: int = 0,
    progress: bool = True,
) -> RotationScores:
    """Turn cutouts by any angle, mirror half of them, and see whether they find themselves.

    Parameters
    ----------
    atlas : Atlas
        Its images must still be where they were.
    weights, device
        As of `hubble_dash.builder.query.recall.Restored`.
    max_queries : int
        Of more cutouts than this, a random part is asked.
    random_state : int
        Seed of the choice, the angles and the mirrors.
    progress : bool
        Whether a bar is shown.

    Returns
    -------
    RotationScores

    Raises
    ------
    AtlasError
        If an image is no longer there, or another.
    WeightsError
        If the atlas's weights cannot be had.
    """
    random = np.random.default_rng(random_state)
    n = len(atlas)
    rows = np.sort(random.permutation(n)[:max_queries])
    restored = Restored(atlas, weights=weights, device=device)
    gallery = np.array(atlas.fingerprints, np.float32)
    to_unit_length(gallery)
    ranks: list[int] = []
    pending: list[NDArray[np.uint8]] = []
    n_reflected = 0

    def ask() -> None:
        found = restored.fingerprint(pending, n_expected=len(rows))
        asked = rows[len(ranks) : len(ranks) + len(pending)]
        ranks.extend(_ranks(found, gallery, asked))
        pending.clear()

    bar = tqdm(total=len(rows), desc="turned", unit=" cutouts", disable=not progress)
    with bar:
        for turned in _cut_turned(atlas, restored, rows, random):
            pending.append(turned.pixels)
            n_reflected += not turned.real
            bar.update()
            if len(pending) == CUTOUTS_A_BATCH:
                ask()
        if pending:
            ask()
    rank = np.array(ranks)
    return RotationScores(
        len(rows), float((rank < 1).mean()), float((rank < 9).mean()), n_reflected
    )


def _cut_turned(
    atlas: Atlas, restored: Restored, rows: NDArray[np.int64], random: np.random.Generator
) -> Iterator[Turned]:
    """Give the turned cutouts of rows that rise, and with them the images."""
    table = atlas.cutouts.iloc[rows]
    recipe = restored.recipe
    for image, cutouts in table.groupby("image", sort=False):
        row = atlas.images.iloc[int(str(image))]
        try:
            display = recipe.open_again(row)
            with display.image:
                if display.shape != (row["ny"], row["nx"]):
                    raise AtlasError(f"{row['path']} is another image than the atlas was made of")
                for box in cutouts[list(Box._fields)].itertuples(index=False):
                    angle, mirror = float(random.uniform(0, 360)), bool(random.random() < 0.5)
                    yield turn(
                        display, Box(*box), angle_deg=angle, mirror=mirror, max_side=recipe.max_side
                    )
        except ImageError as err:
            raise AtlasError(
                f"cutouts are turned in the images they were cut from, and {err};"
                " bring it back, or evaluate without --rotations"
            ) from err


def _ranks(
    found: NDArray[np.float32], gallery: NDArray[np.float32], rows: NDArray[np.int64]
) -> list[int]:
    """Count the cutouts that are more similar to each turned one than itself."""
    cosine = found @ gallery.T
    own = cosine[np.arange(len(rows)), rows]
    ranks: list[int] = (cosine > own[:, None]).sum(axis=1).tolist()
    return ranks


def _margins(box: Box, angle_deg: float, factor: int) -> tuple[int, int]:
    """Pixels needed beyond each side, so that the turned box lies inside; whole blocks."""
    cos, sin = abs(math.cos(math.radians(angle_deg))), abs(math.sin(math.radians(angle_deg)))
    width = box.width * cos + box.height * sin
    height = box.width * sin + box.height * cos
    x, y = (
        math.ceil(max(0, new - old) / 2) for new, old in ((width, box.width), (height, box.height))
    )
    return (-(-x // factor) + BICUBIC_REACH) * factor, (-(-y // factor) + BICUBIC_REACH) * factor


def _turned(pixels: NDArray[np.uint8], angle_deg: float) -> NDArray[np.uint8]:
    quarters, rest = divmod(angle_deg, 90.0)
    turned = np.ascontiguousarray(np.rot90(pixels, int(quarters)))
    if rest == 0:
        return turned
    return np.asarray(Pillow.fromarray(turned).rotate(rest, Pillow.Resampling.BICUBIC))
