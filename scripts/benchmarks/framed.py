"""Cutouts at the edge of an exposure: copies with black frames and blank corners."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from benchmarks.collections_of_meaning import Pixels, region
from numpy.typing import NDArray

from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.config import Stretch

__all__ = ["framed", "windows"]


def windows(folder: Path, *, per_image: int = 24, seed: int = 1) -> list[Pixels]:
    """Cut windows at random from pictures, blank ones left out."""
    random = np.random.default_rng(seed)
    found: list[Pixels] = []
    for path in sorted(folder.rglob("*.jpg")):
        with open_image(path) as image:
            display = Display(image, Stretch())
            boxes = [region(display, random) for _ in range(per_image)]
            found += [display.read(box)[0] for box in boxes if box is not None]
    return found


def framed(cutouts: list[Pixels], *, seed: int = 7) -> list[Pixels]:
    """Copy cutouts, with one side, two sides or a corner black."""
    random = np.random.default_rng(seed)
    copies = [pixels.copy() for pixels in cutouts]
    for pixels in copies:
        pixels[_blank(pixels.shape[:2], random)] = 0
    return copies


def _blank(shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.bool_]:
    """Blank 5 to 15 % of one side or of two, or a corner of 30 to 55 % of both sides."""
    y, x = ((np.arange(n) + 0.5) / n for n in shape)
    down, across = y[:, None], x[None]
    if random.random() < 0.5:
        down = 1 - down
    if random.random() < 0.5:
        across = 1 - across
    kind = random.integers(3)
    if kind == 2:
        high, wide = random.uniform(0.3, 0.55, 2)
        return np.asarray(down / high + across / wide < 1)
    first, second = random.uniform(0.05, 0.15, 2)
    if kind == 1:
        return np.asarray((down < first) | (across < second))
    one = down < first if random.random() < 0.5 else across < first
    return np.broadcast_to(one, shape[:2])
