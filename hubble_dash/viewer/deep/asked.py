"""Tiles that are made when they are asked for, of images that are read where they lie."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from typing import NamedTuple

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.data.schema import DeepIndex
from hubble_dash.viewer.deep.levels import OVERLAP, Level, deeper_than_previews, make_plan
from hubble_dash.viewer.deep.pyramid import encoded, halved
from hubble_dash.viewer.deep.written import FullImages

__all__ = ["AskedTiles"]

SIDE = 512
# A tile of the last takes 4,096 x 4,096 pixels of its image; views of still more have several.
MAX_LEVELS = 4
# That are kept, of some 0.1 MB each.
MAX_BYTES = 64_000_000


class _Place(NamedTuple):
    """A level of an image, by how much its sides are divided there, and the image whole."""

    image: int
    level: Level
    factor: int
    whole: Level


class AskedTiles:
    """The tiles of an atlas's images, one by one; safe to use from several threads.

    Parameters
    ----------
    atlas : Atlas
        The atlas. Whether its images can be had is not known before one is asked for.
    full : FullImages
        Its images.
    side : int
        Of a tile, in pixels, even.
    max_bytes : int
        Of tiles that are kept.

    Attributes
    ----------
    firsts : dict of int to list of int
        The first tile of each level, by image.
    """

    def __init__(
        self, atlas: Atlas, full: FullImages, *, side: int = SIDE, max_bytes: int = MAX_BYTES
    ) -> None:
        plan = make_plan(
            atlas.images, deeper_than_previews(atlas.images), sides=((side, 1),),
            max_files=None, max_levels=MAX_LEVELS,
        )  # fmt: skip
        self._full, self._side, self._max_bytes = full, side, max_bytes
        self._places = [
            _Place(image, level, 2**power, levels[0])
            for image, levels in plan.images.items()
            for power, level in enumerate(levels)
        ]
        self._starts = [place.level.first for place in self._places]
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self.firsts = plan.firsts
        self._n = plan.n_tiles

    def index(self, base: str) -> DeepIndex | None:
        """Give what a page is told of them; None where there are none.

        Parameters
        ----------
        base : str
            What addresses of the page's data begin with.
        """
        if not self._n:
            return None
        url = f"{base}deep/{{piece}}.jpg"
        return {"n": self._n, "side": self._side, "overlap": OVERLAP, "url": url}

    def jpeg(self, number: int) -> bytes:
        """Give a tile.

        Parameters
        ----------
        number : int
            Among all of the atlas.

        Returns
        -------
        bytes
            A JPEG file.

        Raises
        ------
        LookupError
            If there is no such tile.
        ImageError
            If its image cannot be had, or cannot be decoded.
        """
        if not 0 <= number < self._n:
            raise LookupError(f"there is no tile {number}; there are {self._n:,}")
        with self._lock:
            if (tile := self._kept.pop(number, None)) is not None:
                self._kept[number] = tile
        if tile is None:
            tile = self._made(number)
            with self._lock:
                self._kept[number] = tile
                while sum(map(len, self._kept.values())) > self._max_bytes:
                    self._kept.popitem(last=False)
        return tile

    def _made(self, number: int) -> bytes:
        image, level, factor, whole = self._places[bisect_right(self._starts, number) - 1]
        row, column = divmod(number - level.first, level.columns)
        band = self._full.part(
            image,
            self._along(row, level.height, factor, whole.height),
            self._along(column, level.width, factor, whole.width),
        )
        while factor > 1:
            band = halved(*band)
            factor //= 2
        return encoded(band[0])

    def _along(self, at: int, n: int, factor: int, most: int) -> slice:
        """Give what a tile takes of its image along an axis, of which a level has `n` pixels."""
        start = max(0, at * self._side - OVERLAP)
        stop = min(n, (at + 1) * self._side + OVERLAP)
        return slice(start * factor, min(most, stop * factor))
