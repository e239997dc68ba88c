"""Sizes of parent images -> which tiles there are of them, and how these are numbered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from hubble_dash.errors import ExportError

__all__ = ["OVERLAP", "Level", "Plan", "deeper_than_previews", "make_plan"]

# Pixels of its neighbours that a tile has at each side, so that no seam shows between two of them
# when they are drawn larger than they are.
OVERLAP = 1
# Sides of a tile that are tried in turn, and how many there are in a file, of some 0.4 or 1.6 MB.
SIDES = ((512, 4), (1024, 4))
# Files that all tiles of a report may take: less than half of what a report of a million has.
MAX_FILES = 2_000


class Level(NamedTuple):
    """An image at one size, in tiles.

    Attributes
    ----------
    width, height : int
        Pixels across and down.
    columns, rows : int
        Tiles across and down.
    first : int
        Number of the upper left tile; others follow along the rows.
    """

    width: int
    height: int
    columns: int
    rows: int
    first: int

    @property
    def n(self) -> int:
        """Number of tiles."""
        return self.columns * self.rows


@dataclass(frozen=True)
class Plan:
    """Which tiles there are.

    Parameters
    ----------
    side : int
        Of a tile, in pixels, without what it has of its neighbours.
    per_file : int
        Tiles in a file. Each level begins with a new file.
    images : dict of int to list of Level
        By row of the table of images: the image at its full size, then at half of it, and so on,
        down to what its preview has not.
    """

    side: int
    per_file: int
    images: dict[int, list[Level]]

    @property
    def n_tiles(self) -> int:
        """Number of tiles in all."""
        return sum(level.n for level in self._levels())

    @property
    def n_numbers(self) -> int:
        """Number of pieces: tiles, and empty ones where a file would not be full."""
        return max(
            (_up(level.first + level.n, self.per_file) for level in self._levels()), default=0
        )

    @property
    def n_files(self) -> int:
        """Number of files."""
        return self.n_numbers // self.per_file

    @property
    def n_pixels(self) -> int:
        """Number of pixels of all levels."""
        return sum(level.width * level.height for level in self._levels())

    @property
    def firsts(self) -> dict[int, list[int]]:
        """The first tile of each level, by image."""
        return {image: [level.first for level in levels] for image, levels in self.images.items()}

    def _levels(self) -> Iterator[Level]:
        for levels in self.images.values():
            yield from levels


def deeper_than_previews(images: pd.DataFrame) -> list[int]:
    """List the images that have more pixels than their previews.

    Parameters
    ----------
    images : (m, ...) pandas.DataFrame
        The table of images.
    """
    is_deeper = images["nx"].to_numpy() > images["preview_width"].to_numpy()
    return [int(image) for image in is_deeper.nonzero()[0]]


def make_plan(
    images: pd.DataFrame,
    chosen: Sequence[int],
    *,
    sides: Sequence[tuple[int, int]] = SIDES,
    max_files: int | None = MAX_FILES,
    max_levels: int | None = None,
) -> Plan:
    """Choose how large tiles are, so that they take no more than so many files, and number them.

    Parameters
    ----------
    images : (m, ...) pandas.DataFrame
        The table of images.
    chosen : sequence of int
        Rows of those that get tiles.
    sides : sequence of (int, int)
        Even sides that are tried in turn, with the tiles in a file.
    max_files : int or None
        How many files there may be; None where tiles are not written.
    max_levels : int, optional
        How many an image has at most; by default as many as its preview leaves.

    Raises
    ------
    ExportError
        If even the largest tiles would take more.
    """
    plan = Plan(*sides[0], {})
    for side, per_file in sides:
        plan = _plan(images, chosen, side, per_file, max_levels)
        if max_files is None or plan.n_files <= max_files:
            return plan
    raise ExportError(
        f"{len(chosen):,} images of {plan.n_pixels / 1e9:,.1f} gigapixels in all levels would take"
        f" {plan.n_files:,} files at full resolution, and a report has {max_files:,} of these at"
        " most; export it without, or an atlas of fewer images"
    )


def _plan(
    images: pd.DataFrame, chosen: Sequence[int], side: int, per_file: int, max_levels: int | None
) -> Plan:
    sizes = np.stack([images.nx, images.ny, images.preview_width], axis=1)
    planned: dict[int, list[Level]] = {}
    first = 0
    for image in chosen:
        nx, ny, enough = map(int, sizes[image])
        levels: list[Level] = []
        width, height = nx, ny
        while width > enough and len(levels) != max_levels:
            level = Level(width, height, -(-width // side), -(-height // side), first)
            levels.append(level)
            first = _up(first + level.n, per_file)
            width, height = -(-width // 2), -(-height // 2)
        planned[image] = levels
    return Plan(side, per_file, planned)


def _up(value: int, step: int) -> int:
    """Round up to a multiple."""
    return -(-value // step) * step
