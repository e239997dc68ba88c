"""The collections that meaning is measured on, each small, seeded and said to be what it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skimage.data
from benchmarks.simulated_galaxies import simulate
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.cutouts.find import find_cutouts
from hubble_dash.builder.query.rotations import turn
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.config import DetectedSources, Stretch

__all__ = ["Collection", "Pixels", "deep_field", "region", "regions", "simulated", "windows"]

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Collection:
    """Cutouts, and what is known of them.

    Parameters
    ----------
    cutouts : list of uint8 arrays
        As shown.
    labels : (n,) array or None
        What each is.
    groups : (n,) array or None
        What must not decide, such as the instrument; or what is judged apart.
    turned : list of uint8 arrays or None
        Each cutout cut again at an arbitrary angle, half of them mirrored.
    """

    cutouts: list[Pixels]
    labels: NDArray[Any] | None = None
    groups: NDArray[Any] | None = None
    turned: list[Pixels] | None = None


def deep_field(seed: int = 0) -> Collection:
    """Sources of the Hubble eXtreme Deep Field as the demo cuts them; real, without classes."""
    image = Image.from_array(np.asarray(skimage.data.hubble_deep_field()))
    display, random = Display(image, Stretch()), np.random.default_rng(seed)
    boxes = find_cutouts(display, DetectedSources()).boxes
    angles = random.uniform(0, 360, len(boxes))
    mirrors = random.random(len(boxes)) < 0.5
    turned = [
        turn(display, box, angle_deg=float(angle), mirror=bool(mirror)).pixels
        for box, angle, mirror in zip(boxes, angles, mirrors, strict=True)
    ]
    return Collection([display.read(box)[0] for box in boxes], turned=turned)


def simulated(n: int = 400, seed: int = 0) -> Collection:
    """Simulated galaxies and stars of five classes through two instruments."""
    made = simulate(n, seed=seed)
    return Collection(list(made.pictures), made.classes, made.instruments)


def regions(folder: Path, *, per_image: int = 12, copies: int = 4, seed: int = 0) -> Collection:
    """Copies of regions of pictures, turned, mirrored, shifted, scaled and stretched otherwise.

    Real pixels; that copies of one region belong together is known because we made them.
    """
    random = np.random.default_rng(seed)
    cutouts: list[Pixels] = []
    labels: list[str] = []
    groups: list[str] = []
    for path in sorted(folder.rglob("*.jpg")):
        with open_image(path) as image:
            display = Display(image, Stretch())
            for number in range(per_image):
                found = region(display, random)
                if found is None:
                    continue
                cutouts += [_copy(display, found, random) for _ in range(copies)]
                labels += [f"{path.stem} {number}"] * copies
                groups += ["preview" if is_preview(display) else "press"] * copies
    return Collection(cutouts, np.array(labels), np.array(groups))


def windows(folder: Path, *, per_image: int = 64, seed: int = 3) -> Collection:
    """Windows of press images, and each cut again at an arbitrary angle, half of them mirrored."""
    random = np.random.default_rng(seed)
    found, turned = [], []
    for path in sorted(folder.glob("*.jpg")):
        with open_image(path) as image:
            display = Display(image, Stretch())
            boxes = [
                region(display, random) for _ in range(0 if is_preview(display) else per_image)
            ]
            for box in boxes:
                if box is not None:
                    angle, mirror = float(random.uniform(0, 360)), bool(random.random() < 0.5)
                    found.append(display.read(box)[0])
                    turned.append(turn(display, box, angle_deg=angle, mirror=mirror).pixels)
    return Collection(found, turned=turned)


def is_preview(display: Display) -> bool:
    """Say whether an image is as small as an archive's previews are."""
    return max(display.shape) < 300


def region(display: Display, random: np.random.Generator) -> Box | None:
    """Choose a box that is not blank, well inside the image; None where none was found."""
    ny, nx = display.shape
    side = 56 if is_preview(display) else 112
    for _ in range(50):
        x = int(random.integers(side // 2, nx - 3 * side // 2))
        y = int(random.integers(side // 2, ny - 3 * side // 2))
        box = Box(x, x + side, y, y + side)
        if display.read(box)[0].std() > 6:
            return box
    return None


def _copy(display: Display, box: Box, random: np.random.Generator) -> Pixels:
    """Cut a region anew: elsewhere by up to a tenth, larger or smaller, turned, other contrast."""
    side = round(box.width * random.uniform(0.9, 1.1))
    x, y = np.array(box.center) + random.uniform(-0.1, 0.1, 2) * box.width
    left, low = round(x - side / 2), round(y - side / 2)
    moved = Box(left, left + side, low, low + side)
    angle, mirror = float(random.uniform(0, 360)), bool(random.random() < 0.5)
    pixels = turn(display, moved, angle_deg=angle, mirror=mirror).pixels
    bright = (pixels / 255.0) ** random.uniform(0.75, 1.33) * random.uniform(0.85, 1.15)
    return np.asarray(np.rint(255 * bright.clip(0, 1)), dtype=np.uint8)
