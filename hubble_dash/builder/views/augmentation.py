"""The views of a cutout that its fingerprint is the mean of, so that orientation does not decide.

A network trained on photographs knows up from down; the sky does not. Turned and mirrored views
of the same disk of sky, joined by their mean, leave of a cutout what does not depend on how it lay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hubble_dash.builder.cutouts.brightness import median_levels
from hubble_dash.builder.metric.views import changed
from hubble_dash.config.choices import Quality

__all__ = [
    "LEARNED_QUALITIES",
    "QUALITIES",
    "SAMPLE_VIEWS",
    "Disk",
    "Views",
    "disk_of",
    "join",
    "see",
]

# The disk fades out over this share of its radius: a sharp edge is a feature of its own.
SOFT_SHARE_OF_RADIUS = 0.06


@dataclass(frozen=True)
class Views:
    """Which views of a cutout are taken.

    Parameters
    ----------
    turns : int
        Angles, evenly spaced over the full circle; 1 is the cutout as it is.
    mirrored : bool
        Whether each is taken mirrored as well.
    disk : bool
        Whether the network sees only the disk inside the cutout, faded into the colour of its
        rim. What lies in a square's corners depends on how it is turned.
    changed : int
        Views of `hubble_dash.builder.metric.views.changed` that are taken beside these.
    first : int
        Of the turns only the first so many are taken; 0 takes all.
    """

    turns: int = 1
    mirrored: bool = False
    disk: bool = False
    changed: int = 0
    first: int = 0

    def __post_init__(self) -> None:
        if self.turns < 1:
            raise ValueError(f"turns is {self.turns}; it must be at least 1")
        if not 0 <= self.first <= self.turns:
            raise ValueError(f"first is {self.first}; it must be at most turns, {self.turns}")
        if self.turns not in (1, 2, 4) and not self.disk:
            raise ValueError(
                f"{self.turns} turns need disk=True: corners turned by less than 90 degrees"
                " are not in the cutout"
            )

    @property
    def n(self) -> int:
        """Views of a cutout: how many times the network runs for it."""
        return self.n_turned * (2 if self.mirrored else 1) + self.changed

    @property
    def n_turned(self) -> int:
        """Turns that are taken."""
        return self.first or self.turns


# Measured by scripts/bench meaning. Mirrored views cost as much again and find no more.
QUALITIES: Mapping[Quality, Views] = {
    "plain": Views(),
    "fast": Views(disk=True),
    "balanced": Views(turns=4, disk=True),
    "best": Views(turns=8, disk=True),
}
# Where a metric was learned, which knows what does not matter.
LEARNED_QUALITIES: Mapping[Quality, Views] = {
    **QUALITIES,
    "best": Views(turns=4, disk=True, changed=8),
}
# Those that it is learned from. Few of many cutouts are worth more than many of few; of two turns
# those by a quarter, since halves leave up and down where they were.
SAMPLE_VIEWS: Mapping[Quality, Views] = {
    "plain": Views(),
    "fast": Views(turns=4, first=2, disk=True, changed=3),
    "balanced": Views(turns=4, disk=True, changed=4),
    "best": Views(turns=4, disk=True, changed=8),
}


def see(picture: NDArray[np.uint8], views: Views) -> NDArray[np.uint8]:
    """Take the views of a picture.

    Parameters
    ----------
    picture : (side, side, 3) uint8 array
        A cutout, sized for the network. For views with a disk it should hold the cutout's whole
        shorter side (``crop_pct`` 1), since the disk is the largest in it.
    views : Views
        Which.

    Returns
    -------
    (v, side, side, 3) uint8 array
        The turned ones first (counter-clockwise, from 0), then the mirrored ones, then the changed
        ones. Turns by 90 degrees are exact, others bicubic.

    Raises
    ------
    ValueError
        If the picture is not square.
    """
    if picture.ndim != 3 or picture.shape[0] != picture.shape[1]:
        raise ValueError(f"the picture has shape {picture.shape}; it must be (side, side, 3)")
    seen = _faded(picture) if views.disk else picture
    turns = [divmod(360 * i / views.turns, 90) for i in range(views.n_turned)]
    # Quarter turns are free, so that each of the angles between is interpolated once.
    between = {rest: _interpolated(seen, rest) for rest in {rest for _, rest in turns}}
    turned = [np.rot90(between[rest], int(quarters)) for quarters, rest in turns]
    mirrored = [view[:, ::-1] for view in turned] if views.mirrored else []
    others = changed(picture, views.changed)
    all_views = [*turned, *mirrored, *(map(_faded, others) if views.disk else others)]
    return np.stack(all_views) if len(all_views) > 1 else all_views[0][np.newaxis]


def join(features: NDArray[np.float32], views: Views) -> NDArray[np.float32]:
    """Join the features of a cutout's views: their mean.

    Parameters
    ----------
    features : (b * v, d) float array
        The views of the first cutout, then those of the second, and so on.
    views : Views
        Which views these are.

    Returns
    -------
    (b, d) float32 array
    """
    mean = features.reshape(-1, views.n, features.shape[1]).mean(axis=1, dtype=np.float32)
    return np.asarray(mean, dtype=np.float32)


def _interpolated(picture: NDArray[np.uint8], angle_deg: float) -> NDArray[np.uint8]:
    if angle_deg == 0:
        return picture
    # Beyond the edge there is only what the disk has faded out; its colour is the first pixel's.
    rim = tuple(int(value) for value in picture[0, 0])
    shown = Image.fromarray(np.ascontiguousarray(picture))
    return np.asarray(shown.rotate(angle_deg, Image.Resampling.BICUBIC, fillcolor=rim))


def _faded(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Fade what lies outside the disk into the median colour of its rim."""
    disk, side = disk_of(len(picture)), len(picture)
    color = median_levels(picture.reshape(-1).take(disk.rim)).astype(np.uint16)
    # Rows of levels of all channels: where the inner axis is long, arrays are quick.
    faded = picture.reshape(side, -1).astype(np.uint16)
    faded *= disk.inside
    faded += disk.outside * np.tile(color, side)
    # Divided by 255 and rounded, as Pillow's masks have it.
    faded += 128
    faded += faded >> 8
    faded >>= 8
    return faded.astype(np.uint8).reshape(picture.shape)


class Disk(NamedTuple):
    """The disk within a square picture.

    Attributes
    ----------
    rim : (3, n) int array
        Places of its rim among the picture's levels, channel by channel.
    inside, outside : (side, 3 * side) uint16 array
        How much of each level lies there, of 255.
    """

    rim: NDArray[np.intp]
    inside: NDArray[np.uint16]
    outside: NDArray[np.uint16]


@lru_cache(maxsize=8)
def disk_of(side: int) -> Disk:
    """Find the disk within a square picture.

    Parameters
    ----------
    side : int
        Of the picture, in pixels.
    """
    across = np.arange(side, dtype=np.float32) - (side - 1) / 2
    radius = np.hypot(across[:, None], across) / (side / 2)
    share = np.clip((1 - radius) / SOFT_SHARE_OF_RADIUS, 0, 1)
    weight = share * share * (3 - 2 * share)
    rim = np.flatnonzero((radius > 1 - 2 * SOFT_SHARE_OF_RADIUS) & (radius <= 1))
    outside = np.repeat(np.rint(255 * (1 - weight)).astype(np.uint16), 3, axis=1)
    return Disk(3 * rim + np.arange(3)[:, None], 255 - outside, outside)
